"""The cellar: SQL and transactions, and nothing else knows SQL."""
