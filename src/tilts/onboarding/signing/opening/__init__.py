"""Opens files of strangers without believing them: kinds, containers, PDF and office content."""
