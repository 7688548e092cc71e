"""What the tour says, and its table. Nothing here imports streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from core.app.tour import Outcome, Reason, Speed, Totals
from pages.ui.components import style
from pages.ui.text import printable

TITLES: Mapping[Reason, str] = {
    "negation": "Negation: may, or may not?",
    "answer_type": "Answer type: what kind of answer is asked for?",
    "vocabulary": "Vocabulary: other words for the same thing",
    "chunk_artefact": "Chunk artefacts: the answer in an awkward piece",
    "own": "Your own probes",
}
REASON_WORDS: Mapping[Reason, str] = {
    "negation": "“You may” and “you may not” share every word but one. As one vector each they lie "
    "side by side, and what allows something can come before what forbids it. A model that reads "
    "question and passage together has a chance to see the “not”.",
    "answer_type": "A question for a number, a date or a person has an answer with a number, a "
    "date or a person in it. One vector for a whole passage says what it is about, and little "
    "about what it states.",
    "vocabulary": "People ask for “tips”, and the policy says “gratuities”. Both models have to "
    "bridge that gap, and a small cross-encoder can fall into it where the bi-encoder does not.",
    "chunk_artefact": "Documents are cut into pieces, and a border does not ask whether it is "
    "convenient: the answer ends up behind a sentence about something else, or without its "
    "beginning. One vector is then mostly about the rest of the piece.",
    "own": "Questions and pieces that people added here, kept in the home folder.",
}


def score_sentence(found: Totals) -> str:
    """The totals in one sentence.

    >>> score_sentence(Totals(10, 5, 8, 4, 1))
    'Right: bi-encoder 5 of 10, cross-encoder 8 of 10. The second look repaired 4 and spoiled 1.'
    """
    return (
        f"Right: bi-encoder {found.bi_right} of {found.probes}, cross-encoder "
        f"{found.cross_right} of {found.probes}. The second look repaired {found.repaired} and "
        f"spoiled {found.spoiled}."
    )


def speed_sentence(speed: Speed, corpus: int = 10_000, candidates: int = 50) -> str:
    """What it would cost to let the cross-encoder read everything, from what was measured."""
    everything = speed.pair_ms * corpus / 1000
    return (
        f"Measured now: the bi-encoder reads the question in {speed.encode_ms:.0f} ms, its "
        f"vectors of the passages are made once, beforehand. The cross-encoder needs "
        f"{speed.pair_ms:.1f} ms for each pair of question and passage ({speed.pairs} pairs). For "
        f"{candidates} candidates that is {speed.pair_ms * candidates:.0f} ms; for {corpus:,} "
        f"passages it would be {_duration(everything)}, for every question. So the first stage "
        "finds, and the second stage looks again."
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def bars_html(found: Totals) -> str:
    """Both models' shares as two bars with their numbers."""
    rows = (
        ("Bi-encoder", "bi", found.bi_right),
        ("Cross-encoder", "cross", found.cross_right),
    )
    bars = "".join(
        f'<div class="name">{name}</div><div class="track"><i class="{kind}" '
        f'style="width:{100 * right / max(1, found.probes):.1f}%"></i></div>'
        f'<div class="count">{right} of {found.probes}</div>'
        for name, kind, right in rows
    )
    return f'{style("tour")}<div class="sl-tour-bars">{bars}</div>'


def table_html(outcomes: Sequence[Outcome], caption: str) -> str:
    """Each probe with what both models ranked first; every text is escaped."""
    rows = "".join(_row(outcome) for outcome in outcomes)
    return (
        f'{style("tour")}<table class="sl-tour">'
        f'<caption class="sl-unseen">{escape(caption)}</caption>'
        "<thead><tr><th scope='col'>Question</th><th scope='col'>The bi-encoder's first</th>"
        "<th scope='col'>The cross-encoder's first</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _row(outcome: Outcome) -> str:
    cells = (
        _cell(outcome.bi_first, outcome.before),
        _cell(outcome.cross_first, outcome.after),
    )
    return f"<tr><th scope='row'>{_text(outcome.probe.question)}</th>{''.join(cells)}</tr>"


def _cell(first: str, rank: int) -> str:
    kind, mark, word = ("right", "✓", "right") if rank == 1 else ("wrong", "✗", "wrong")
    below = "" if rank == 1 else f"<small>the answer is at rank {rank}</small>"
    return (
        f'<td class="{kind}"><b aria-hidden="true">{mark}</b>'
        f'<span class="sl-unseen">{word}: </span>'
        f"{_text(first)}{below}</td>"
    )


def _text(text: str) -> str:
    return escape(printable(text))
