"""A cross-encoder that scores pairs of several questions together, and remembers its batches."""

import numpy as np

from core.models.tokens import Tokens
from tests.fakes import FakeCrossEncoder


class Batching(FakeCrossEncoder):
    """Tokens are the passage's letters; the logit of a pair is its first token."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def prepare(self, query, passages):
        """One token a letter, the number of the pair first."""
        return [made(len(text), ord(text[0])) for text in passages]

    def run(self, pairs):
        """The first token of each."""
        self.batches.append([len(pair) for pair in pairs])
        return np.array([pair.ids[0] for pair in pairs], dtype=np.float32)


def made(length, first=0):
    """A pair of that many tokens."""
    ids = np.full(length, first, dtype=np.int64)
    return Tokens(ids, np.zeros(length, dtype=np.int64), truncated=False)
