"""Medicines: the register as of a day, packages counted exactly, what may be given for what, a dose in words."""
