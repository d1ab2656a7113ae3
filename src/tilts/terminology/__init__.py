"""Classifiers: the lists of codes that all systems share, their versions, and who may have them.

The first storey: register, versions, access and wire as they will stay; the look-up inside is plain and will
be replaced by an engine (docs/adr/0030-classifier-register.md).
"""
