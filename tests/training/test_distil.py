"""A narrower sibling of a cross-encoder: least squares, losses by hand, and a run that stops."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.models.registry import ModelSpec
from core.models.torch_models import load_cross_encoder
from tests.golden.small_models import save_with_tokenizer, small_model
from tests.training.made_sources import EXAMPLES, TEST
from training import distil as distilling
from training.distil import CHECKPOINT, DistilPlan, distil, logit_losses
from training.narrowing import fewer_inputs
from training.sources import Data

DATA = Data((), (), {"medquad": tuple(e for e in EXAMPLES if e not in TEST)}, TEST)
PLAN = DistilPlan(16, 6, questions=4, learning_rate=1e-3, max_length=32, fitted=40)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A narrow BERT of two layers with random weights and the bundled model's tokenizer."""
    model = small_model("Bert", vocab_size=30_522, max_position_embeddings=64)
    return save_with_tokenizer(model, tmp_path_factory.mktemp("teacher"))


def test_inputs_that_others_can_stand_for_are_the_ones_that_go():
    """Eight inputs, of which four are sums of the rest: four stay, and nothing is lost."""
    chance = np.random.default_rng(0)
    free = chance.normal(size=(500, 4))
    values = np.concatenate([free, free @ chance.normal(size=(4, 4))], axis=1)
    matrix = chance.normal(size=(3, 8))
    moments = values.T @ values
    kept, narrowed = fewer_inputs(matrix, moments, 4)
    assert list(kept) == sorted(set(kept))
    wanted = values @ matrix.T
    lost = np.square(wanted - values[:, kept] @ narrowed.T).sum() / np.square(wanted).sum()
    plain = np.square(wanted - values[:, kept] @ matrix[:, kept].T).sum() / np.square(wanted).sum()
    assert lost < 0.01
    assert plain > 10 * lost


def test_the_weights_that_stay_are_the_least_squares_ones():
    """Against the solution of the damped normal equations for the same inputs."""
    chance = np.random.default_rng(1)
    values = chance.normal(size=(200, 6)) @ chance.normal(size=(6, 6))
    matrix, moments = chance.normal(size=(2, 6)), values.T @ values
    kept, narrowed = fewer_inputs(matrix, moments, 3)
    damped = moments + 0.01 * np.trace(moments) / 6 * np.eye(6)
    expected = np.linalg.solve(damped[np.ix_(kept, kept)], damped[kept] @ matrix.T).T
    assert narrowed == pytest.approx(expected)


def test_the_losses_are_what_their_formulas_say():
    """Equal logits cost nothing; moved by one they cost 1, and their softmax is the same."""
    import torch

    logits = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    assert [loss.item() for loss in logit_losses(logits, logits)] == pytest.approx([0, 0])
    assert [loss.item() for loss in logit_losses(logits + 1, logits)] == pytest.approx([0, 1])
    flat, sure = torch.zeros(1, 2), torch.tensor([[math.log(3.0), 0.0]])
    order, _ = logit_losses(flat, sure)
    assert order.item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5), abs=1e-6)


@pytest.mark.model
def test_a_student_comes_nearer_and_is_a_model_like_any(teacher, tmp_path):
    """Half as wide; more steps bring its logits nearer to the teacher's."""
    said: list[str] = []
    made = distil(DATA, teacher, tmp_path / "one", replace(PLAN, steps=1), said.append)
    assert made.tested == len(TEST)
    distil(DATA, teacher, tmp_path / "more", replace(PLAN, steps=60), said.append)
    assert said[0].startswith("step 1 of 1: softmax ")
    logits = [
        load_cross_encoder(ModelSpec(name="m", source=str(folder))).score(
            EXAMPLES[0].query, [str(p) for e in EXAMPLES for p in e.passages]
        )
        for folder in (teacher, tmp_path / "one", tmp_path / "more")
    ]
    before, after = (np.square(other - logits[0]).mean() for other in logits[1:])
    assert after < before < np.var(logits[0])
    assert json.loads((tmp_path / "more" / "config.json").read_text())["intermediate_size"] == 16
    assert not (tmp_path / "more" / CHECKPOINT).exists()


@pytest.mark.model
def test_a_run_that_was_stopped_goes_on_as_if_nothing_had_been(teacher, tmp_path, monkeypatch):
    """The same weights to the bit; a checkpoint of another plan is refused."""
    distil(DATA, teacher, tmp_path / "whole", PLAN, lambda _: None)
    monkeypatch.setattr(distilling, "CHECKPOINT_SECONDS", 0.0)
    taken = distilling._Run.step

    def stops(run):
        if run.done == 3:
            raise KeyboardInterrupt
        return taken(run)

    monkeypatch.setattr(distilling._Run, "step", stops)
    with pytest.raises(KeyboardInterrupt):
        distil(DATA, teacher, tmp_path / "parts", PLAN, lambda _: None)
    monkeypatch.undo()
    with pytest.raises(InputError, match="of another plan"):
        distil(DATA, teacher, tmp_path / "parts", replace(PLAN, seed=1), lambda _: None)
    distil(DATA, teacher, tmp_path / "parts", PLAN, lambda _: None)
    whole, parts = (
        (tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts")
    )
    assert whole == parts


@pytest.mark.model
def test_a_width_that_makes_nothing_narrower_is_refused(teacher, tmp_path):
    """The teacher's own, more, and none."""
    for width in (0, 48, 64):
        with pytest.raises(InputError, match="no width for a model of 48"):
            distil(DATA, teacher, tmp_path / "m", replace(PLAN, width=width), print)
