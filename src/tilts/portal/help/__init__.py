"""The documentation as pages, its search, and the pictures of the architecture."""
