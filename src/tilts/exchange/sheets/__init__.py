"""The printable sheet of a prescription: what stands on it, how it is drawn, and what makes the file an archive copy."""
