"""A room: what may happen to a prescription, decided by pure functions."""
