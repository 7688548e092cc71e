"""The best passages become a cited answer."""
