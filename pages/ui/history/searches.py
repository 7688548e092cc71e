"""The searches that are remembered: filters, the table, and one of them with everything kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from core.app.again import Again, ask_again
from core.app.engine import Engine
from core.history.receipt import Receipt
from core.history.records import Entry, Feedback, HistoryFilter, HistoryLine
from core.schema import Answer
from core.search.comparison import what_happened
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import button, choose, confirm, delete_button
from pages.ui.choosing_table import choosing_table
from pages.ui.compare.receipt import receipt_downloads
from pages.ui.frame import errors_shown, open_page, way_to
from pages.ui.page_view import open_passage
from pages.ui.rankings.builder import passage_of
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import OpenPage, comparison_view
from pages.ui.text import plain, printable, render_untrusted

_THUMBS = {True: "👍", False: "👎", None: ""}
_MOST = 500
_COLUMNS = {
    "Asked": st.column_config.DatetimeColumn(width=140, format="D MMM YYYY, HH:mm"),
    "Question": st.column_config.TextColumn(width=270),
    "What happened": st.column_config.TextColumn(width=440),
    "Collection": st.column_config.TextColumn(width=110),
    "Took": st.column_config.NumberColumn("Took (ms)", width="small", format="localized"),
    "Liked": st.column_config.TextColumn(width="small"),
}


def switch(engine: Engine) -> None:
    """Whether searches are remembered, for how long, and forgetting all of them."""
    history = engine.history
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Remember searches",
            value=history.on,
            disabled=not history.settings.enabled,
            key=state.HISTORY_ON,
            on_change=lambda: history.switch(on=bool(st.session_state[state.HISTORY_ON])),
            help="When off, new searches are not recorded. Recorded ones stay until you forget "
            "them.",
        )
        delete_button("Forget everything", state.FORGET_ALL)
    if not history.settings.enabled:
        st.caption("The history is switched off by SECOND_LOOK_HISTORY.")
    st.caption(
        "Kept on this machine only and shared by everyone who uses it: up to "
        f"{history.settings.entries:,} searches of the last {history.settings.days} days."
    )
    confirm(
        "Forget them",
        f"Forget **{counted(history.count(), 'search')}** with their answers and notes? "
        "This cannot be undone.",
        history.purge,
        "The history is empty.",
        key=state.FORGET_ALL,
    )


def wanted(engine: Engine) -> HistoryFilter:
    """The filters; what they let through."""
    collections = engine.history.collections()
    words, where, days = st.columns([3, 2, 2])
    text = words.text_input(
        "Search", key=state.HISTORY_WORDS, placeholder="Words in a question or a document's name"
    )
    with where:
        collection = choose(
            "Collection",
            {id_: printable(name) for id_, name in collections.items()},
            state.HISTORY_COLLECTION,
            index=None,
            placeholder="All collections",
        )
    chosen = days.date_input("Days", value=[], key=state.HISTORY_DAYS, max_value=date.today())
    span = chosen if isinstance(chosen, tuple) else (chosen,)
    first, last = (span[0], span[-1]) if span else (None, None)
    return HistoryFilter(text, collection or "", first, last, _MOST)


def table(lines: Sequence[HistoryLine]) -> str | None:
    """Draw the searches; the id of the chosen one."""
    return choosing_table(
        rows(lines),
        {line.id: option(line) for line in lines},
        state.HISTORY_ENTRY,
        what="search",
        key=state.HISTORY_TABLE,
        columns=_COLUMNS,
    )


def nothing_remembered(engine: Engine) -> None:
    """Why there is nothing to see, and what to do."""
    words = "Ask a question and it appears here."
    if not engine.history.on:
        words = "Remembering is off: switch it on above."
    st.info(f"No searches yet. {words}", icon=":material/history:")
    way_to("Compare", "Ask a question")


def searches_view(engine: Engine) -> None:
    """Draw the searches, and the chosen one."""
    filters = wanted(engine)
    lines = engine.history.lines(filters)
    if lines:
        chosen = table(lines)
        if chosen is not None:
            entry_view(engine, engine.history.entry(chosen))
    elif filters == HistoryFilter(limit=_MOST):
        nothing_remembered(engine)
    else:
        st.info("No search matches. Use fewer words or other days.", icon=":material/search_off:")


def entry_view(engine: Engine, entry: Entry) -> None:
    """Draw everything that is remembered of a search."""
    comparison = entry.comparison
    st.markdown(f"### {plain(comparison.query)}")
    st.caption(f"{entry.asked_at.astimezone():%d %B %Y, %H:%M:%S} · {facts(entry)}")
    st.markdown(plain(what_happened(comparison.reranked, comparison.settings.top_n)))
    for note in comparison.notes:
        st.caption(f":material/info: {plain(note.text)}")
    _actions(engine, entry)
    _replayed(entry)
    for given in entry.answers:
        with st.container(border=True):
            st.caption(answer_title(given.answer, given.stage))
            render_untrusted(given.answer.text or "No passage answers this well enough.")
            for word in entry.feedback:
                if (word.stage, word.mode) == (given.stage, given.answer.mode):
                    st.caption(feedback_line(word))
    if comparison.reranked:
        view = comparison_data(comparison, visible=5)
        clicked = comparison_view(view, key=state.HISTORY_COMPARISON)
        if clicked is not None:
            _open_page(engine, entry, clicked)


def _open_page(engine: Engine, entry: Entry, clicked: OpenPage) -> None:
    """The page of a passage, while its document is still there."""
    with errors_shown():
        collection = engine.library.collection(entry.provenance.collection_id)
        chunk, quote = passage_of(entry.comparison, clicked.chunk_id)
        engine.library.document(collection.id, chunk.document_id)
        open_passage(engine, collection, chunk, quote)


def _actions(engine: Engine, entry: Entry) -> None:
    with st.container(horizontal=True):
        ask = partial(_ask_again, engine, entry)
        button("Ask again and compare", "replay", ask, type="primary")
        if st.button("Open in Compare", icon=":material/open_in_new:"):
            _take(entry)
            open_page("Compare")
        with st.popover("Receipt", icon=":material/receipt_long:"):
            receipt = Receipt(entry.asked_at, entry.comparison, entry.provenance, entry.answers)
            receipt_downloads(engine, receipt, entry.id)
        button("Forget this search", "delete", partial(engine.history.delete, entry.id))


def _take(entry: Entry) -> None:
    """Make the question and its settings those of the Compare page."""
    st.session_state[state.COLLECTION] = entry.provenance.collection_id
    state.put(state.QUERY, entry.comparison.query)
    state.put_settings(entry.comparison.settings)
    state.put(state.DOCUMENTS, list(entry.comparison.settings.document_ids))


def _ask_again(engine: Engine, entry: Entry) -> None:
    st.session_state.pop(state.HISTORY_AGAIN, None)
    with st.spinner("Asking again …", show_time=True):
        parts = engine.searcher, engine.library, engine.quote_answer
        again = ask_again(*parts, entry.comparison, entry.provenance, entry.answers)
        st.session_state[state.HISTORY_AGAIN] = (entry.id, again)


def _replayed(entry: Entry) -> None:
    kept: tuple[str, Again] | None = st.session_state.get(state.HISTORY_AGAIN)
    if kept is None or kept[0] != entry.id:
        return
    again = kept[1]
    if again.replay.equal:
        st.success(replay_words(again), icon=":material/check_circle:")
    else:
        st.warning(replay_words(again), icon=":material/difference:")


def rows(lines: Sequence[HistoryLine]) -> dict[str, list[Any]]:
    """The table's columns."""
    return {
        "Asked": [line.asked_at.astimezone() for line in lines],
        "Question": [printable(line.query) for line in lines],
        "What happened": [printable(line.summary) for line in lines],
        "Collection": [printable(line.collection) for line in lines],
        "Took": [round(line.total_ms) for line in lines],
        "Liked": [_THUMBS[line.liked] for line in lines],
    }


