"""Two rankings dealt into one list, so that one person's clicks compare both.

Team draft: Radlinski, Kurup and Joachims (2008), "How does clickthrough data reflect retrieval
quality?". As two captains pick players, the rankings take turns in choosing their best passage
that is not in the list yet; before each pair of turns a coin says who goes first.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Team = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A list that was dealt: ids in order, and the team that chose each."""

    ids: tuple[str, ...]
    teams: tuple[Team, ...]


def coins(*names: str) -> Iterator[bool]:
    """Fair coins without end, the same for the same names; True lets ``a`` choose first."""
    seed = hashlib.sha256("\x00".join(names).encode()).digest()
    dealer = random.Random(seed)
    while True:
        yield dealer.random() < 0.5


def team_draft(a: Sequence[str], b: Sequence[str], n: int, coin: Iterator[bool]) -> Draft:
    """Deal two rankings into one list.

    Args:
        a: ids, best first, each once.
        b: the same of the other ranking.
        n: the longest list that is wanted; it ends earlier when one ranking has nothing left,
            so that no team gets more than one passage ahead.
        coin: who chooses first, asked whenever both teams have as many passages.

    >>> team_draft(["x", "y"], ["y", "z"], 3, iter([True, False]))
    Draft(ids=('x', 'y', 'z'), teams=('a', 'b', 'b'))
    """
    ids, teams = dict[str, None](), list[Team]()
    while len(ids) < n:
        ahead = teams.count("a") - teams.count("b")
        turn: Team = "a" if ahead < 0 or (ahead == 0 and next(coin)) else "b"
        pick = next((id_ for id_ in (a if turn == "a" else b) if id_ not in ids), None)
        if pick is None:
            break
        ids[pick] = None
        teams.append(turn)
    return Draft(tuple(ids), tuple(teams))


def credit(draft: Draft, clicked: Collection[str]) -> int:
    """Who wins one list: 1 when more passages of ``b`` were opened, -1 of ``a``, 0 for a tie.

    A passage that is opened twice counts once.
    """
    teams = [team for id_, team in zip(draft.ids, draft.teams, strict=True) if id_ in clicked]
    ahead = teams.count("b") - teams.count("a")
    return (ahead > 0) - (ahead < 0)
