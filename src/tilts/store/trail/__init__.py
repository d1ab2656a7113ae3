"""SQL for the sealed audit trail: leaves, seals, and reading it back."""
