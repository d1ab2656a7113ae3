"""SQL of the classifiers: their register, their versions, and the content by its hash."""
