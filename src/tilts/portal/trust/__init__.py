"""Pages of trust: who may issue certificates, who may sign a person in, and why a certificate is refused."""
