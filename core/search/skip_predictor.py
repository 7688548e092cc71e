"""Whether a question needs its second stage at all, judged by the shape of the first.

Not to be confused with ``core.models.scheduler``, which decides whose turn it is to use the models.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.schema import Candidate, GateDecision
from core.text.words import WORD, question_stems, stem

TOP = 3
SPREAD_OF = 20
"""The margin is measured in standard deviations of so many first scores."""
_K1, _B = 1.2, 0.75  # the usual ones of BM25


@dataclass(frozen=True, slots=True)
class GateModel:
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
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, sum_))))


# SQuAD dev: fitted on 300 questions, measured on the 300 others (decision 51).
BUNDLED = GateModel(intercept=3.257, margin=-0.695, agreement=-5.906, threshold=0.15)


def margin(scores: Sequence[float]) -> float:
    """What the first score is ahead of the third, in standard deviations of the first twenty.

    0 when there is no third, or no spread.

    >>> round(margin([3.0, 2.0, 1.0]), 6)  # (3 - 1) / sqrt(2 / 3)
    2.44949
    """
    first = list(scores[:SPREAD_OF])
    spread = statistics.pstdev(first) if len(first) >= TOP else 0.0
    return (first[0] - first[TOP - 1]) / spread if spread > 0.0 else 0.0


def average_overlap(first: Sequence[str], second: Sequence[str], depth: int = TOP) -> float:
    """Mean share of common ids at depth 1 to ``depth``: 0 nothing, 1 the same ids at each.

    Wu and Crestani (2003), "Methods for ranking information retrieval systems without relevance
    judgments"; the first place weighs most, because it counts at every depth.

    >>> round(average_overlap(["a", "b", "c"], ["b", "a", "d"]), 4)  # (0/1 + 2/2 + 2/3) / 3
    0.5556
    """
    shares = (len(set(first[:d]) & set(second[:d])) / d for d in range(1, depth + 1))
    return sum(shares) / depth


@lru_cache(maxsize=4096)
def _stems(text: str) -> Counter[str]:
    return Counter(stem(word) for word in WORD.findall(text))


def word_order(query: str, candidates: Sequence[Candidate]) -> list[str]:
    """Chunk ids by BM25 with the candidates as the whole corpus; ties as the first stage had them.

    So a search by the bi-encoder alone can be compared with its words, without an index of them.
    """
    asked = question_stems(query)
    bags = [_stems(candidate.chunk.passage) for candidate in candidates]
    n = len(bags)
    sizes = [bag.total() for bag in bags]
    mean = max(1.0, sum(sizes) / max(1, n))
    found = {word: sum(word in bag for bag in bags) for word in asked}
    idf = {word: math.log(1 + (n - df + 0.5) / (df + 0.5)) for word, df in found.items()}
    scores = [
        sum(
            idf[w] * bag[w] * (_K1 + 1) / (bag[w] + _K1 * (1 - _B + _B * size / mean))
            for w in asked
        )
        for bag, size in zip(bags, sizes, strict=True)
    ]
    order = sorted(range(n), key=lambda i: (-scores[i], candidates[i].rank))
    return [candidates[i].chunk.id for i in order]


def _found_by(stage: str, candidates: Sequence[Candidate]) -> list[tuple[str, float]]:
    """Chunk id and score of what one retriever found, in its order."""
    hits = [hit for item in candidates for hit in item.hits if hit.stage == stage]
    return [(hit.chunk_id, hit.score) for hit in sorted(hits, key=lambda hit: hit.rank)]


def features(query: str, candidates: Sequence[Candidate]) -> tuple[float, float | None]:
    """Margin of the bi-encoder's scores, and how far it and BM25 agree on the first three.

    BM25 is the retriever's where it searched, else that of the candidates' own words. Without
    the bi-encoder the margin is that of BM25, and there is nothing to agree with: None.
    """
    dense, words = (_found_by(stage, candidates) for stage in ("dense", "bm25"))
    if not dense:
        return margin([score for _, score in words]), None
    order = [name for name, _ in words] or word_order(query, candidates)
    return margin([score for _, score in dense]), average_overlap(
        [name for name, _ in dense], order
    )


def decide(query: str, candidates: Sequence[Candidate], model: GateModel = BUNDLED) -> GateDecision:
    """Whether this question would do without the cross-encoder, and why.

    >>> decide("who pays?", ()).skip
    False
    """
    ahead, agreement = features(query, candidates)
    if agreement is None or len(candidates) < TOP:
        why = "The gate needs the bi-encoder and three passages to judge a question."
        return GateDecision(skip=False, reason=why, margin=ahead, agreement=agreement)
    likely = model.probability(ahead, agreement)
    skip = likely < model.threshold
    return GateDecision(skip, _reason(likely, skip=skip), ahead, agreement)


def _reason(likely: float, *, skip: bool) -> str:
    chance = f"{100 * likely:.0f} in 100 questions like this one"
    if skip:
        return (
            "The bi-encoder's first passage stands out and its words match the question best: "
            f"the cross-encoder puts another one first in {chance}."
        )
    return f"The cross-encoder puts another passage first in {chance}."
