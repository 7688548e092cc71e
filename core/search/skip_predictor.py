"""Whether a question needs its second stage at all, judged by the shape of the first."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from core.schema import Candidate, Comparison, Reranked, SkipDecision
from core.text.overlap import average_overlap, logistic, overlap_at
from core.text.words import WORD, stems_among, stems_of

TOP_PASSAGES = 3
SPREAD_OF = 20
"""The margin is measured in standard deviations of so many first scores."""
FOUND_IN = 3
"""Recall is looked at among so many of the best."""
_K1, _B = 1.2, 0.75  # the usual ones of BM25


@dataclass(frozen=True, slots=True)
class SkipPredictor:
    """A logistic regression: how likely reranking puts another passage first.

    p = 1 / (1 + exp(-(intercept + margin * features.margin + agreement * features.agreement)));
    below ``threshold`` the second stage is not expected to matter.
    """

    intercept: float
    margin: float
    agreement: float
    threshold: float

    def probability(self, margin: float, agreement: float) -> float:
        """How likely, 0 to 1, the cross-encoder would put another passage first."""
        sum_ = self.intercept + self.margin * margin + self.agreement * agreement
        return float(logistic(sum_))


# SQuAD dev: fitted on 300 questions, measured on the 300 others (decision 51).
BUNDLED = SkipPredictor(intercept=3.257, margin=-0.695, agreement=-5.906, threshold=0.15)


def margin(scores: Sequence[float]) -> float:
    """What the first score is ahead of the third, in standard deviations of the first twenty.

    0 when there is no third, or no spread.

    >>> round(margin([3.0, 2.0, 1.0]), 6)  # (3 - 1) / sqrt(2 / 3)
    2.44949
    """
    first = list(scores[:SPREAD_OF])
    spread = statistics.pstdev(first) if len(first) >= TOP_PASSAGES else 0.0
    return (first[0] - first[TOP_PASSAGES - 1]) / spread if spread > 0.0 else 0.0


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text))


def word_order(query: str, candidates: Sequence[Candidate]) -> list[str]:
    """Chunk ids by BM25 with the candidates as the whole corpus; ties as the first stage had them.

    So a search by the bi-encoder alone can be compared with its words, without an index of them.
    """
    terms = stems_of(query)
    passages = [_words(candidate.chunk.passage) for candidate in candidates]
    bags = [stems_among(words, terms) for words in passages]
    n = len(bags)
    sizes = [len(words) for words in passages]
    mean = max(1.0, sum(sizes) / max(1, n))
    document_frequency = {term: sum(term in bag for bag in bags) for term in terms}
    idf = {
        term: math.log(1 + (n - df + 0.5) / (df + 0.5)) for term, df in document_frequency.items()
    }
    scores = [
        sum(
            idf[w] * bag[w] * (_K1 + 1) / (bag[w] + _K1 * (1 - _B + _B * size / mean))
            for w in terms
        )
        for bag, size in zip(bags, sizes, strict=True)
    ]
    order = sorted(range(n), key=lambda i: (-scores[i], candidates[i].rank))
    return [candidates[i].chunk.id for i in order]


def _found_by(stage: str, candidates: Sequence[Candidate]) -> list[tuple[str, float]]:
    """Chunk id and score of what one retriever found, in its order."""
    hits = [hit for item in candidates for hit in item.hits if hit.stage == stage]
    return [(hit.chunk_id, hit.score) for hit in sorted(hits, key=lambda hit: hit.rank)]


def skip_features(query: str, candidates: Sequence[Candidate]) -> tuple[float, float | None]:
    """Margin of the bi-encoder's scores, and how far it and BM25 agree on the first three.

    BM25 is the retriever's where it searched, else that of the candidates' own words. Without
    the bi-encoder the margin is that of BM25, and there is nothing to agree with: None.
    """
    dense, words = (_found_by(stage, candidates) for stage in ("dense", "bm25"))
    if not dense:
        return margin([score for _, score in words]), None
    order = [name for name, _ in words] or word_order(query, candidates)
    return margin([score for _, score in dense]), average_overlap(
        [name for name, _ in dense], order, TOP_PASSAGES
    )


def decide(
    query: str, candidates: Sequence[Candidate], model: SkipPredictor = BUNDLED
) -> SkipDecision:
    """Whether this question would do without the cross-encoder, and why.

    >>> decide("who pays?", ()).advised
    False
    """
    ahead, agreement = skip_features(query, candidates)
    if agreement is None or len(candidates) < TOP_PASSAGES:
        why = "The skip predictor needs the bi-encoder and at least three passages."
        return SkipDecision(False, why, ahead, agreement)
    likely = model.probability(ahead, agreement)
    skip = likely < model.threshold
    return SkipDecision(skip, _reason(likely, skip=skip), ahead, agreement)


def _reason(likely: float, *, skip: bool) -> str:
    chance = f"{100 * likely:.0f} of 100 questions like this"
    if skip:
        return (
            "The bi-encoder's top passage stands out, and its words match the question best. "
            f"The cross-encoder puts another one first in {chance}."
        )
    return f"The cross-encoder puts another passage first in {chance}."


@dataclass(frozen=True, slots=True)
class SkipTrial:
    """One question, reranked in full.

    ``likely`` is the predicted chance (0..1) that the cross-encoder puts another passage first, 1
    where it cannot be judged. ``agreement`` is the share of the reranked top n that the first
    stage's top n has too. ``gain`` is recall@3 after less before: -1, 0 or 1, None when not judged.
    ``margin`` and ``overlap`` are what the skip predictor read (no overlap where it cannot judge),
    and ``changed`` says whether the cross-encoder put another passage first.
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
class SkipSummary:
    """What a threshold would do to all trials together.

    ``agreement`` is the mean share of the full result's top n that is kept. ``recall_lost`` is in
    points of recall@3 over the judged questions (negative: skipping would gain), or None.
    """

    questions: int
    skipped: int
    saved_ms: float
    agreement: float
    recall_lost: float | None


