"""Fits and trainings as they are when they have ended, for tests."""

from pathlib import Path

from core.evaluate.compare import difference_of
from core.learn import recipe as files
from core.learn.fits import Tuning
from core.learn.groups import TrainingGroup
from core.learn.recipe import Training, TrainingRecipe, TrainingResult
from core.learn.weights import WeightsFit
from core.search.fitted import models_key
from core.serialize import to_json
from tests.fakes import FakeCrossEncoder, FakeEncoder

QUESTIONS = [f"question {i}" for i in range(8)]
DIFFERENCE = difference_of(dict.fromkeys(QUESTIONS, 0.5), dict.fromkeys(QUESTIONS, 0.75), "nDCG@10")
ON = models_key(FakeEncoder().info, FakeCrossEncoder().info)
LEARNED = WeightsFit((0.1, 0.0, 1.0, 0.0, -0.2), DIFFERENCE, True, "better", ON)


def ended(tuning: Tuning, before: float, after: float, questions: int = 8) -> None:
    """A training that has ended, as its process leaves it; so many questions tested it."""
    folder = tuning.training.folder
    (folder / files.MODEL).mkdir(parents=True, exist_ok=True)
    (folder / files.MODEL / "model.safetensors").write_bytes(b"weights")
    groups = (TrainingGroup("q", ("good", "bad"), (1, 0), "d"),)
    training = Training(Path("base"), TrainingRecipe(), groups, groups, groups)
    (folder / files.SPEC).write_text(to_json(training))
    values = [dict.fromkeys(QUESTIONS[:questions], value) for value in (before, after)]
    result = TrainingResult(*values, steps=9, seconds=60.0)
    (folder / files.RESULT).write_text(to_json(result))
