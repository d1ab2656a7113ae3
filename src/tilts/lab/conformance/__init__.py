"""The conformance lab: scenarios, what was seen on the wire, and a verdict that anybody can check again."""
