"""What a command says when it cannot do what was asked: one sentence, and what to do."""


class NotPossible(Exception):
    """Ends a command with exit status 1 and this text on standard error."""
