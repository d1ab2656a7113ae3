"""SQL of the conformance lab: runs, situations, what was seen on the wire, who was given which test persons."""
