"""Weights for the scores at hand, learned from judgments in milliseconds.

A passage is described by what the search knows of it anyway. A linear model says how much each
of these counts; its worth is measured on questions that it has not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluate.compare import Difference, difference_of, verdict
from core.evaluate.metrics import MEASURE, evaluate_run
from core.learn.significance import reason, standing
from core.schema import Comparison
from core.search.fitted import FittedOn
from core.search.ordering import rank_features
from core.text.counting import counted

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
STRENGTH = 1.0
"""The inverse of the regularisation, scikit-learn's C."""
FEWEST_JUDGED = 3


@dataclass(frozen=True, slots=True, eq=False)
class WeightQuestion:
    """A judged question: ``features`` float64[n, 5], standardised within it, ``grades`` int[n].

    Only judged passages are in it. ``baseline`` float64[n] is the score they are ranked by today.
    """

    text: str
    features: Matrix
    grades: NDArray[np.int64]
    baseline: Vector

    @property
    def teaches(self) -> bool:
        """Whether two of its passages have different grades: only then it prefers one."""
        return bool(np.ptp(self.grades)) if self.grades.size else False


def weight_question(comparison: Comparison, grades: Mapping[str, int]) -> WeightQuestion:
    """The judged passages of a comparison, described.

    Args:
        comparison: as it is ranked today.
        grades: chunk id to grade; others are left out of the learning, not of the standardising.
    """
    logit = {r.chunk.id: r.logit for r in comparison.reranked if r.scored == "full"}
    read = [c for c in comparison.candidates if logit.get(c.chunk.id) is not None]
    rows = rank_features(read, np.array([logit[c.chunk.id] for c in read], dtype=np.float32))
    place = {candidate.chunk.id: i for i, candidate in enumerate(read)}
    judged = [chunk_id for chunk_id in place if chunk_id in grades]
    rank = {item.chunk.id: item.rank for item in comparison.reranked}
    return WeightQuestion(
        text=comparison.query,
        features=rows[[place[chunk_id] for chunk_id in judged]],
        grades=np.array([grades[chunk_id] for chunk_id in judged], dtype=np.int64),
        baseline=np.array([-rank[chunk_id] for chunk_id in judged], dtype=np.float64),
    )


def preferences(question: WeightQuestion) -> Matrix:
    """Feature differences of every pair of passages, the higher grade first: float64[pairs, 5]."""
    better, worse = np.nonzero(question.grades[:, None] > question.grades[None, :])
    rows: Matrix = question.features[better] - question.features[worse]
    return rows


def pairwise_weights(questions: Sequence[WeightQuestion]) -> Vector:
    """Weights, float64[5], that put better passages before worse ones.

    Logistic regression on feature differences (Joachims 2002, "Optimizing search engines using
    clickthrough data", with the logistic in place of the hinge), L2-regularised. Every question
    counts the same, however many pairs it has. The largest weight is scaled to 1 in size.

    Args:
        questions: judged ones.

    Raises:
        InputError: no question prefers one passage to another.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second of import

    pairs = [preferences(question) for question in questions if question.teaches]
    if not pairs:
        raise InputError(
            "No question has passages of different grades.",
            "Judge good and bad passages of the same question.",
        )
    rows = np.concatenate(pairs)
    share = np.concatenate([np.full(len(part), 1.0 / len(part)) for part in pairs])
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=1000)
    both = np.concatenate([rows, -rows])  # the classifier wants both answers; they mirror
    labels = np.concatenate([np.ones(len(rows)), np.zeros(len(rows))])
    model.fit(both, labels, sample_weight=np.concatenate([share, share]))
    weights: Vector = model.coef_[0].astype(np.float64)
    largest = float(np.abs(weights).max())
    return weights / largest if largest > 0 else weights


@dataclass(frozen=True, slots=True)
class WeightsFit:
    """Weights in the order of FEATURES, and what they are worth on questions they have not seen.

    ``difference`` compares today's order with the learned one, each question ranked by weights
    that were fitted on all the others. ``accepted`` says that they may be used. ``models`` names
    those of the fit (``core.search.fitted.models_key``), and is empty where that was not kept.
    ``fitted_on`` names its questions.
    """

    weights: tuple[float, ...]
    difference: Difference
    accepted: bool
    verdict: str
    models: str = ""
    fitted_on: FittedOn = FittedOn()  # noqa: RUF009 - frozen

    @property
    def numbers(self) -> tuple[float, ...]:
        """The weights as the settings of a search carry them."""
        return self.weights


def leave_one_out(questions: Sequence[WeightQuestion]) -> tuple[dict[str, float], dict[str, float]]:
    """nDCG@10 of every question today, and under weights fitted on all other questions."""
    today, learned = dict[str, dict[str, float]](), dict[str, dict[str, float]]()
    qrels = {}
    for i, left in enumerate(questions):
        weights = pairwise_weights([*questions[:i], *questions[i + 1 :]])
        qrels[f"{i}"] = {f"{n}": int(grade) for n, grade in enumerate(left.grades)}
        for run, scores in ((today, left.baseline), (learned, left.features @ weights)):
            run[f"{i}"] = {f"{n}": float(score) for n, score in enumerate(scores)}
    before, after = (evaluate_run(qrels, run, (MEASURE,))[MEASURE] for run in (today, learned))
    return before, after


def fit_weights(
    questions: Sequence[WeightQuestion], models: str = "", runtime: str = ""
) -> WeightsFit:
    """Fit weights on all questions and judge them on each one held out.

    They are accepted when the held-out questions gain on average and more of them win than lose:
    a promise about these questions, not about all to come, which the verdict says.

    Raises:
        InputError: fewer than three questions teach anything.
    """
    teaching = [question for question in questions if question.teaches]
    if len(teaching) < FEWEST_JUDGED:
        raise InputError(
            f"{counted(len(teaching), 'question')} with passages of different grades are too "
            "few to fit and test weights.",
            f"Judge at least {FEWEST_JUDGED}, better 20.",
        )
    today, learned = leave_one_out(teaching)
    difference = difference_of(today, learned, MEASURE, ("today's order", "the learned order"))
    return WeightsFit(
        weights=tuple(float(value) for value in pairwise_weights(teaching)),
        difference=difference,
        accepted=standing(difference) != "refused",
        verdict=_verdict(difference),
        models=models,
        fitted_on=FittedOn(tuple(question.text for question in teaching), runtime),
    )


def _verdict(difference: Difference) -> str:
    refused = f"{reason(difference)} " if standing(difference) == "refused" else ""
    return refused + verdict(difference)
