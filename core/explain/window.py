"""What of a passage the cross-encoder really reads: its window ends, long passages do not."""

from __future__ import annotations

from bisect import bisect_right

from core.ports import CrossEncoder
from core.text.words import WORD


class _Fits:
    """For ``bisect``: whether the passage up to each of its word ends fits (0) or not (1)."""

    def __init__(self, query: str, passage: str, ends: list[int], model: CrossEncoder) -> None:
        self._query, self._passage, self._ends, self._model = query, passage, ends, model

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> int:
        return int(self._model.truncated(self._query, [self._passage[: self._ends[index]]])[0])


def characters_read(query: str, passage: str, model: CrossEncoder) -> int:
    """How many characters of a passage fit the window of the model, beside this query.

    It asks the model's own ``truncated``, so it holds for every adapter: first for the last whole
    word that fits (a bisection), then for the part of the next word. For a WordPiece tokenizer,
    which cuts words greedily from the left, that is exactly where the window ends.

    Args:
        query: the question, which is never cut.
        passage: as the model reads it, with its heading.
        model: the cross-encoder.

    Returns:
        ``len(passage)`` when all of it is read, else the offset of the first unread character.
    """
    if not model.truncated(query, [passage])[0]:
        return len(passage)
    ends = [0, *(word.end() for word in WORD.finditer(passage)), len(passage)]
    whole = bisect_right(_Fits(query, passage, ends, model), 0)
    low, high = ends[max(whole - 1, 0)], ends[min(whole, len(ends) - 1)]
    cuts = [passage[:end] for end in range(low + 1, high)]
    fitting = [not cut for cut in model.truncated(query, cuts)]
    return max((len(c) for c, fits in zip(cuts, fitting, strict=True) if fits), default=low)
