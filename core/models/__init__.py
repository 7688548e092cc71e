"""The models: what reads a question and a passage, whatever computes it."""
