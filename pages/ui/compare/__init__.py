"""The page Compare: the question, its choices, and what is around the two lists."""
