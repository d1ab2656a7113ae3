"""Certificates of one's own connections: handed in, in use, replaced, lost; and how an IT person gets there."""
