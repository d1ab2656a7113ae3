"""The text of an expression: words, tree, and what can be said of it before it is evaluated."""
