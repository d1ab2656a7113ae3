"""The roof: FHIR and OAuth over HTTP; no rule stands here."""
