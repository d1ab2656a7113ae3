"""The chapters of the path: one module each, and chapter 6 in three."""
