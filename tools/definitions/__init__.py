"""Parts of the compiler of definitions: what is kept of each kind, and how it is packed."""
