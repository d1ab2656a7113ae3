"""The conformance lab for people: scenarios to read, a run to play and watch, its report."""
