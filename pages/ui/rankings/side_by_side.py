"""Up to three configurations on one question: aligned lists, agreement, what each alone found."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.app.engine import Engine
from core.errors import SecondLookError
from core.evaluate.configurations import Configuration
from core.explain.side_by_side import Alone, SideBySide, side_by_side
from core.schema import Collection, Comparison
from core.text.counting import counted, milliseconds, signed
from core.text.overlap import PERSISTENCE, ListDifference
from core.text.pages import source_words
from pages.ui import resources, state
from pages.ui.actions import json_button
from pages.ui.components import style
from pages.ui.frame import show_error
from pages.ui.page_view import open_passage
from pages.ui.rankings.configurations import (
    NONE,
    configurations,
    parts,
    rerankers,
    short_titles,
)
from pages.ui.rankings.flow import LETTERS, rank_words, side_by_side_flow
from pages.ui.rankings.view import flow_view
from pages.ui.text import plain, render_untrusted, shortened

ALONE_SHOWN = 5
CHARACTERS = 220


def _run(engine: Engine, query: str, configuration: Configuration) -> Comparison:
    id_, settings = configuration.collection, configuration.settings
    on = configuration.reranker in {NONE, rerankers(engine)[0]}
    read_by = ("", "") if on else (configuration.reranker, engine.model_manager.runtime)
    return resources.comparison(engine, id_, query, settings, 0, read_by)


def _runs(
    engine: Engine, configurations: Sequence[Configuration], asked: Comparison
) -> list[Comparison]:
    """What each configuration gives; one that fails says so and nothing more is drawn."""
    comparisons = [asked]
    for configuration in configurations[1:]:
        passages = counted(configuration.settings.top_k, "passage")
        try:
            with st.spinner(f"{configuration.name} reads {passages} …", show_time=True):
                comparisons.append(_run(engine, asked.query, configuration))
        except SecondLookError as error:
            show_error(error)
            st.stop()
    return comparisons


def _cost(comparisons: Sequence[Comparison]) -> str:
    return " · ".join(
        f"{letter}: {milliseconds(c.timings.total_ms)}, {counted(c.timings.pairs, 'pair')}"
        f"{f', {c.cache_hits} from the cache' if c.cache_hits else ''}"
        for letter, c in zip(LETTERS, comparisons, strict=False)
    )


def _opening(engine: Engine, configurations: Sequence[Configuration]) -> str:
    """What opening the rerankers beside the one that is on took."""
    beside = [c for c in configurations if c.reranker not in {NONE, rerankers(engine)[0]}]
    runtime = engine.model_manager.runtime
    opened = [(c, resources.opened_reranker(engine, c.reranker, runtime)) for c in beside]
    return " · ".join(
        f"{c.name}: {c.reranker} loaded in {o.seconds:.1f} s, {_memory_words(o.megabytes)}"
        for c, o in opened
    )


def _memory_words(megabytes: float) -> str:
    """What a model added to the memory; nothing to speak of for one on a server.

    >>> _memory_words(91.4), _memory_words(0.2)
    ('+91 MB of memory', 'no extra memory')
    """
    return f"+{megabytes:,.0f} MB of memory" if megabytes >= 1 else "no extra memory"


def _one_alone(engine: Engine, collection_id: str, alone: Alone, key: str) -> None:
    chunk = alone.item.chunk
    with st.container(border=True):
        where = source_words(chunk, joint=" · ")
        st.markdown(f"**{plain(rank_words(alone.elsewhere))}** · {plain(where)}")
        render_untrusted(shortened(chunk.text, CHARACTERS))
        if chunk.first_page and st.button("Open page", key=key, type="tertiary"):
            open_passage(engine, engine.library.collection(collection_id), chunk, None)


def _alone(engine: Engine, aligned: SideBySide, configurations: Sequence[Configuration]) -> None:
    for at, column in enumerate(st.columns(len(configurations))):
        with column:
            top_n, alone = aligned.comparisons[at].settings.top_n, aligned.alone[at]
            st.markdown(f"**Only {LETTERS[at]}:** {len(alone)} of its top {top_n}")
            for lone in alone[:ALONE_SHOWN]:
                key = state.key(state.ALONE, at, lone.item.chunk.id)
                _one_alone(engine, configurations[at].collection, lone, key)


def _cell(difference: ListDifference | None) -> str:
    if difference is None:
        return '<td class="self" aria-label="the same">–</td>'
    tau = "–" if difference.tau is None else signed(difference.tau, 2)
    return (
        f'<td style="--part:{difference.rbo:.3f}"><b>{difference.rbo:.2f}</b>'
        f"<small>Jaccard {difference.jaccard:.2f}</small><small>tau {tau}</small></td>"
    )


def matrix_html(aligned: SideBySide) -> str:
    """The agreement of every two configurations, as a table."""
    by = {(p.first, p.second): p.difference for p in aligned.pairs}
    size = range(len(aligned.comparisons))
    head = "".join(f"<th scope='col'>{LETTERS[c]}</th>" for c in size)
    rows = "".join(
        f"<tr><th scope='row'>{LETTERS[r]}</th>"
        + "".join(_cell(by.get((min(r, c), max(r, c)))) for c in size)
        + "</tr>"
        for r in size
    )
    return (
        f"{style('side_by_side')}<table class='sl-side-by-side'>"
        "<caption class='sl-unseen'>Rank-biased overlap of each pair of configurations</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _lists(engine: Engine, aligned: SideBySide, configurations: Sequence[Configuration]) -> None:
    comparisons = aligned.comparisons
    collections = [engine.library.collection(c.collection) for c in configurations]
    every = [parts(c, of.chunking) for c, of in zip(configurations, collections, strict=True)]
    titles = [f"{x} · {name}" for x, name in zip(LETTERS, short_titles(every), strict=False)]
    request = flow_view(side_by_side_flow(aligned, titles), key=state.SIDE_BY_SIDE_FLOW)
    st.markdown("##### Agreement")
    st.html(matrix_html(aligned))
    st.caption(
        f"Large: rank-biased overlap (p = {PERSISTENCE:g}); top ranks weigh most, 1 is the same "
        "list. Small: Jaccard of the top n, and Kendall's tau over the passages that both "
        "found. Passages of different chunkings count as the same when at least half of the "
        "shorter one is in the other."
    )
    for comparison, collection in zip(comparisons, collections, strict=True):
        chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
        if request is not None and request.chunk_id in chunks:
            open_passage(engine, collection, chunks[request.chunk_id], None)
            return


def side_by_side_view(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the choices, the aligned lists, the agreement and what each alone found."""
    reranker = rerankers(engine)[0] if comparison.settings.second.enabled else NONE
    base = Configuration("A", comparison.settings, reranker=reranker, collection=collection.id)
    chosen = configurations(engine, collection, base)
    aligned = side_by_side(_runs(engine, chosen, comparison))
    st.caption(f":material/timer: {plain(_cost(aligned.comparisons))}")
    if opening := _opening(engine, chosen):
        st.caption(f":material/memory: {plain(opening)}")
    _lists(engine, aligned, chosen)
    st.markdown("##### Found by only one")
    _alone(engine, aligned, chosen)
    json_button(aligned, "configurations.json", state.SIDE_BY_SIDE_JSON)
