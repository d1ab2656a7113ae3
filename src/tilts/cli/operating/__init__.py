"""What an operator makes and looks after, beside the servers themselves."""
