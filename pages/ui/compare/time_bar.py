"""Where the time went, as a bar: every number comes from the comparison's record."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.schema import Comparison
from core.text.counting import counted, milliseconds
from pages.ui.components import style

_STAGES = (
    ("encode", "encode_ms", "the bi-encoder reads the question"),
    ("search", "search_ms", "Qdrant finds the nearest passages"),
    ("rerank", "rerank_ms", "the cross-encoder reads every pair"),
    ("quotes", "quotes_ms", "the cross-encoder looks for the best sentences"),
)


def _limit(budget_ms: int, found_ms: float, total: float) -> tuple[str, str]:
    """The time limit of the settings: its mark on the bar, and its words; nothing without one.

    It runs from when the candidates are found.
    """
    if not budget_ms:
        return "", ""
    place = min(100.0, 100 * (found_ms + budget_ms) / total)
    why = "no further passage is read after it; what is being read then still ends"
    mark = f'<b class="limit" style="left:{place:.2f}%"></b>'
    return mark, f'<li title="{why}"><b class="limit"></b>limit {milliseconds(budget_ms)}</li>'


def time_bar_html(comparison: Comparison) -> str:
    """The bar with its legend; names are escaped, the rest is ours."""
    timings = comparison.timings
    spans = [(name, getattr(timings, field), why) for name, field, why in _STAGES]
    total = sum(value for _, value, _ in spans) or 1.0
    bars = "".join(
        f'<i class="{name}" style="width:{100 * value / total:.2f}%"></i>'
        for name, value, _ in spans
    )
    items = "".join(
        f'<li title="{escape(why)}"><i class="{name}"></i>{name} {milliseconds(value)}</li>'
        for name, value, why in spans
    )
    models = " · ".join(f"{escape(m.name)} ({escape(m.runtime)})" for m in comparison.models)
    cached = f", {comparison.cache_hits} of them from the cache" if comparison.cache_hits else ""
    mark, limit = _limit(comparison.settings.second.budget_ms, spans[0][1] + spans[1][1], total)
    return (
        f'{style("time_bar")}<div class="sl-time">'
        f'<div class="bar" aria-hidden="true">{bars}{mark}</div>'
        f"<ul>{items}<li><b>total {milliseconds(timings.total_ms)}</b></li>{limit}"
        f'<li title="Scores of pairs that were asked before come from the cache">'
        f"{counted(timings.pairs, 'pair')} scored{cached}</li><li>{models}</li></ul></div>"
    )


def time_bar(comparison: Comparison) -> None:
    """Draw the bar."""
    st.html(time_bar_html(comparison))
