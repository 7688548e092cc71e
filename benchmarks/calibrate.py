"""Fit the calibration of the bundled cross-encoder: relevance = sigmoid(a * logit + b).

Reads a BEIR folder, takes the bi-encoder's candidates of each question, scores them with the
cross-encoder, and fits Platt scaling (Platt 1999) on "is this passage the judged one?". The
figures under the reliability table are held out: each half of the questions is measured with
the line fitted on the other half. ``a`` and ``b`` are fitted on all of them.

    python -m benchmarks.calibrate PATH/TO/BEIR_FOLDER --questions 200
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from core.evaluate.datasets import Dataset, read_dataset
from core.models.torch_models import load_cross_encoder, load_encoder
from core.schema import FloatVector

Floats = NDArray[np.float64]


def score_candidates(
    dataset: Dataset, questions: int, depth: int, seed: int, threads: int
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Logit, label (1 = judged relevant) and question number of every candidate pair."""
    asked = random.Random(seed).sample(sorted(dataset.qrels), min(questions, len(dataset.qrels)))
    encoder, reranker = load_encoder(threads=threads), load_cross_encoder(threads=threads)
    ids = list(dataset.corpus)
    vectors = encoder.encode([dataset.corpus[passage_id].passage for passage_id in ids])
    logits: list[FloatVector] = []
    labels: list[int] = []
    groups: list[int] = []
    for number, query_id in enumerate(asked):
        query = dataset.queries[query_id]
        similarity = vectors @ encoder.encode([query])[0]
        best = [ids[i] for i in np.argsort(-similarity, kind="stable")[:depth]]
        logits.append(reranker.score(query, [dataset.corpus[i].passage for i in best]))
        labels.extend(int(dataset.qrels[query_id].get(i, 0) > 0) for i in best)
        groups.extend([number] * len(best))
    return np.concatenate(logits).astype(np.float64), np.array(labels), np.array(groups)


def fit_platt(logits: Floats, labels: NDArray[np.int64]) -> tuple[float, float]:
    """The a and b of sigmoid(a * logit + b), by maximum likelihood (no regularisation)."""
    line = LogisticRegression(C=np.inf).fit(logits.reshape(-1, 1), labels)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def apply_platt(logits: Floats, a: float, b: float) -> Floats:
    """Probabilities, the same shape as ``logits``."""
    return 1.0 / (1.0 + np.exp(-(a * logits + b)))


def held_out(logits: Floats, labels: NDArray[np.int64], groups: NDArray[np.int64]) -> Floats:
    """Probability of each pair by the line fitted on the other half of the questions."""
    probabilities = np.empty_like(logits)
    for half in (0, 1):
        mine = groups % 2 == half
        probabilities[mine] = apply_platt(logits[mine], *fit_platt(logits[~mine], labels[~mine]))
    return probabilities


def print_reliability(probabilities: Floats, labels: NDArray[np.int64]) -> None:
    """One line a bin: pairs, mean stated probability, share that was relevant; then the errors."""
    print("relevance      pairs  stated  observed")
    gap = 0.0
    bins = np.clip((probabilities * 10).astype(int), 0, 9)
    for tenth in range(10):
        inside = bins == tenth
        if not inside.any():
            continue
        stated, observed = probabilities[inside].mean(), labels[inside].mean()
        gap += inside.mean() * abs(stated - observed)
        print(
            f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}  {inside.sum():7d}"
            f"  {stated:6.3f}  {observed:8.3f}"
        )
    brier, loss = brier_score_loss(labels, probabilities), log_loss(labels, probabilities)
    print(f"expected calibration error {gap:.4f}, Brier {brier:.4f}, log loss {loss:.4f}")


def main() -> None:
    """Read the arguments, score, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--depth", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    started = time.perf_counter()
    logits, labels, groups = score_candidates(
        read_dataset(arguments.folder),
        arguments.questions,
        arguments.depth,
        arguments.seed,
        arguments.threads,
    )
    a, b = fit_platt(logits, labels)
    print(
        f"{len(logits)} pairs, {labels.sum()} relevant, {groups.max() + 1} questions,"
        f" seed {arguments.seed}, {time.perf_counter() - started:.0f} s"
    )
    print(f"relevance = sigmoid({a:.4f} * logit + {b:.4f}); 0.5 at logit {-b / a:.2f}")
    print_reliability(held_out(logits, labels, groups), labels)


if __name__ == "__main__":
    main()
