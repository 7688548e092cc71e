"""Up to three rankings of one question side by side, whatever cut the passages.

Two chunkings have no chunk in common, so passages are aligned by where they stand: the same
document, and at least half of the shorter passage's characters in both. What is aligned is a
*place*, and rankings of places can be compared like rankings of anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from core.errors import InputError
from core.schema import Chunk, Comparison, Reranked
from core.text.overlap import ListDifference, list_difference
from core.text.spans import CERTAIN, Place, likeness, place_of, share

MOST = 3
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Alone:
    """A passage of one configuration's top n that no other has in its top n.

    ``elsewhere`` has the rank of its place in every configuration, None where it was not found.
    """

    place: int
    item: Reranked
    elsewhere: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two configurations (by their position, from 0) agree; places, not chunks."""

    first: int
    second: int
    difference: ListDifference


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One question by several configurations; ``places`` names the place of every passage.

    ``places[c][i]`` is the place of the passage at rank i + 1 of configuration c. A place may stand
    twice in a list: small chunks lie in one large chunk.
    """

    comparisons: tuple[Comparison, ...]
    places: tuple[tuple[int, ...], ...]
    pairs: tuple[Pair, ...]
    alone: tuple[tuple[Alone, ...], ...]


def align(rankings: Sequence[Sequence[Chunk]]) -> tuple[tuple[int, ...], ...]:
    """The place of every passage, places numbered from 0 as they are met.

    The passages of the first ranking are the places; one of a later ranking joins the place that
    shares most with it (of equal ones the closest in size), if that is ``CERTAIN`` or more
    of the shorter one, else it is a place of its own. It is compared with the passages of earlier
    rankings only, so overlapping neighbours of one list are never chained into one place.
    """
    earlier: list[tuple[int, Place]] = []
    lines: list[tuple[int, ...]] = []
    count = 0
    for ranking in rankings:
        stands = [place_of(chunk) for chunk in ranking]
        line: list[int] = []
        for new in stands:
            joined = _joined(earlier, new)
            line.append(count if joined is None else joined)
            count += joined is None
        earlier += list(zip(line, stands, strict=True))
        lines.append(tuple(line))
    return tuple(lines)


def _joined(earlier: Sequence[tuple[int, Place]], new: Place) -> int | None:
    fits = [(share(old, new), likeness(old, new)) for _, old in earlier]
    best = max(range(len(earlier)), key=fits.__getitem__, default=None)
    return None if best is None or fits[best][0] < CERTAIN else earlier[best][0]


def ranks(line: Sequence[Key]) -> dict[Key, int]:
    """The rank of each place (or other name): that of its best passage, from 1.

    >>> ranks([7, 4, 7])
    {7: 1, 4: 2}
    """
    best: dict[Key, int] = {}
    for rank, place in enumerate(line, start=1):
        best.setdefault(place, rank)
    return best


def _alone(
    at: int, comparisons: Sequence[Comparison], places: Sequence[Sequence[int]]
) -> tuple[Alone, ...]:
    every = [ranks(line) for line in places]
    tops = [c.settings.top_n for c in comparisons]
    alone: dict[int, Alone] = {}
    for item, place in zip(comparisons[at].reranked[: tops[at]], places[at], strict=False):
        others = [ranked.get(place) for c, ranked in enumerate(every) if c != at]
        limits = [top for c, top in enumerate(tops) if c != at]
        if all(rank is None or rank > top for rank, top in zip(others, limits, strict=True)):
            alone.setdefault(place, Alone(place, item, tuple(r.get(place) for r in every)))
    return tuple(alone.values())


def side_by_side(comparisons: Sequence[Comparison]) -> SideBySide:
    """Align the final lists of two or three configurations and say how far they agree.

    Raises:
        InputError: fewer than two or more than three, or not of one question.
    """
    if not 2 <= len(comparisons) <= MOST:
        raise InputError(f"Two or three configurations can be compared, not {len(comparisons)}.")
    if len({comparison.query for comparison in comparisons}) > 1:
        raise InputError("The configurations answer different questions.", "Ask one question.")
    places = align([[item.chunk for item in c.reranked] for c in comparisons])
    orders = [list(map(str, ranks(line))) for line in places]
    top_n = min(c.settings.top_n for c in comparisons)
    return SideBySide(
        comparisons=tuple(comparisons),
        places=places,
        pairs=tuple(
            Pair(a, b, list_difference(orders[a], orders[b], top_n))
            for a, b in combinations(range(len(comparisons)), 2)
        ),
        alone=tuple(_alone(at, comparisons, places) for at in range(len(comparisons))),
    )
