"""A room: the test environment, its certificates, persons and stories; judges what was seen on the wire."""
