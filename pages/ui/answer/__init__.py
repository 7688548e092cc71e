"""The box with the answer: who writes it, its words, its conflicts."""
