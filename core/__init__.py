"""Second Look without a browser."""
