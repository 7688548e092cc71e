"""An evaluation as one page to print: no script, nothing from elsewhere, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.evaluate.claims import abstention_words, abstentions, against_the_same, claim_of
from core.evaluate.compare import Difference, enough
from core.evaluate.outcome import RBO, Measured, Outcome
from core.evaluate.regressions import Since, around
from core.text.counting import counted
from core.text.csv_text import write_csv
from core.text.html_page import page_template

_PAGE = Path(__file__).with_name("printable.html")
BEFORE = ("before", "why", "by ranking", "by judgments")
"""Columns on the value of the deciding measure in the evaluation before."""


def values_csv(outcome: Outcome, since: Since | None = None) -> str:
    """Every value: a line for each configuration and question, a column for each measure.

    The last columns say what the deciding measure was in the evaluation before, and why it is
    another one now; they are empty where the same was not measured before.
    """
    heads = ("configuration", "question", "kind", "document")
    rows = list[Sequence[object]]()
    for run in outcome.runs:
        for question in outcome.questions:
            values = [run.values[measure][question] for measure in outcome.measures]
            place = (outcome.kinds[question], outcome.documents[question])
            last = _before(since, run.name, question)
            rows.append([run.name, question, *place, *values, run.ceiling[question], *last])
    return write_csv([*heads, *outcome.measures, "ceiling", *BEFORE], rows)


def _before(since: Since | None, name: str, question: str) -> tuple[object, ...]:
    value = None if since is None else since.value(name, question)
    if since is None or value is None:
        return ("", "", "", "")
    cause = since.cause(name, question)
    if cause is None:
        return value, "unchanged", 0.0, 0.0
    parts = ("", "") if cause.between is None else (cause.by_ranking, cause.by_judgments)
    return value, cause.kind, *parts


def to_html(outcome: Outcome, collection_name: str, since: Since | None = None) -> str:
    """The page, complete in itself; with what changed since an evaluation before, and why."""
    runs = [
        {
            "name": run.name,
            "figures": _figures(outcome, run),
            "differences": {}
            if run.name == outcome.baseline or run.keeps_order
            else outcome.differences(run.name, outcome.measures[0]),
        }
        for run in outcome.runs
    ]
    return page_template(_PAGE).render(
        name=collection_name,
        counts=_counts(outcome),
        made_at=_time(outcome),
        verdicts=_verdicts(outcome),
        columns=_columns(outcome),
        runs=runs,
        since=None if since is None else _since(outcome, since),
        measure=outcome.measures[0],
        method=_method(outcome),
    )


def _since(outcome: Outcome, since: Since) -> dict[str, object]:
    """What became of the deciding measure, configuration by configuration."""
    return {
        "when": _time(since.before),
        "around": around(since.before, outcome),
        "measure": since.measure,
        "causes": since.causes,
        "same": [name for name, causes in since.causes.items() if not causes],
    }


def to_text(outcome: Outcome) -> str:
    """The outcome as fixed-width text for a terminal: means, then one verdict a configuration."""
    width = max(len(run.name) for run in outcome.runs)
    lines = [_counts(outcome), f"{'':<{width}}" + "".join(f"{m:>11}" for m in _columns(outcome))]
    lines += [
        f"{run.name:<{width}}" + "".join(f"{cell:>11}" for cell in _figures(outcome, run))
        for run in outcome.runs
    ]
    if outcome.uncertain:
        lines.append(f"{counted(outcome.uncertain, 'judgment')} of passages that are not there.")
    for heading, *rest in _verdicts(outcome):
        lines += ["", f"{heading}:", *rest]
    return "\n".join(lines)


def _counts(outcome: Outcome) -> str:
    questions = counted(outcome.asked, "question")
    return f"{outcome.set_name} · {len(outcome.questions)} of {questions} measured"


def _time(outcome: Outcome) -> str:
    return f"{outcome.made_at:%Y-%m-%d %H:%M} UTC"


def _verdicts(outcome: Outcome) -> list[list[str]]:
    """By the deciding measure, then of when to abstain: heading, verdict, what limits it."""
    by_measure = [
        [_pair(d), claim_of(outcome, d).verdict, *_worth(outcome, d)]
        for d in outcome.compared
        if d.measure == outcome.measures[0]
    ]
    by_abstention = [
        [
            f"When to abstain, {_pair(decisions.difference)}",
            decisions.verdict,
            *(
                abstention_words(outcome, d)
                for d in (decisions.difference.base, decisions.difference.other)
            ),
            *filter(None, [decisions.remark]),
        ]
        for decisions in abstentions(outcome)
    ]
    return by_measure + by_abstention


def _pair(difference: Difference) -> str:
    return f"{difference.other} against {difference.base}"


def _worth(outcome: Outcome, d: Difference) -> list[str]:
    """What limits a verdict: questions that were learned from, unused fits, too few of them."""
    notes = [f"{name}: {note}" for name in (d.base, d.other) for note in outcome.run(name).notes]
    remark, alone = claim_of(outcome, d).remark, against_the_same(outcome, d.other, d.measure)
    same = f"Against {alone.difference.base}: {alone.verdict}" if alone is not None else ""
    return [line for line in (*notes, same, remark, enough(d)) if line]


def _columns(outcome: Outcome) -> list[str]:
    return [*outcome.measures, "Ceiling", "Median ms"]


def _figures(outcome: Outcome, run: Measured) -> list[str]:
    median = f"{run.latencies[-1].median_ms:.0f}" if run.latencies else "–"
    return [*(f"{run.mean(m):.3f}" for m in outcome.measures), f"{run.mean_ceiling:.3f}", median]


def _method(outcome: Outcome) -> str:
    unjudged = "left out" if outcome.leave_out_unjudged else "counted as not relevant"
    models = ", ".join(f"{model.name} ({model.sha256[:12]})" for model in outcome.models)
    return (
        f"Baseline: {outcome.baseline}. Measures by ir_measures, {RBO} as in Webber et al. 2010. "
        f"Unjudged passages are {unjudged}. Intervals: paired bootstrap, 95%; p-values: "
        "randomization test with Holm's correction. Ceiling: recall of the candidates. "
        f"Models: {models}. Documents: state {outcome.corpus_version[:12]}. "
        f"Algorithms: {outcome.algorithms}."
    )
