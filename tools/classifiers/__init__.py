"""What classifiers are made from: lists of ISO, code systems of FHIR, and the invented national ones."""
