"""Classifiers over HTTP: as CodeSystem and as files."""
