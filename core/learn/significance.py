"""What a difference on held-out questions allows: to use what was learned, to doubt it, neither."""

from __future__ import annotations

from typing import Literal

from core.evaluate.compare import Difference
from core.text.counting import counted, signed

Standing = Literal["gain", "open", "refused"]


def standing(difference: Difference) -> Standing:
    """``gain``: settled. ``open``: better so far, and chance can do that. Else ``refused``.

    Better means a higher mean *and* more questions that win than lose: one question alone may
    carry a mean.
    """
    if difference.mean <= 0 or difference.wins <= difference.losses:
        return "refused"
    return "gain" if difference.settled else "open"


def reason(difference: Difference) -> str:
    """Why it is refused, or what is open, in one or two plain sentences; empty for a gain."""
    d = difference
    worth = standing(d)
    if worth == "gain":
        return ""
    held_out = counted(d.questions, "held-out question")
    if worth == "open":
        room = f"allow anything from {signed(d.low, 3)} to {signed(d.high, 3)} {d.measure}"
        few = f"are so few that chance does as well one time in {max(2, round(1 / d.p_value))}"
        doubt = room if d.low <= 0 else few
        return (
            f"The gain is not settled: {held_out} {doubt}. It may do nothing, or do harm. Judge "
            "more questions to find out."
        )
    if d.high < 0:
        return f"Refused, because it is worse on {held_out}."
    if d.mean <= 0:
        return f"Refused, because {held_out} do not improve on average."
    return f"Refused, because no more of the {held_out} got better than worse."
