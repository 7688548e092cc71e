"""The figures around the lists: how different they are, what was lost, and where the time went."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import numpy as np
import streamlit as st

from core.app.engine import Engine
from core.errors import InputError
from core.schema import Collection, Comparison, SearchSettings
from core.search.cascade import lost_against
from core.search.depth import depth_curve, fully_read, knee
from core.text.counting import counted, milliseconds, signed
from core.text.overlap import PERSISTENCE, ListDifference, list_difference
from core.text.pages import source_words
from pages.ui import resources, state
from pages.ui.components import style
from pages.ui.evaluate.depth import DEPTHS, curve_chart, knee_words
from pages.ui.evaluate.views import DEPTH
from pages.ui.frame import view_link
from pages.ui.rankings.builder import rankings_of
from pages.ui.text import plain

_STAGES = (
    ("encode", "encode_ms", "the bi-encoder reads the question"),
    ("search", "search_ms", "Qdrant finds the nearest passages"),
    ("rerank", "rerank_ms", "the cross-encoder reads every pair"),
    ("quotes", "quotes_ms", "the cross-encoder marks the best sentences"),
)


def difference(comparison: Comparison) -> ListDifference:
    """The candidates' order against the cross-encoder's."""
    first, final = rankings_of(comparison)[-2:]
    before, after = ([row.chunk.id for row in ranking.rows] for ranking in (first, final))
    return list_difference(before, after, comparison.settings.top_n)


def figures(difference: ListDifference) -> list[tuple[str, str, str]]:
    """The four numbers: name, value and meaning of each; nothing is computed here."""
    n, tau = difference.top_n, difference.tau
    return [
        (
            "Entered",
            f"{difference.entered} of {n}",
            f"Passages that reranking brought into the top {n}.",
        ),
        (
            "Jaccard",
            f"{difference.jaccard:.2f}",
            f"Shared passages of the two top {n}, as a fraction of all in either: 1 is the same "
            "set.",
        ),
        (
            "RBO",
            f"{difference.rbo:.2f}",
            f"Rank-biased overlap (p = {PERSISTENCE:g}). Top ranks weigh most; 1 is the same "
            "list, 0 has nothing in common.",
        ),
        (
            "Kendall's tau",
            "–" if tau is None else signed(tau, 2),
            "Rank correlation over the whole list: +1 is the same order, 0 is unrelated, −1 is "
            "reversed.",
        ),
    ]


def difference_panel(comparison: Comparison) -> None:
    """Draw the four numbers, folded away until somebody asks."""
    with st.popover("How different?", icon=":material/difference:"):
        shown = figures(difference(comparison))
        st.markdown("\n".join(f"- **{name} {value}** — {why}" for name, value, why in shown))


def _curve(comparison: Comparison) -> None:
    try:
        candidates, logits = fully_read(comparison)
    except InputError as error:
        st.caption(plain(f"{error.message} {error.advice}"))
        return
    now, top_n = len(candidates), comparison.settings.top_n
    if now < DEPTHS[1]:
        st.caption("This question has too few candidates for a curve.")
        return
    read, ms = np.array(logits, dtype=np.float32), comparison.timings.rerank_ms
    curve = depth_curve(candidates, read, (*DEPTHS, now), top_n, milliseconds=ms)
    bend = knee(curve)
    marks = {"now": now} | ({"knee": bend.depth} if bend else {})
    st.altair_chart(curve_chart(curve, marks, top_n), width="stretch")
    st.caption(knee_words(curve, bend, top_n))
    st.caption(
        f"Computed from the {now} scores of this search; no model runs again. Times are scaled "
        "from this search, and cached scores cost nothing."
    )


def depth_panel(comparison: Comparison) -> None:
    """Draw the curve with the number of this search marked, once somebody opens it."""
    panel = st.popover(
        "Fewer candidates?", icon=":material/show_chart:", key=state.DEPTH_PANEL, on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        _curve(comparison)
        view_link("Evaluate", state.EVALUATE_VIEW, DEPTH, "More depths and cascades")


def shortened(comparison: Comparison) -> bool:
    """Whether reranking was wanted, and the full model did not read every candidate."""
    wanted = comparison.settings.second.enabled
    return wanted and any(item.scored != "full" for item in comparison.reranked)


def in_full(settings: SearchSettings) -> SearchSettings:
    """The same question without cascade, limit and skip predictor."""
    return replace(
        settings, second=replace(settings.second, cascade=0, budget_ms=0, skip_predictor=False)
    )


def loss_words(full: Comparison, made: Comparison) -> str:
    """One sentence about what is missing from the top n, with each passage's place."""
    n = min(made.settings.top_n, len(full.reranked))
    lost = lost_against(full, made)
    if not lost:
        same = "passage" if n == 1 else f"{n} passages"
        return f"Nothing lost: a full pass has the same {same} in its top {n}."
    places = ", ".join(f"rank {item.rank} ({source_words(item.chunk)})" for item in lost)
    return f"Lost against a full pass: {len(lost)} of its top {n}, at {places}."


def full_pass(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """A switch that reads the rest too, and says what was lost."""
    if not shortened(comparison):
        return
    checked = st.toggle(
        "Compare with a full pass",
        key=state.FULL_PASS,
        help="Also reads every candidate in full, so it takes the time that was saved.",
    )
    if not checked:
        return
    search = in_full(comparison.settings)
    full = resources.comparison(engine, collection.id, comparison.query, search, 0)
    st.caption(f":material/compare_arrows: {plain(loss_words(full, comparison))}")


def _limit(budget_ms: int, found_ms: float, total: float) -> tuple[str, str]:
    """The time limit of the settings: its mark on the bar, and its words; nothing without one.

    It runs from when the candidates are found.
    """
    if not budget_ms:
        return "", ""
    place = min(100.0, 100 * (found_ms + budget_ms) / total)
    why = "no passage is started after this time"
    mark = f'<b class="limit" style="left:{place:.2f}%"></b>'
    return mark, f'<li title="{why}"><b class="limit"></b>limit {milliseconds(budget_ms)}</li>'


def page_ms(comparison: Comparison, began: datetime) -> float:
    """What a page has taken since it began, without the search; one kept from before took none."""
    taken = 1000 * (datetime.now(UTC) - began).total_seconds()
    asked = comparison.asked_at is not None and comparison.asked_at >= began
    return max(0.0, taken - asked * comparison.timings.total_ms)


def time_bar_html(comparison: Comparison, page: float = 0.0) -> str:
    """The bar with its legend; names are escaped, the rest is ours. ``page`` is of ``page_ms``."""
    timings = comparison.timings
    spans = [(name, getattr(timings, field), why) for name, field, why in _STAGES]
    spans += [("page", page, "all else: waiting for models, drawing, the answer")] if page else []
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
    cached = f", {comparison.cache_hits} from the cache" if comparison.cache_hits else ""
    mark, limit = _limit(comparison.settings.second.budget_ms, spans[0][1] + spans[1][1], total)
    return (
        f'{style("time_bar")}<div class="sl-time">'
        f'<div class="bar" aria-hidden="true">{bars}{mark}</div>'
        f"<ul>{items}<li><b>total {milliseconds(timings.total_ms + page)}</b></li>{limit}"
        f'<li title="Scores of pairs seen before come from the cache">'
        f"{counted(timings.pairs, 'pair')} scored{cached}</li><li>{models}</li></ul></div>"
    )


def time_bar(comparison: Comparison, began: datetime) -> None:
    """Draw the bar of a page that began then."""
    st.html(time_bar_html(comparison, page_ms(comparison, began)))
