"""The card of a cross-encoder that ``python -m training train`` made."""

from __future__ import annotations

from collections.abc import Sequence

from core.models.registry import ModelSpec
from core.text.counting import counted, signed
from training.bundled import Made, Plan
from training.gain import MEASURE, TOP, Gain
from training.sources import HELD_OUT, SOURCES, Data

LICENCES = {
    "squad": "SQuAD 1.1 train, CC BY-SA 4.0",
    "sentences": "SQuAD 1.1 train, CC BY-SA 4.0",
    "medquad": "MedQuAD, CC BY 4.0",
    "policies": "made by rule, Apache-2.0",
    "headings": "18F handbook, public domain (CC0)",
    "web": "CLAPNQ's questions, Apache-2.0",
    "topics": "titles and headings of free texts, licences in docs/decisions/0101",
}


def bundled_card(
    name: str, base: ModelSpec, data: Data, plan: Plan, made: Made, gains: Sequence[Gain] = ()
) -> str:
    """Markdown: what it was made from, how, and what was measured.

    Args:
        name: of the new model.
        base: what it started from.
        data: what it learned from.
        plan: how.
        made: and with which result.
        gains: on collections with known answers, if any was named.
    """
    return (
        "---\nlicense: apache-2.0\nlanguage: en\npipeline_tag: text-ranking\n"
        f"library_name: sentence-transformers\n---\n# {name}\n"
        f"A cross-encoder made from {base.name} by `python -m training train`: {made.steps} steps "
        f"({plan.share:.1%} of the recipe), {made.drawn:,} questions drawn from those below, seed "
        f"{plan.seed}, {made.seconds:.0f} s.\n\n"
        f"## What it learned from\n{_sources(data)}\n\n"
        f"## What was measured\n{_held_out(made)}\n\n{_gains(base, gains)}\n"
    )


def _sources(data: Data) -> str:
    rows = [
        f"| {SOURCES[source]} | {len(pool)} | {LICENCES[source]} |"
        for source, pool in data.pools.items()
    ]
    missing = [file for source, file in SOURCES.items() if source not in data.pools]
    left_out = (
        f"Not there, so not learned from: {', '.join(missing)}. The other sources took their share "
        "of the mixture, so this is not the recipe of the bundled model."
        if missing
        else "All sources of the recipe were there."
    )
    table = "\n".join(["| source | questions there | licence |", "|---|---|---|", *rows])
    return f"{table}\n\n{left_out}"


def _held_out(made: Made) -> str:
    if not made.tested:
        return "No question was held out: that takes SQuAD's part of the data."
    return (
        f"One in {HELD_OUT} articles of SQuAD was kept from all sources. Of "
        f"{counted(made.tested, 'question')} about them, the answer is first of four passages on "
        f"{made.before:.1%} before the training, when the output layer is still random, and on "
        f"{made.after:.1%} after it. The other three are what the bi-encoder confuses with it."
    )


def _gains(base: ModelSpec, gains: Sequence[Gain]) -> str:
    if not gains:
        return (
            "Nothing else was measured, so it is not known whether it reranks better than the "
            "bi-encoder, on any kind of text. `python -m core evaluate BEIR_DIR` measures that."
        )
    rows = "\n".join(map(_row, gains))
    return (
        f"{MEASURE}, the top {TOP} of {base.name} reranked, paired 95% bootstrap interval:\n\n"
        "| collection | questions | of them learned from | passages | bi-encoder | this model "
        f"| difference |\n|---|---|---|---|---|---|---|\n{rows}\n\n{_summary(gains)}"
    )


def _row(gain: Gain) -> str:
    d = gain.difference
    return (
        f"| {gain.dataset} | {d.questions} | {gain.known} | {gain.passages} | {d.base_mean:.3f} "
        f"| {d.other_mean:.3f} | {signed(d.mean, 3)} [{signed(d.low, 3)}, {signed(d.high, 3)}] |"
    )


def _summary(gains: Sequence[Gain]) -> str:
    """Where it gains, where it loses, where neither is settled, and what was no test."""
    kinds: dict[str, list[str]] = {}
    for gain in gains:
        kinds.setdefault(_kind(gain), []).append(gain.dataset)
    named = [f"{kind} {', '.join(names)}." for kind, names in kinds.items()]
    return " ".join([*named, "That says nothing of other kinds of text."])


def _kind(gain: Gain) -> str:
    if gain.known:
        return "No test, for it learned from questions of it:"
    if not gain.difference.settled:
        return "Not settled on"
    return "It gains on" if gain.difference.mean > 0 else "It loses on"
