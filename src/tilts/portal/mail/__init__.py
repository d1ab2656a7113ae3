"""The mailbox of the sandbox: who was written to, and a way to write as anybody."""
