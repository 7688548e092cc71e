"""Numbers beside a figure: with a true minus, an arrow, and a colour where they prove something."""

from __future__ import annotations

from typing import Literal, TypedDict

from core.text.counting import signed


class Delta(TypedDict):
    """What ``st.metric`` takes for its change; it would read a true minus as a rise."""

    delta: str
    delta_color: Literal["green", "red", "gray"]
    delta_arrow: Literal["up", "down", "off"]


def delta(value: float, decimals: int = 3, *, words: str = "", claims: bool = True) -> Delta:
    """A change with its sign.

    Args:
        value: more is better.
        decimals: that are shown.
        words: after the number.
        claims: False leaves it grey: it may be chance.

    >>> delta(-0.5, 1)
    {'delta': '−0.5', 'delta_color': 'red', 'delta_arrow': 'down'}
    """
    shown = f"{signed(value, decimals)}{words}"
    if round(value, decimals) == 0:
        return {"delta": shown, "delta_color": "gray", "delta_arrow": "off"}
    up = value > 0
    colour: Literal["green", "red", "gray"] = ("green" if up else "red") if claims else "gray"
    return {"delta": shown, "delta_color": colour, "delta_arrow": "up" if up else "down"}


def trend(value: float) -> str:
    """The sign of a gain, of a loss, or of neither, as an icon of Streamlit's Markdown."""
    if value == 0:
        return ":gray[:material/balance:]"
    return ":green[:material/trending_up:]" if value > 0 else ":red[:material/trending_down:]"
