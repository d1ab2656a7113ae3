"""Answers to the common forms of invariants, taken from plain JSON."""
