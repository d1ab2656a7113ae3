"""The lab on the wire: its eye, what it keeps as evidence, and answers that it loses."""
