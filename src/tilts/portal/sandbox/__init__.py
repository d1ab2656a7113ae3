"""What only the sandbox shows: what runs, what is called, whose keys, which persons, and the patterns of pages."""
