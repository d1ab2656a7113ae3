"""The desk: cases with their steps, documents and clocks, for those whose turn it is."""
