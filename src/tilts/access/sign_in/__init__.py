"""Signing in to the portal: who came back from which provider, with which account, and until when."""
