"""What people said about passages, and what it means for the chunks of today."""
