"""Tokens over HTTP: where they are asked for, where they are looked into, and what is published of it all."""
