"""Access tokens: the exchange's keys for them, who gets one, what proves the person, and what became of one."""
