"""What happens to a line after it was claimed, over HTTP: closed, corrected, asked for by somebody else."""
