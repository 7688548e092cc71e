"""A skip predictor fitted on one's own questions, and what it is worth on those it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import InputError
from core.evaluate.client import EvaluationClient, grade_questions
from core.evaluate.configurations import Configuration
from core.evaluate.questions.question_sets import Question
from core.learn.material import Advance
from core.ports import CrossEncoder
from core.schema import SearchSettings
from core.search.cascade import measure_pace
from core.search.fitted import FittedOn
from core.search.skip_predictor import (
    SkipPredictor,
    SkipTrial,
    judged_by,
    skip_summary,
    skip_trial,
)
from core.text.counting import counted, signed

FEWEST_QUESTIONS = 20
MOST_LOST = 0.5
"""Points of recall@3 that a skip predictor may lose."""
SHARES = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5)
"""A threshold is one that skips such a part of the questions it is fitted on."""
_STRENGTH = 1.0


@dataclass(frozen=True, slots=True)
class SkipPredictorFit:
    """A skip predictor, and what two, each fitted on one half, did to the other half.

    ``skipped`` of ``questions``, ``lost`` in points of recall@3; where nobody judged, a question
    counts as lost when the cross-encoder would have put another passage first. ``models`` names
    those that it was fitted with, empty where that was not kept, and ``fitted_on`` the questions.
    """

    model: SkipPredictor
    questions: int
    skipped: int
    lost: float
    accepted: bool
    verdict: str
    models: str = ""
    fitted_on: FittedOn = FittedOn()  # noqa: RUF009 - frozen

    @property
    def numbers(self) -> tuple[float, ...]:
        """The skip predictor as the settings of a search carry it."""
        model = self.model
        return model.intercept, model.margin, model.agreement, model.threshold


def measure_trials(
    client: EvaluationClient,
    cross_encoder: CrossEncoder,
    collection: str,
    questions: Sequence[Question],
    top_n: int,
    advance: Advance,
    answers: Mapping[str, str] | None = None,
) -> tuple[SkipTrial, ...]:
    """Rerank every question in full, as a trial of a skip predictor.

    Args:
        client: the engine.
        cross_encoder: the model itself, to time a pair once where kept scores hide it.
        collection: its id.
        questions: asked in their order.
        top_n: how many of the best count for the agreement.
        advance: told (done, total) after every question.
        answers: question -> words of its answer, where known; None leaves out unjudged questions.
    """
    qrels = grade_questions(client, collection, tuple(questions)).qrels
    texts = [q.text for q in questions if answers is not None or qrels.get(q.text)]
    settings = Configuration("", SearchSettings(top_k=50, top_n=top_n))
    pair_ms, trials = 0.0, list[SkipTrial]()
    for done, text in enumerate(texts, start=1):
        comparison = client.compare(collection, text, settings)
        if comparison.cache_hits and not pair_ms:
            pair_ms = measure_pace(cross_encoder, text, comparison.candidates).full
        relevant = {chunk_id for chunk_id, grade in qrels.get(text, {}).items() if grade > 0}
        trials.append(
            skip_trial(comparison, top_n, (answers or {}).get(text, ""), relevant, pair_ms)
        )
        advance(done, len(texts))
    return tuple(trials)


def fit_skip_predictor(
    trials: Sequence[SkipTrial], models: str = "", runtime: str = ""
) -> SkipPredictorFit:
    """Fit one on all trials; what it is worth is measured on halves that were left out.

    Args:
        trials: questions that were reranked in full.
        models: names the models that did it.
        runtime: names what computed them.

    Raises:
        InputError: too few questions, or the cross-encoder always or never changed the first one.
    """
    usable = [trial for trial in trials if trial.overlap is not None]
    if len(usable) < FEWEST_QUESTIONS:
        raise InputError(
            f"A skip predictor cannot be fitted on {counted(len(usable), 'question')}.",
            f"Measure at least {FEWEST_QUESTIONS}, better 100.",
        )
    usable.sort(key=lambda trial: trial.changed)  # so that both halves have some of each
    halves = usable[::2], usable[1::2]
    held = [
        (model, judged_by(model, other))
        for own, other in (halves, halves[::-1])
        for model in [_fitted(own)]
    ]
    skipped = [t for model, tried in held for t in tried if t.likely < model.threshold]
    lost = 100.0 * sum(map(loss, skipped)) / len(usable)
    accepted = bool(skipped) and lost <= MOST_LOST
    verdict = _verdict(usable, skipped, lost)
    on = FittedOn(tuple(trial.query for trial in usable), runtime)
    return SkipPredictorFit(
        _fitted(usable), len(usable), len(skipped), lost, accepted, verdict, models, on
    )


def loss(trial: SkipTrial) -> int:
    """What skipping this question loses: its gain, or 1 when nobody judged and it would change."""
    return int(trial.changed) if trial.gain is None else trial.gain


def _fitted(trials: Sequence[SkipTrial]) -> SkipPredictor:
    """A logistic regression on both features, L2-regularised, with the boldest safe threshold."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second of import

    changed = [trial.changed for trial in trials]
    if len(set(changed)) < 2:
        often = "always" if changed[0] else "never"
        raise InputError(
            f"On these questions the cross-encoder {often} puts another passage first: there is "
            "nothing to predict.",
            "Measure other questions, or more of them.",
        )
    rows = np.array([(trial.margin, trial.overlap) for trial in trials], dtype=np.float64)
    regression = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(rows, changed)
    margin, agreement = (float(value) for value in regression.coef_[0])
    model = SkipPredictor(float(regression.intercept_[0]), margin, agreement, 0.0)
    return replace(model, threshold=_threshold(judged_by(model, trials)))


def _threshold(trials: Sequence[SkipTrial]) -> float:
    """The highest of the thresholds below which, and below all lower ones, little is lost."""
    safe = 0.0
    for share in SHARES:
        limit = float(np.quantile([trial.likely for trial in trials], share))
        lost = sum(loss(trial) for trial in trials if trial.likely < limit)
        if 100.0 * lost / len(trials) > MOST_LOST:
            break
        safe = limit
    return safe


def _verdict(usable: Sequence[SkipTrial], skipped: Sequence[SkipTrial], lost: float) -> str:
    judged = skip_summary(usable, 0.0).recall_lost is not None
    measure = "of recall@3" if judged else "of first passages (these questions are unjudged)"
    facts = (
        f"Each half was decided by a skip predictor fitted on the other: {len(skipped)} of "
        f"{counted(len(usable), 'question')} skipped, {signed(lost, 1)} points {measure} lost."
    )
    if not skipped:
        return f"Refused, because it would skip nothing safely. {facts}"
    if lost > MOST_LOST:
        return f"Refused, because it loses more than {MOST_LOST} points. {facts}"
    return facts
