"""The record of an evaluation, and its table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import NotFound
from core.evaluate.compare import Difference, verdict
from core.schema import ModelInfo
from core.text.counting import counted, signed


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that one stage took for a question: the middle and the 95th percentile."""

    stage: str
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """A configuration's values: ``values[measure][query id]``.

    ``base`` names the run whose candidates it reranked, and is empty for a first stage.
    """

    name: str
    base: str
    values: dict[str, dict[str, float]]
    latencies: tuple[Latency, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation of ``questions`` questions, each with a relevant document.

    ``left_out`` questions have no relevant document, ``missing`` relevant documents are not in
    the corpus (so no run can find them). ``ceiling`` names the measure that no reranking can
    raise: the share of the relevant documents among the candidates. ``differences`` has, for
    each reranked run, one entry a measure, in the order of ``measures``.
    """

    dataset: str
    passages: int
    questions: int
    left_out: int
    missing: int
    top_k: int
    measures: tuple[str, ...]
    ceiling: str
    runs: tuple[RunResult, ...]
    differences: tuple[Difference, ...]
    models: tuple[ModelInfo, ...]

    def run(self, name: str) -> RunResult:
        """The run of that name.

        Raises:
            NotFound: there is none.

        """
        for run in self.runs:
            if run.name == name:
                return run
        names = ", ".join(run.name for run in self.runs)
        raise NotFound(f"The report has no run {name!r}.", f"It has: {names}.")


def latency(stage: str, milliseconds: Sequence[float]) -> Latency:
    """Summarise one stage; the percentile is interpolated linearly.

    >>> latency("search", [1.0, 2.0, 3.0])
    Latency(stage='search', median_ms=2.0, p95_ms=2.9)
    """
    median, p95 = np.percentile(milliseconds, [50, 95])
    return Latency(stage, float(median), float(p95))


def report_table(report: Report) -> str:
    """The report as fixed-width text: ``Base -> Reranked`` with the paired difference."""
    blocks = [_heading(report)]
    blocks += [_block(report, run) for run in report.runs if run.base]
    return "\n\n".join(blocks)


def _heading(report: Report) -> str:
    lines = [
        f"{report.dataset}: {counted(report.questions, 'question')}, "
        f"{counted(report.passages, 'passage')}, the first {report.top_k} reranked"
    ]
    if report.left_out:
        left_out = counted(report.left_out, "question")
        lines.append(f"Left out: {left_out} without a relevant document.")
    if report.missing:
        lines.append(f"Not in the corpus: {counted(report.missing, 'relevant document')}.")
    return "\n".join(lines)


def _block(report: Report, run: RunResult) -> str:
    differences = [d for d in report.differences if (d.base, d.other) == (run.base, run.name)]
    rows = [f"{run.base} -> {run.name}", _COLUMNS, *(_row(report, d) for d in differences)]
    rows += ["", f"{'stage':<14}{'median ms':>10}{'p95 ms':>10}"]
    rows += [f"{x.stage:<14}{x.median_ms:>10.1f}{x.p95_ms:>10.1f}" for x in run.latencies]
    rows += ["", *(verdict(d) for d in differences if d.measure != report.ceiling)]
    return "\n".join(rows)


_COLUMNS = (
    f"{'measure':<14}{'Base -> Reranked':>18}{'difference':>12}  {'95% interval':<18}"
    f"{'better':>8}{'worse':>7}{'same':>7}{'p':>8}"
)


def _row(report: Report, d: Difference) -> str:
    values = f"{d.measure:<14}{d.base_mean:>7.3f} -> {d.other_mean:>7.3f}"
    if d.measure == report.ceiling:
        return f"{values}  the ceiling: reranking cannot find what is not among the candidates"
    bounds = f"[{signed(d.low, 3)}, {signed(d.high, 3)}]"
    counts = f"{d.wins:>8}{d.losses:>7}{d.ties:>7}"
    return f"{values}{signed(d.mean, 3):>12}  {bounds:<18}{counts}{d.p_value:>8.4f}"
