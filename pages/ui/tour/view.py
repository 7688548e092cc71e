"""The tour: both models run on the probes, on demand, and remembered until the models change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from core.app.engine import Engine
from core.app.tour import (
    OWN_FILE,
    REASONS,
    OwnProbes,
    Probe,
    ProbeOutcome,
    ProbeReason,
    Speed,
    Totals,
    measure_speed,
    run_probe,
    totals,
    tour_probes,
)
from core.errors import InputError
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.components import style
from pages.ui.deltas import trend
from pages.ui.frame import errors_shown, show_error
from pages.ui.text import plain, printable

TITLES: Mapping[ProbeReason, str] = {
    "negation": "Negation: may, or may not?",
    "answer_type": "Answer type: what kind of answer is asked for?",
    "vocabulary": "Vocabulary: other words for the same thing",
    "chunk_artefact": "Chunk artefacts: the answer in an awkward piece",
    "own": "Your own probes",
}
REASON_WORDS: Mapping[ProbeReason, str] = {
    "negation": "“You may” and “you may not” share every word but one. Their vectors are almost "
    "the same, so a rule that allows something can outrank the one that forbids it. A model that "
    "reads question and passage together could see the “not”; whether it does is measured here.",
    "answer_type": "A question that asks for a number, a date or a person is answered by a passage "
    "that contains one. One vector for a whole passage says what it is about, but little about "
    "what it states.",
    "vocabulary": "People ask for “tips”, and the policy says “gratuities”. Both models have to "
    "bridge that gap, and a small cross-encoder can fail where the bi-encoder does not.",
    "chunk_artefact": "Documents are split into chunks, and a boundary can fall anywhere: the "
    "answer ends up behind a sentence about something else, or loses its beginning. The vector "
    "then mostly describes the rest of the chunk.",
    "own": "Probes added on this page, kept in the home folder.",
}


_WHERE: Mapping[ProbeReason, str] = {
    "negation": "a “not” decides",
    "answer_type": "a number, a date or a person is asked for",
    "vocabulary": "the document uses other words",
    "chunk_artefact": "the answer stands in an awkward piece",
}
_WORSE = " So with these models a second look does harm here: check such answers yourself."


def own_probes(engine: Engine) -> OwnProbes:
    """The probes that people added."""
    return OwnProbes(engine.settings.home / OWN_FILE)


def models_key(engine: Engine) -> tuple[str, ...]:
    """Names both models with their weights and runtimes."""
    return tuple(m.info.computation for m in engine.models.wait())


def run(engine: Engine, probes: Sequence[Probe]) -> None:
    """Run what has not run yet, with progress."""
    models = models_key(engine)
    outcomes, speeds = resources.tour_outcomes(models), resources.tour_speeds()
    encoder, cross_encoder = engine.models.wait()
    missing = [probe for probe in probes if probe not in outcomes]
    bar = st.progress(0.0, "Both models rank the probes …")
    for done, probe in enumerate(missing, start=1):
        outcomes[probe] = run_probe(probe, encoder, cross_encoder)
        bar.progress(done / len(missing), f"{done} of {len(missing)} probes")
    if models not in speeds:
        speeds[models] = measure_speed(probes, encoder, cross_encoder)
    bar.empty()


def results(engine: Engine, outcomes: Sequence[ProbeOutcome]) -> None:
    """The totals, then each reason with its probes, those that hold here first, then the speed."""
    overall = totals(outcomes)
    parts = by_gain(outcomes)
    st.markdown(f"##### {expectation({reason: totals(part) for reason, part in parts.items()})}")
    st.html(bars_html(overall))
    st.markdown(f"**{score_sentence(overall)}**")
    for reason, part in parts.items():
        sums = totals(part)
        st.markdown(f"### {trend(_gain(sums))} {TITLES[reason]}\n{REASON_WORDS[reason]}")
        st.markdown(f"**{score_sentence(sums)}**{_WORSE if _gain(sums) < 0 else ''}")
        st.html(table_html(part, TITLES[reason]))
    speed = resources.tour_speeds().get(models_key(engine))
    if speed is not None:
        st.markdown(f"### Why not rerank everything?\n{speed_sentence(speed)}")


def add_probe(engine: Engine) -> None:
    """A form for a probe of one's own, and the list of those that are kept."""
    probes = own_probes(engine)
    with st.form("own-probe", border=True):
        st.markdown("#### Add your own probe")
        question = st.text_input("Question", max_chars=500)
        answer = st.text_area("The piece that answers it", max_chars=2000, height=80)
        others = st.text_area(
            "Pieces that do not answer it, one per line", max_chars=8000, height=120
        )
        if st.form_submit_button("Add and run it", icon=":material/add:"):
            try:
                probes.add(question, answer, others.splitlines())
            except InputError as error:
                show_error(error)
            else:
                run(engine, [*tour_probes(), *probes.all()])
                st.rerun()
    for index, probe in enumerate(probes.all()):
        label, key = f"Remove “{plain(probe.question)}”", state.key(state.REMOVE_PROBE, index)
        button(label, "delete", partial(probes.remove, index), key=key, type="tertiary")


