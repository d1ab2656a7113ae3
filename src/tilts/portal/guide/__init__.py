"""The guide to our FHIR profiles: each profile with its elements, examples and differences, and one package of all."""
