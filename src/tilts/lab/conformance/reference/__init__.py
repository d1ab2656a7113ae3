"""The parts that the reference system plays: the connection, a practice, a pharmacy; and bad habits to try the lab with."""
