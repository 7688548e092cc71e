"""Where a passage is on its page and why it ranks where it does."""
