"""Up to three configurations side by side."""
