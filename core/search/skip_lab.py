"""What a gate would have left out of questions that were reranked in full, at any threshold."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from core.schema import Candidate, Comparison, Reranked
from core.search.skip_predictor import BUNDLED, GateModel

FOUND_IN = 3
"""Recall is looked at among so many of the best."""


@dataclass(frozen=True, slots=True)
class GateTrial:
    """One question, reranked in full.

    ``likely`` is the gate's chance (0..1) that the cross-encoder puts another passage first, 1
    where it cannot judge. ``agreement`` is the share of the reranked top n that the first stage's
    top n has too. ``gain`` is recall@3 after less before: -1, 0 or 1, None when not judged.
    ``margin`` and ``overlap`` are what the gate read (no overlap where it cannot judge), and
    ``changed`` says whether the cross-encoder put another passage first.
    """

    query: str
    likely: float
    milliseconds: float
    agreement: float
    gain: int | None
    margin: float = 0.0
    overlap: float | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class GateSummary:
    """What a threshold would do to all trials together.

    ``agreement`` is the mean share of the full result's top n that is kept. ``recall_lost`` is in
    points of recall@3 over the judged questions (negative: skipping would gain), or None.
    """

    questions: int
    skipped: int
    saved_ms: float
    agreement: float
    recall_lost: float | None


def gate_trial(
    comparison: Comparison,
    top_n: int,
    answer: str = "",
    relevant: AbstractSet[str] = frozenset(),
    pair_ms: float = 0.0,
) -> GateTrial:
    """A fully reranked comparison as one trial.

    Args:
        comparison: asked without a gate.
        top_n: how many of the best count for the agreement.
        answer: words that stand in a relevant passage; empty when nobody judged it.
        relevant: ids of relevant chunks, where somebody judged them.
        pair_ms: what a pair takes; used where kept scores made this comparison quicker than it is.
    """
    decision = comparison.gate
    before = {candidate.chunk.id for candidate in comparison.candidates[:top_n]}
    after = {item.chunk.id for item in comparison.reranked[:top_n]}
    gain = None
    if answer or relevant:
        gain = _found(answer, relevant, comparison.reranked)
        gain -= _found(answer, relevant, comparison.candidates)
    trial = GateTrial(
        query=comparison.query,
        likely=1.0,
        milliseconds=_reading_ms(comparison, pair_ms),
        agreement=len(before & after) / len(after) if after else 1.0,
        gain=gain,
        margin=decision.margin if decision else 0.0,
        overlap=decision.agreement if decision else None,
        changed=_first(comparison.candidates) != _first(comparison.reranked),
    )
    return judged_by(BUNDLED, [trial])[0]


def judged_by(model: GateModel, trials: Sequence[GateTrial]) -> tuple[GateTrial, ...]:
    """The same trials with the chance that this gate gives each."""
    return tuple(
        trial
        if trial.overlap is None
        else replace(trial, likely=model.probability(trial.margin, trial.overlap))
        for trial in trials
    )


def _reading_ms(comparison: Comparison, pair_ms: float) -> float:
    timings = comparison.timings
    return timings.rerank_ms + pair_ms * comparison.cache_hits + timings.quotes_ms


def _first(ranking: Sequence[Candidate] | Sequence[Reranked]) -> str:
    return ranking[0].chunk.id if ranking else ""


def _found(
    answer: str, relevant: AbstractSet[str], ranking: Sequence[Candidate] | Sequence[Reranked]
) -> int:
    words = " ".join(answer.split())
    return int(
        any(
            item.chunk.id in relevant or (words and words in " ".join(item.chunk.text.split()))
            for item in ranking[:FOUND_IN]
        )
    )


def gate_summary(trials: Sequence[GateTrial], threshold: float) -> GateSummary:
    """What would have happened if every question below the threshold had been left as it was."""
    skipped = [trial for trial in trials if trial.likely < threshold]
    judged = [trial for trial in trials if trial.gain is not None]
    lost = sum(trial.gain or 0 for trial in skipped)
    return GateSummary(
        questions=len(trials),
        skipped=len(skipped),
        saved_ms=sum(trial.milliseconds for trial in skipped),
        agreement=1.0 - sum(1.0 - trial.agreement for trial in skipped) / max(1, len(trials)),
        recall_lost=100.0 * lost / len(judged) if judged else None,
    )
