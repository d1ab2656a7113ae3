"""The checklist of point 14 on pages: answered bit by bit by those who declare, read by the authority."""
