"""The full-size proofs: `python -m proofs [name]`, `make proof`."""
