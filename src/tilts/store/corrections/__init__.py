"""What is put right: cancellations that came early, and repairs by the authority."""
