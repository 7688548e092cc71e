"""The page History, and what other pages keep in it."""
