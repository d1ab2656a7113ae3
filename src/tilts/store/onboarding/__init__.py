"""SQL for the path from the first agreement to real data: parties, cases, documents, approvals."""
