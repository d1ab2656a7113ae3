"""May they? One question, asked in one order, with a rule for every no (Security 3.2)."""
