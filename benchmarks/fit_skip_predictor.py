"""Fit the skip predictor on judged questions, and measure it and blends.

Fits on every second question of squad-dev and measures on the others. The first run reads 30,000
pairs (many minutes); their scores are kept in the folder given, so that a second one is quick.

    python -m benchmarks.fit_skip_predictor FOLDER [QUESTIONS]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.evaluate.compare import difference_of, verdict
from core.evaluate.datasets import Dataset, read_dataset
from core.evaluate.metrics import evaluate_run, judged
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder
from core.models.torch_models import load_encoder
from core.ports import Encoder
from core.schema import Candidate, Chunk, FloatMatrix, FloatVector, Hit
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.ordering import blended_order
from core.search.skip_predictor import BUNDLED, skip_features
from tests.shared import SHARED

SQUAD = SHARED / "data" / "squad-dev"
TOP_K, FOUND_IN = 50, 3
SHARES = (0.25, 0.3, 0.4, 0.5)
BLENDS = (0.0, 0.3, 0.5, 0.7)


@dataclass(frozen=True)
class Asked:
    """A question with its candidates and their logits; ``ids`` are the relevant documents."""

    query: str
    candidates: tuple[Candidate, ...]
    logits: FloatVector
    ids: frozenset[str]

    def order(self, weight: float) -> list[str]:
        """Document ids in the blended order of that weight."""
        return [
            self.candidates[i].chunk.id for i in blended_order(self.candidates, self.logits, weight)
        ]

    def found(self, weight: float) -> int:
        """Whether a relevant document is among the first three."""
        return int(bool(self.ids & set(self.order(weight)[:FOUND_IN])))


def candidate(name: str, text: str, score: float, rank: int) -> Candidate:
    chunk = Chunk(name, name, name, 0, 1, 1, 0, len(text), text, 0)
    return Candidate(chunk, score, rank, (Hit(name, score, rank, "dense"),))


@dataclass(frozen=True)
class Searched:
    """A collection with the vectors of its passages, in the order of ``names``."""

    data: Dataset
    encoder: Encoder
    names: list[str]
    vectors: FloatMatrix

    def best(self, query: str) -> list[tuple[str, float]]:
        """The nearest documents by exact cosine, best first, ties by id."""
        cosines = self.vectors @ self.encoder.encode_query(query)
        best = np.argsort(-cosines, kind="stable")[:TOP_K]
        return [(self.names[i], float(cosines[i])) for i in best]


def searched(data: Dataset, encoder: Encoder) -> Searched:
    names = sorted(data.corpus)
    return Searched(
        data, encoder, names, encoder.encode([data.corpus[name].passage for name in names])
    )


def ask(name: str, query: str, first: Searched, reader: CachedCrossEncoder) -> Asked:
    data = first.data
    candidates = tuple(
        candidate(document, data.corpus[document].passage, score, rank)
        for rank, (document, score) in enumerate(first.best(query), start=1)
    )
    logits = reader.score(query, [item.chunk.passage for item in candidates])
    relevant = frozenset(d for d, grade in data.qrels[name].items() if grade > 0)
    return Asked(query, candidates, logits, relevant)


def report_skip_predictor(asked: list[Asked]) -> None:
    """Coefficients from the questions with an even number, and what each half loses."""
    x = np.array([skip_features(item.query, item.candidates) for item in asked], dtype=np.float64)
    y = np.array([item.order(1.0)[0] != item.order(0.0)[0] for item in asked])
    gain = np.array([item.found(1.0) - item.found(0.0) for item in asked])
    even = np.arange(len(asked)) % 2 == 0
    model = LogisticRegression(C=1e6).fit(x[even], y[even])
    likely = model.predict_proba(x)[:, 1]
    print(f"intercept {model.intercept_[0]:.3f}, margin and agreement {model.coef_[0].round(3)}")
    limits = [(f"{share:.0%}", np.quantile(likely[even], share)) for share in SHARES]
    for name, limit in [*limits, ("in use", BUNDLED.threshold)]:
        for half, what in ((even, "fitted"), (~even, "held out")):
            left = half & (likely < limit)
            lost = 100 * gain[left].sum() / half.sum()
            share = left.sum() / half.sum()
            print(
                f"{name}: below {limit:.3f}, {what}: {share:.1%} skipped, {lost:+.2f} points lost"
            )


def report_blend(asked: list[Asked], names: list[str], data: Dataset) -> None:
    """nDCG@10 of each weight against the cross-encoder alone."""

    def values(weight: float) -> dict[str, float]:
        run = {
            name: {document: -float(place) for place, document in enumerate(item.order(weight))}
            for name, item in zip(names, asked, strict=True)
        }
        qrels = {name: data.qrels[name] for name in names}
        return dict(evaluate_run(qrels, run, ("nDCG@10",))["nDCG@10"])

    alone = values(1.0)
    for weight in BLENDS:
        labels = ("the cross-encoder alone", f"blend {weight}")
        print(verdict(difference_of(alone, values(weight), "nDCG@10", labels)))


def main(folder: Path, limit: int | None) -> None:
    """Read, fit, print."""
    data = read_dataset(SQUAD)
    place = ModelLocation(spec_of("cross_encoder"), folder, 2)
    scores = ScoreCache(folder / "scores.sqlite")
    reader = CachedCrossEncoder(open_cross_encoder(place, "openvino-f32"), scores)
    first = searched(data, load_encoder())
    names = [name for name in data.queries if name in judged(data.qrels)][:limit]
    asked = [ask(name, data.queries[name], first, reader) for name in names]
    scores.close()
    report_skip_predictor(asked)
    report_blend(asked, names, data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
