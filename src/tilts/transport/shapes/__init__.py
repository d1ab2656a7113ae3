"""The crossing between FHIR's names and ours; nowhere else do the two meet."""
