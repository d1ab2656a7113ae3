"""The letters of the path: which desk and case a message belongs to, what is kept of it, and who is answered."""
