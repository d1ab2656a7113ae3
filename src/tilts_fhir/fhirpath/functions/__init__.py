"""The functions by subject; each module registers its own."""
