"""The shell: one file for each noun; exit status written down in each."""
