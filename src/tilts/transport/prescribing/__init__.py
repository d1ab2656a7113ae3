"""Prescriptions over HTTP: what is written, handed out, given up and closed; a Task tells where each stands."""