def skip_trial(
    comparison: Comparison,
    top_n: int,
    answer: str = "",
    relevant: AbstractSet[str] = frozenset(),
    pair_ms: float = 0.0,
) -> SkipTrial:
    """A fully reranked comparison as one trial.

    Args:
        comparison: asked without a skip predictor.
        top_n: how many of the best count for the agreement.
        answer: words that stand in a relevant passage; empty when nobody judged it.
        relevant: ids of relevant chunks, where somebody judged them.
        pair_ms: what a pair takes; used where kept scores made this comparison quicker than it is.
    """
    decision, timings = comparison.skip, comparison.timings
    before = [candidate.chunk.id for candidate in comparison.candidates]
    after = [item.chunk.id for item in comparison.reranked]
    gain = None
    if answer or relevant:
        gain = _found(answer, relevant, comparison.reranked)
        gain -= _found(answer, relevant, comparison.candidates)
    trial = SkipTrial(
        query=comparison.query,
        likely=1.0,
        milliseconds=timings.rerank_ms + pair_ms * comparison.cache_hits + timings.quotes_ms,
        agreement=overlap_at(top_n, after, before),
        gain=gain,
        margin=decision.margin if decision else 0.0,
        overlap=decision.agreement if decision else None,
        changed=before[:1] != after[:1],
    )
    return judged_by(BUNDLED, [trial])[0]


def judged_by(model: SkipPredictor, trials: Sequence[SkipTrial]) -> tuple[SkipTrial, ...]:
    """The same trials with the chance that this skip predictor gives each."""
    return tuple(
        trial
        if trial.overlap is None
        else replace(trial, likely=model.probability(trial.margin, trial.overlap))
        for trial in trials
    )


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


def skip_summary(trials: Sequence[SkipTrial], threshold: float) -> SkipSummary:
    """What would have happened if every question below the threshold had been left as it was."""
    skipped = [trial for trial in trials if trial.likely < threshold]
    judged = [trial for trial in trials if trial.gain is not None]
    lost = sum(trial.gain or 0 for trial in skipped)
    return SkipSummary(
        questions=len(trials),
        skipped=len(skipped),
        saved_ms=sum(trial.milliseconds for trial in skipped),
        agreement=1.0 - sum(1.0 - trial.agreement for trial in skipped) / max(1, len(trials)),
        recall_lost=100.0 * lost / len(judged) if judged else None,
    )
