"""Pages of those who prescribe: the worklist of their institution, and writing a prescription."""
