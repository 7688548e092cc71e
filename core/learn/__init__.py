"""Judgments become a better ranking: weights of the scores, or a model of one's own."""
