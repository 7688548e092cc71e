"""An evaluation as one page to print: no script, nothing from elsewhere, all text escaped."""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape

from core.evaluate.abstaining import abstentions, words
from core.evaluate.in_sample import against_the_same, sample
from core.evaluate.outcome import RBO, Compared, Measured, Outcome, enough
from core.evaluate.regressions import Cause, Since, around
from core.text.counting import counted, signed
from core.text.csv_text import write_csv

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #16202b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p.small { color: #55636f; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #d5dce3; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: inline-block; height: .7rem; border-radius: 2px; background: #1f9aa3; }
.bar.loss { background: #d9742f; } blockquote { border-left: 4px solid #0b6e75; margin: 1rem 0; padding: .2rem 1rem; }
@media print { body { margin: 0; } tr { break-inside: avoid; } }
"""  # noqa: E501 - style sheet


BEFORE = ("before", "why", "by ranking", "by judgments")
"""Columns on the value of the deciding measure in the evaluation before."""


def to_csv(outcome: Outcome, since: Since | None = None) -> str:
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
    title = f"Evaluation of {collection_name}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="small">{escape(_subtitle(outcome))}</p>',
        *_verdicts(outcome),
        "<h2>Configurations</h2>",
        _means(outcome),
        *(_since(outcome, since) if since is not None else []),
        *_question_tables(outcome),
        "<h2>How it was measured</h2>",
        f"<p>{escape(_method(outcome))}</p>",
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join(parts)
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def to_text(outcome: Outcome) -> str:
    """The outcome as fixed-width text for a terminal: means, then one verdict a configuration."""
    width = max(len(run.name) for run in outcome.runs)
    lines = [_counts(outcome), f"{'':<{width}}" + "".join(f"{m:>11}" for m in _columns(outcome))]
    lines += [
        f"{run.name:<{width}}" + "".join(f"{cell:>11}" for cell in _row(outcome, run))
        for run in outcome.runs
    ]
    if outcome.uncertain:
        lines.append(f"{counted(outcome.uncertain, 'judgment')} of passages that are not there.")
    first = [c for c in outcome.compared if c.difference.measure == outcome.measures[0]]
    for compared in first:
        lines += [
            "",
            f"{_pair(compared)}:",
            sample(outcome, compared.difference).verdict,
            *_worth(outcome, compared),
        ]
    for heading, *rest in _abstentions(outcome):
        lines += ["", f"{heading}:", *rest]
    return "\n".join(lines)


def _abstentions(outcome: Outcome) -> list[list[str]]:
    """For each abstention threshold: what is compared, the verdict, and its figures."""
    return [
        [
            f"When to abstain, {found.difference.other} against {found.difference.base}",
            found.verdict,
            *(words(outcome, name) for name in (found.difference.base, found.difference.other)),
            *([found.remark] if found.remark else []),
        ]
        for found in abstentions(outcome)
    ]


def _subtitle(outcome: Outcome) -> str:
    return f"{_counts(outcome)} · {outcome.made_at:%Y-%m-%d %H:%M} UTC"


def _counts(outcome: Outcome) -> str:
    questions = counted(outcome.asked, "question")
    return f"{outcome.set_name} · {len(outcome.questions)} of {questions} measured"


def _verdicts(outcome: Outcome) -> list[str]:
    measure = outcome.measures[0]
    compared = [c for c in outcome.compared if c.difference.measure == measure]
    quotes = [
        [_pair(c), sample(outcome, c.difference).verdict, *_worth(outcome, c)] for c in compared
    ]
    return [_quote(*lines) for lines in (*quotes, *_abstentions(outcome))]


def _quote(heading: str, verdict: str, *rest: str) -> str:
    tail = "".join(f"<br>{escape(line)}" for line in rest)
    return f"<blockquote>{escape(heading)}<br><strong>{escape(verdict)}</strong>{tail}</blockquote>"


def _pair(compared: Compared) -> str:
    return f"{compared.difference.other} against {compared.difference.base}"


def _worth(outcome: Outcome, compared: Compared) -> list[str]:
    """What limits a verdict: questions that were learned from, parts set aside, too few of them."""
    d = compared.difference
    notes = [f"{name}: {note}" for name in (d.base, d.other) for note in outcome.run(name).notes]
    own, alone = sample(outcome, d).remark, against_the_same(outcome, d.other, d.measure)
    same = f"Against {alone.difference.base}: {alone.verdict}" if alone is not None else ""
    return [line for line in (*notes, same, own, enough(compared, len(outcome.questions))) if line]


def _means(outcome: Outcome) -> str:
    rows = [[run.name, *_row(outcome, run)] for run in outcome.runs]
    return _table(["Configuration", *_columns(outcome)], rows)


def _columns(outcome: Outcome) -> list[str]:
    return [*outcome.measures, "Ceiling", "Median ms"]


def _row(outcome: Outcome, run: Measured) -> list[str]:
    ceiling = sum(run.ceiling.values()) / len(run.ceiling)
    median = f"{run.latencies[-1].median_ms:.0f}" if run.latencies else "–"
    return [*(f"{run.mean(m):.3f}" for m in outcome.measures), f"{ceiling:.3f}", median]


def _table(heads: list[str], rows: list[list[str]], words: Container[int] = (0,)) -> str:
    """The columns of these places hold words, the others numbers."""

    def line(cells: list[str], tag: str) -> str:
        inner = "".join(
            f"<{tag}{'' if i in words else ' class=n'}>{escape(cell)}</{tag}>"
            for i, cell in enumerate(cells)
        )
        return f"<tr>{inner}</tr>"

    return f"<table>{line(heads, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _question_tables(outcome: Outcome) -> list[str]:
    parts = []
    for run in outcome.runs:
        if run.name != outcome.baseline and not run.keeps_order:
            parts.append(f"<h2>{escape(run.name)}, question by question</h2>")
            parts.append(_bars(outcome, run.name))
    return parts


def _bars(outcome: Outcome, name: str) -> str:
    measure = outcome.measures[0]
    rows = "".join(
        f"<tr><td>{escape(question)}</td><td class=n>{signed(value, 3)}</td>"
        f'<td><span class="bar{" loss" if value < 0 else ""}" '
        f'style="width:{abs(value) * 8:.2f}rem"></span></td></tr>'
        for question, value in outcome.differences(name, measure).items()
    )
    head = f"<tr><th>Question</th><th class=n>Difference in {escape(measure)}</th><th></th></tr>"
    return f"<table>{head}{rows}</table>"


def _since(outcome: Outcome, since: Since) -> list[str]:
    """What became of the deciding measure, configuration by configuration."""
    when = f"{since.before.made_at:%Y-%m-%d %H:%M} UTC"
    subtitle = around(since.before, outcome)
    parts = [f"<h2>Since the evaluation of {when}</h2>", f'<p class="small">{escape(subtitle)}</p>']
    changed = {name: causes for name, causes in since.causes.items() if causes}
    for name, causes in changed.items():
        parts += [f"<h3>{escape(name)}</h3>", _changes(since.measure, causes)]
    same = ", ".join(name for name in since.causes if name not in changed)
    return [*parts, f"<p>No value changed: {escape(same)}.</p>"] if same else parts


def _changes(measure: str, causes: Sequence[Cause]) -> str:
    rows = [
        [
            cause.question,
            f"{cause.before:.3f}",
            f"{cause.after:.3f}",
            cause.words,
        ]
        for cause in causes
    ]
    return _table(["Question", f"{measure} then", "Now", "Why"], rows, words=(0, 3))


def _method(outcome: Outcome) -> str:
    unjudged = "left out" if outcome.leave_out_unjudged else "counted as not relevant"
    models = ", ".join(f"{model.name} ({model.sha256[:12]})" for model in outcome.models)
    return (
        f"Baseline: {outcome.baseline}. Measures by ir_measures, {RBO} as in Webber et al. 2010. "
        f"Passages that nobody judged are {unjudged}. Intervals: paired bootstrap, 95%; p-values: "
        "randomization test with Holm's correction. Ceiling: recall of the candidates. "
        f"Models: {models}. Documents: state {outcome.corpus_version[:12]}. "
        f"Algorithms: {outcome.algorithms}."
    )
