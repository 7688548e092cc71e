"""What the cross-encoder loses without a sentence or a word."""
