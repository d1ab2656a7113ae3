"""The door: who is it, may they, write it down; before any work."""
