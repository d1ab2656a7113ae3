"""Pages for people; server-made HTML that works without scripts."""
