"""Entries of the history as the page shows them. Nothing here imports streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.app.again import Again
from core.history.records import Entry, Feedback, HistoryLine
from core.schema import Answer
from core.text.counting import counted
from pages.ui.text import plain, printable

_THUMBS = {True: "👍", False: "👎", None: ""}


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
