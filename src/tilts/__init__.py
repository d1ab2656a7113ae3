"""Tilts: the bridge between the systems of practices and pharmacies and a national e-health system."""

__version__ = "0.1.0"
