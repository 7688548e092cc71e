"""Measure what reranking does to a test collection.

A first stage is a named function from a query to a ``Ranking``: dense, BM25 and hybrid search as
the app has them, or any other. Each is measured as it is, and reranked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.errors import InputError
from core.evaluate.compare import compare
from core.evaluate.datasets import Dataset
from core.evaluate.indexed import indexed_stages
from core.evaluate.metrics import check_measure, evaluate_run
from core.evaluate.report import Latency, Report, RunResult, latency
from core.evaluate.runs import judged
from core.evaluate.stages import DEPTH, Advance, FirstStage, Ranking, rerank
from core.ports import CrossEncoder, Encoder

MEASURES = ("nDCG@10", "MRR@10")
FIRST = ("dense", "bm25", "hybrid")

Progress = Callable[[int, int], None]
"""Called with (done, total) steps; a step is a passage encoded or a question ranked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: the first ``top_k`` are reranked, on at most ``limit`` questions."""

    top_k: int = 50
    limit: int | None = None
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        """Refuse what cannot be measured, before any model has run."""
        if not 1 <= self.top_k <= DEPTH:
            raise InputError(f"{self.top_k} candidates are outside 1 to {DEPTH}.")
        if self.limit is not None and self.limit < 1:
            raise InputError(f"{self.limit} questions cannot be measured.", "Use 1 or more.")
        for name in self.measures:
            check_measure(name)

    @property
    def ceiling(self) -> str:
        """The measure that no reranking can raise: recall of the candidates."""
        return f"R@{self.top_k}"


def evaluate(
    dataset: Dataset,
    encoder: Encoder,
    cross_encoder: CrossEncoder,
    top_k: int,
    progress: Progress | None = None,
    limit: int | None = None,
    others: Sequence[FirstStage] = (),
) -> Report:
    """Measure dense, BM25 and hybrid retrieval, and each of them reranked.

    Args:
        dataset: corpus, queries and judgments.
        encoder: gives the vectors; the corpus is encoded once, and searched exactly.
        cross_encoder: gives the logits.
        top_k: candidates a question that are reranked, 1 to 1000.
        progress: told (done, total) after each batch and question; it may raise to stop.
        limit: measure only the first so many questions that have a relevant document.
        others: more first stages, such as another engine's run.

    Raises:
        InputError: there is nothing to measure, or a number is out of range.

    """
    plan = Plan(top_k, limit)
    names = [*FIRST, *(stage.name for stage in others)]
    if len(set(names)) < len(names):
        raise InputError(f"Two of {', '.join(names)} have the same name.", "Rename a run's file.")
    total = len(dataset.corpus) + len(names) * len(questions(dataset, limit))
    advance = _counter(total, progress)
    with indexed_stages(dataset.corpus, encoder, advance, FIRST) as stages:
        return evaluate_first_stages(dataset, [*stages, *others], cross_encoder, plan, advance)


def evaluate_first_stages(
    dataset: Dataset,
    stages: Sequence[FirstStage],
    cross_encoder: CrossEncoder,
    plan: Plan,
    advance: Advance = lambda _: None,
) -> Report:
    """Measure each first stage as it is and reranked, and compare the two.

    Args:
        dataset: corpus, queries and judgments.
        stages: what finds the candidates; their names must differ.
        cross_encoder: reranks each stage's candidates.
        plan: how deep, how many questions, which measures.
        advance: told 1 after each question of each stage.

    Raises:
        InputError: there is nothing to measure, or a score is not a number.

    """
    asked = questions(dataset, plan.limit)
    runs: list[RunResult] = []
    for stage in stages:
        runs += _measured(dataset, stage, cross_encoder, plan, advance)
    known = judged(dataset.qrels)
    return Report(
        dataset=dataset.name,
        passages=len(dataset.corpus),
        questions=len(asked),
        left_out=len(dataset.queries.keys() - known.keys()),
        missing=_missing(dataset, asked),
        top_k=plan.top_k,
        measures=_names(plan),
        ceiling=plan.ceiling,
        runs=tuple(runs),
        differences=tuple(
            compare(base.values[name], other.values[name], name, (base.name, other.name))
            for base, other in zip(runs[::2], runs[1::2], strict=True)
            for name in _names(plan)
        ),
        models=(
            *dict.fromkeys(model for stage in stages for model in stage.models),
            cross_encoder.info,
        ),
    )


def questions(dataset: Dataset, limit: int | None = None) -> dict[str, str]:
    """The first ``limit`` queries, in the dataset's order, that have a relevant document.

    Raises:
        InputError: there is none.

    """
    known = judged(dataset.qrels)
    asked = ((query, text) for query, text in dataset.queries.items() if query in known)
    chosen = dict(islice(asked, limit))
    if not chosen:
        raise InputError(
            f"{dataset.name} has no question with a relevant document.",
            "Check that qrels and queries use the same ids.",
        )
    return chosen


def _measured(
    dataset: Dataset,
    stage: FirstStage,
    cross_encoder: CrossEncoder,
    plan: Plan,
    advance: Advance,
) -> tuple[RunResult, RunResult]:
    first: dict[str, Ranking] = {}
    second: dict[str, Ranking] = {}
    for query, text in questions(dataset, plan.limit).items():
        first[query] = stage.search(text)
        second[query] = rerank(text, first[query], dataset.corpus, cross_encoder, plan.top_k)
        advance(1)
    return (
        _result(stage.name, "", first, dataset, plan),
        _result(f"{stage.name} reranked", stage.name, second, dataset, plan),
    )


def _result(
    name: str, base: str, rankings: Mapping[str, Ranking], dataset: Dataset, plan: Plan
) -> RunResult:
    values = evaluate_run(
        {query: dataset.qrels[query] for query in rankings},
        {query: ranking.scores for query, ranking in rankings.items()},
        _names(plan),
    )
    return RunResult(name, base, values, _latencies([r.timings for r in rankings.values()]))


def _latencies(timings: Sequence[Mapping[str, float]]) -> tuple[Latency, ...]:
    stages = [latency(stage, [timing[stage] for timing in timings]) for stage in timings[0]]
    return (*stages, latency("total", [sum(timing.values()) for timing in timings]))


def _names(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*plan.measures, plan.ceiling)))


def _missing(dataset: Dataset, asked: Mapping[str, str]) -> int:
    return sum(
        grade > 0 and document not in dataset.corpus
        for query in asked
        for document, grade in dataset.qrels[query].items()
    )


def _counter(total: int, progress: Progress | None) -> Advance:
    done = 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        if progress is not None:
            progress(done, total)

    return advance
