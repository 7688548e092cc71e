"""One command, one table: measurements anyone can repeat."""
