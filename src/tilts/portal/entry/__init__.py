"""Signing in, registering, the roles and people of an organisation."""
