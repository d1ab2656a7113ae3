"""FHIR R4 on the wire: read, check and write it. Knows nothing of Tilts, and does no I/O beyond its own data.

Used by the exchange, by the conformance lab and by the connector.
"""
