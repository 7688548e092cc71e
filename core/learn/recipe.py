"""How a cross-encoder is trained: the choices, and what is told while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import InputError
from core.evaluate.compare import Difference, difference_of
from core.evaluate.metrics import MEASURE
from core.learn.groups import TrainingGroup

Loss = Literal["listwise", "pairwise", "pointwise"]
SPEC, PROGRESS, CANCEL, MODEL = "spec.json", "progress.jsonl", "cancel", "model"
RESULT, CHECKPOINTS, LOG = "result.json", "checkpoints", "log.txt"


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """The choices of a training.

    ``loss``: listwise is LambdaLoss with NDCG weighting (Wang et al. 2018), pairwise RankNet
    (Burges et al. 2005), pointwise binary cross-entropy. ``learning_rate`` is the highest, after
    a tenth of the steps. ``patience``: measurements on the dev questions without a gain after
    which it stops. ``max_length`` is of question and passage together, in tokens.
    """

    loss: Loss = "listwise"
    epochs: int = 3
    learning_rate: float = 2e-5
    batch: int = 4
    max_length: int = 256
    patience: int = 4
    seed: int = 0
    threads: int = 2

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        if not 1 <= self.epochs <= 20 or not 1 <= self.batch <= 64:
            raise InputError("A training has 1 to 20 epochs and 1 to 64 questions a batch.")
        if not 0 < self.learning_rate <= 1e-3 or not 32 <= self.max_length <= 512:
            raise InputError("The learning rate is up to 0.001, the length 32 to 512 tokens.")


@dataclass(frozen=True, slots=True)
class Training:
    """Everything a training process reads: the starting model's folder and the questions."""

    base: Path
    recipe: TrainingRecipe
    train: tuple[TrainingGroup, ...]
    dev: tuple[TrainingGroup, ...]
    test: tuple[TrainingGroup, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Where a training stands: ``done`` of ``total`` steps; None for what was not measured.

    ``dev`` is nDCG@10 on the dev questions, ``loss`` the mean since the step before.
    """

    state: Literal["loading", "training", "measuring", "done", "cancelled", "failed"]
    done: int = 0
    total: int = 0
    loss: float | None = None
    dev: float | None = None
    seconds: float = 0.0
    message: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.state in {"done", "cancelled", "failed"}


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """nDCG@10 of every test question before and after, by its text."""

    before: dict[str, float]
    after: dict[str, float]
    steps: int
    seconds: float

    @property
    def difference(self) -> Difference:
        """The paired difference on questions that the training has not seen."""
        return difference_of(
            self.before, self.after, MEASURE, ("the model before", "the trained model")
        )
