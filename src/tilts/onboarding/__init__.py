"""The room of the path to real data: agreements, applications, certificates, signatures, approval."""
