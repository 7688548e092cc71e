"""Nearly equal passages among the candidates: one stands for the others.

Two are nearly equal when nine of ten distinct words are the same (Jaccard's coefficient of their
sets of words, Broder's "resemblance", 1997) and their numbers are: "within 30 days" never stands
for "within 90 days". For the few candidates of a question the coefficient is computed whole;
MinHash, which estimates it, would save nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.schema import Candidate

SIMILAR = 0.9
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+")


def collapse(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the best of each group of nearly equal candidates; it lists the ids of the others.

    Args:
        candidates: best first.

    Returns:
        Those kept, in the same order, with their ranks as they were.
    """
    words = [frozenset(_WORD.findall(c.chunk.text.casefold())) for c in candidates]
    near = _similar(words)
    behind: dict[int, list[str]] = {}
    for place, candidate in enumerate(candidates):
        first = next(
            (kept for kept in behind if near[kept, place] and _same_numbers(words, kept, place)),
            None,
        )
        if first is None:
            behind[place] = []
        else:
            behind[first].append(candidate.chunk.id)
    return [replace(candidates[i], duplicates=tuple(ids)) for i, ids in behind.items()]


def _similar(words: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
    """bool[n, n]: whose sets of words are nearly the same, by one product of sparse matrices."""
    from scipy import sparse  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    number = {word: i for i, word in enumerate(sorted(frozenset().union(*words)))}
    columns = [number[word] for own in words for word in own]
    sizes = np.array([len(own) for own in words], dtype=np.int32)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(words), max(len(number), 1))
    held = sparse.csr_array((np.ones(len(columns), dtype=np.int32), columns, starts), shape=shape)
    both = (held @ held.T).toarray()
    either = sizes[:, None] + sizes[None, :] - both
    near: NDArray[np.bool_] = both >= SIMILAR * either
    return near


def _same_numbers(words: Sequence[frozenset[str]], one: int, other: int) -> bool:
    return not any(_NUMBER.search(word) for word in words[one] ^ words[other])
