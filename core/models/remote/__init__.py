"""Models that run on a server: the same ports, over HTTP."""
