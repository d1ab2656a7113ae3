"""The audit trail: sealed in batches, verified, proved to a patient, shown to an overseer."""
