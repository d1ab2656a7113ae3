"""Pages that are made from tables of states."""
