"""Rules of the door: tokens, sight, consent, mass copying, the trail, certificates, what goes out."""
