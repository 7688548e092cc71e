"""The bundled model's recipe: its loss by hand, and a real run on little data."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from core.cli import main
from core.learn.bundled import Phase, Plan, make_model
from core.learn.group_loss import group_loss
from core.learn.sources import Data, Example
from core.rank.cross_encoder import load_cross_encoder
from core.rank.models import encoder_spec
from core.rank.spec import ModelSpec
from tests.core.learn.test_sources import put

COLOURS = ("red", "blue", "green", "black", "white", "brown", "grey", "pink")
THINGS = ("lamp", "door", "cup", "roof", "coat", "bag", "hat", "pot")


def example(thing, colour):
    """Only one passage says the colour."""
    passages = (
        f"The {thing} is {colour}.",
        f"The {thing} is old.",
        f"Everybody likes the {thing}.",
        f"The colour of the {thing} was asked for often.",
    )
    return Example(f"What is the colour of the {thing}?", passages)


EXAMPLES = tuple(example(thing, colour) for thing in THINGS for colour in COLOURS)
TEST = tuple(e for e in EXAMPLES if "pot" in e.query)


def test_the_loss_is_what_its_formula_says():
    """Four equal logits: ln 4, and half the mean of 2 ln 2 and three ln 2; a flat teacher: 0."""
    import torch

    hard = group_loss(torch.zeros(1, 4), [()]).item()
    assert hard == pytest.approx(math.log(4) + 0.5 / 4 * 5 * math.log(2))
    assert group_loss(torch.zeros(1, 4), [(0.5,) * 4]).item() == pytest.approx(0.0, abs=1e-6)
    both = group_loss(torch.zeros(2, 4), [(0.5,) * 4, ()]).item()
    assert both == pytest.approx(hard / 2)


@pytest.mark.model
def test_a_small_run_learns_to_tell_the_answer_and_its_model_can_be_loaded(tmp_path):
    """On a thing it has not seen; the same seed gives the same result."""
    data = Data((), (), {"medquad": tuple(e for e in EXAMPLES if e not in TEST)}, TEST)
    plan = Plan(phases=(Phase({"medquad": 1.0}, 12, 8, 3e-4, 2),))
    said: list[str] = []
    made = make_model(data, Path(encoder_spec().source), tmp_path / "model", plan, said.append)
    assert made.after > max(made.before, 0.9)
    assert said == ["phase 1 of 1", f"step 12 of 12: loss {said[-1].split()[-1]}"]
    model = load_cross_encoder(ModelSpec(name="made", source=str(tmp_path / "model")))
    logits = model.score(TEST[0].query, [str(p) for p in TEST[0].passages])
    assert logits.argmax() == 0


@pytest.mark.model
def test_the_command_makes_a_folder_with_a_card(tmp_path, capsys):
    """Two phases of one step each; a folder that is there is not overwritten."""
    lines = [
        {"query": e.query, "positive": e.passages[0], "negatives": e.passages[1:]} for e in EXAMPLES
    ]
    put(tmp_path, "medquad", lines)
    command = ["train", str(tmp_path), str(tmp_path / "made"), "--share", "0.0001"]
    assert main(command) == 0
    card = (tmp_path / "made" / "README.md").read_text()
    assert "| medquad | 64 | MedQuAD, CC BY 4.0 |" in card
    assert "2 steps" in card
    assert main(command) == 1
    assert "is there already" in capsys.readouterr().err