def tour(engine: Engine) -> None:
    """Draw the tour: a button at first, the results once they are there."""
    with errors_shown():
        probes = [*tour_probes(), *own_probes(engine).all()]
        if engine.models.status.state != "ready":
            st.info("The models are loading. The tour can begin when they are ready.")
            return
        outcomes = resources.tour_outcomes(models_key(engine))
        if any(probe not in outcomes for probe in probes):
            label = f"Run all {counted(len(probes), 'probe')} live"
            if not st.button(label, type="primary", icon=":material/play_arrow:"):
                st.caption("Nothing is precomputed: both models run live.")
                return
            run(engine, probes)
            st.rerun()
        results(engine, [outcomes[probe] for probe in probes])
        if not engine.settings.demo:
            add_probe(engine)


def _gain(sums: Totals) -> int:
    return sums.repaired - sums.spoiled


def by_gain(outcomes: Sequence[ProbeOutcome]) -> dict[ProbeReason, list[ProbeOutcome]]:
    """The outcomes by reason: first where reranking gains most here, a person's own last."""
    parts = {
        reason: [outcome for outcome in outcomes if outcome.probe.reason == reason]
        for reason in REASONS
    }
    ordered = sorted(parts, key=lambda reason: (reason == "own", -_gain(totals(parts[reason]))))
    return {reason: parts[reason] for reason in ordered if parts[reason]}


def expectation(sums: Mapping[ProbeReason, Totals]) -> str:
    """When to expect a gain, by what these models did here; in one sentence.

    >>> good, bad = Totals(10, 5, 8, 4, 1), Totals(10, 8, 5, 1, 4)
    >>> expectation({"vocabulary": good, "negation": bad})
    'Expect a gain where the document uses other words; expect harm where a “not” decides.'
    """
    here = [reason for reason in sums if reason in _WHERE]
    gains = [_WHERE[reason] for reason in here if _gain(sums[reason]) > 0]
    harms = [_WHERE[reason] for reason in here if _gain(sums[reason]) < 0]
    said = [f"expect a gain where {' or '.join(gains)}"] if gains else []
    said += [f"expect harm where {' or '.join(harms)}"] if harms else []
    words = "; ".join(said) or "expect no gain: these models rank the probes alike"
    return f"{words[0].upper()}{words[1:]}."


def score_sentence(sums: Totals) -> str:
    """The totals in one sentence.

    >>> score_sentence(Totals(10, 5, 8, 4, 1))
    'Right: bi-encoder 5 of 10, cross-encoder 8 of 10. Reranking fixed 4 and broke 1.'
    """
    return (
        f"Right: bi-encoder {sums.bi_right} of {sums.probes}, cross-encoder "
        f"{sums.cross_right} of {sums.probes}. Reranking fixed {sums.repaired} and broke "
        f"{sums.spoiled}."
    )


def speed_sentence(speed: Speed, corpus: int = 10_000, candidates: int = 50) -> str:
    """What it would cost to let the cross-encoder read everything, from what was measured."""
    everything = speed.pair_ms * corpus / 1000
    return (
        f"Measured now: the bi-encoder encodes the question in {speed.encode_ms:.0f} ms; the "
        "vectors of the passages are computed once, in advance. The cross-encoder needs "
        f"{speed.pair_ms:.1f} ms for each pair of question and passage ({speed.pairs} pairs). For "
        f"{candidates} candidates that is {speed.pair_ms * candidates:.0f} ms; for {corpus:,} "
        f"passages it would be {_duration(everything)}, for every question. So the first stage "
        "finds, and the second stage reranks."
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def bars_html(sums: Totals) -> str:
    """Both models' shares as two bars with their numbers."""
    rows = (("Bi-encoder", "bi", sums.bi_right), ("Cross-encoder", "cross", sums.cross_right))
    bars = "".join(
        f'<div class="name">{name}</div><div class="track"><i class="{kind}" '
        f'style="width:{100 * right / max(1, sums.probes):.1f}%"></i></div>'
        f'<div class="count">{right} of {sums.probes}</div>'
        for name, kind, right in rows
    )
    return f'{style("tour")}<div class="sl-tour-bars">{bars}</div>'


def table_html(outcomes: Sequence[ProbeOutcome], caption: str) -> str:
    """Each probe with what both models ranked first; every text is escaped."""
    rows = "".join(_row(outcome) for outcome in outcomes)
    return (
        f'{style("tour")}<table class="sl-tour">'
        f'<caption class="sl-unseen">{escape(caption)}</caption>'
        "<thead><tr><th scope='col'>Question</th><th scope='col'>The bi-encoder's first</th>"
        "<th scope='col'>The cross-encoder's first</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _row(outcome: ProbeOutcome) -> str:
    cells = (_cell(outcome.bi_first, outcome.before), _cell(outcome.cross_first, outcome.after))
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
