"""What drives the exchange from outside: real TLS, real certificates, real tokens, as little of its own time as can be."""
