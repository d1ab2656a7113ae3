"""`tilts`: arguments, exit status, and nothing that a command does."""