def option(line: HistoryLine) -> str:
    """An entry in a list to choose from."""
    return f"{line.asked_at.astimezone():%d %b, %H:%M} · {printable(line.query)}"


def facts(entry: Entry) -> str:
    """Settings and models in one line of Markdown."""
    comparison = entry.comparison
    settings = comparison.settings
    models = " · ".join(f"{plain(m.name)} ({plain(m.runtime)})" for m in comparison.models)
    return (
        f"{counted(len(comparison.candidates), 'candidate')}, "
        f"top {settings.top_n} for the answer · {comparison.timings.total_ms:.0f} ms · {models} · "
        f"collection as of {plain(comparison.corpus_version)}"
    )


def answer_title(answer: Answer, stage: str) -> str:
    """Whose answer it is, from which list."""
    by = "Quoted" if answer.mode == "quotes" else f"Written by {plain(answer.model)}"
    return f"{by}, from the {'reranked' if stage == 'rerank' else 'first'} list"


def feedback_line(feedback: Feedback) -> str:
    """One word of a person, as Markdown."""
    thumb = _THUMBS[feedback.liked]
    return " ".join(filter(None, [thumb, plain(feedback.about), plain(feedback.note)]))


def replay_words(again: Again) -> str:
    """What asking again showed, as Markdown: the verdict, the lists, then the reasons."""
    replay = again.replay
    lines = [f"**{replay.verdict}**"]
    lines += [f"- {plain(change.text)}" for change in replay.changes]
    if replay.reasons:
        lines.append("\nBecause:" if replay.changes else "\nAlthough:")
        lines += [f"- {plain(reason.text)}" for reason in replay.reasons]
    lines += [f"\n{plain(remark)}" for remark in again.remarks]
    return "\n".join(lines)
