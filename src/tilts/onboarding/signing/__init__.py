"""Checks signed agreements: are the bytes whole, who signed, may they, and is it the agreed text?

A file from outside is opened only in a process of its own (`process.verify`), with limits of time and
memory. What is found is a `SignatureReport`; what is wrong is a Refusal with a rule SGN-nnn.
"""
