"""The bundled model's recipe: its loss by hand, and a real run on little data."""

import math
from pathlib import Path

import pytest

from core.evaluate.compare import Difference
from core.evaluate.datasets import Dataset, Passage
from core.models.registry import ModelSpec, spec_of
from core.models.torch_models import load_cross_encoder
from tests.beir_folder import write_dataset
from tests.golden.small_models import save_with_tokenizer, small_model
from tests.training.made_sources import COLOURS, EXAMPLES, TEST, put
from training.__main__ import main
from training.bundled import Made, Phase, Plan, make_model
from training.bundled_card import bundled_card
from training.gain import Gain
from training.group_loss import group_loss
from training.sources import SOURCES, Data


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
    made = make_model(data, Path(spec_of("encoder").source), tmp_path / "model", plan, said.append)
    assert made.after > max(made.before, 0.9)
    assert said == ["phase 1 of 1", f"step 12 of 12: loss {said[-1].split()[-1]}"]
    model = load_cross_encoder(ModelSpec(name="made", source=str(tmp_path / "model")))
    logits = model.score(TEST[0].query, [str(p) for p in TEST[0].passages])
    assert logits.argmax() == 0


@pytest.fixture
def collection(tmp_path):
    """One of each thing, and the question after its colour."""
    asked = EXAMPLES[:: len(COLOURS)]
    corpus = {
        f"{i}.{j}": Passage("", str(p))
        for i, e in enumerate(asked)
        for j, p in enumerate(e.passages)
    }
    queries = {str(i): e.query for i, e in enumerate(asked)}
    qrels = {str(i): {f"{i}.0": 1} for i in range(len(asked))}
    write_dataset(Dataset("things", corpus, queries, qrels), tmp_path / "things")
    return tmp_path / "things"


@pytest.mark.model
def test_the_command_makes_a_folder_with_a_card(tmp_path, collection, capsys, monkeypatch):
    """Two phases of one step each; what is missing and measured is said; nothing is overwritten."""
    model = small_model("Bert", vocab_size=30_522, max_position_embeddings=512)
    base = save_with_tokenizer(model, tmp_path / "base")
    entry = f'[[model]]\nname = "small"\nkind = "encoder"\norigin = "folder"\nsource = "{base}"'
    (tmp_path / "registry.toml").write_text(entry)
    monkeypatch.setenv("SECOND_LOOK_HOME", str(tmp_path))
    lines = [
        {"query": e.query, "positive": e.passages[0], "negatives": e.passages[1:]} for e in EXAMPLES
    ]
    put(tmp_path, "medquad", lines)
    command = ["train", str(tmp_path), str(tmp_path / "made"), "--share", "0.0001"]
    command += ["--base", "small", "--measure", str(collection)]
    assert main(command) == 0
    card = (tmp_path / "made" / "README.md").read_text()
    assert "| medquad | 64 | MedQuAD, CC BY 4.0 |" in card
    assert "2 steps (0.0% of the recipe), 48 questions drawn" in card
    assert "not learned from: squad-groups, squad-sentences, rule-made-policies" in card
    assert "No question was held out" in card
    assert "| things | 8 | 8 | 32 | " in card
    assert "things: " in capsys.readouterr().err
    assert main(command) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_collection_that_cannot_be_read_is_named_before_the_training(tmp_path, capsys):
    """Not after two hours."""
    command = ["train", str(tmp_path), str(tmp_path / "made"), "--measure", str(tmp_path / "none")]
    assert main(command) == 1
    assert "corpus.jsonl cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


def difference(mean, low, high, p_value):
    """Of ten questions."""
    return Difference("nDCG@10", "dense", "new", 0.5, 0.5 + mean, mean, low, high, p_value, 5, 4, 1)


def test_the_card_says_where_it_gains_and_where_it_does_not():
    """Settled gains and losses, the rest as open, what it learned from as no test."""
    data = Data((), (), {"web": EXAMPLES[:3]}, ())
    gains = [
        Gain("facts", 100, 0, difference(0.1, 0.04, 0.16, 0.001)),
        Gain("lessons", 100, 2, difference(0.1, 0.04, 0.16, 0.001)),
        Gain("policies", 100, 0, difference(-0.1, -0.16, -0.04, 0.001)),
        Gain("topics", 100, 0, difference(-0.02, -0.06, 0.02, 0.4)),
    ]
    made = Made(0.2, 0.8, 300, 7, 1680, 60.0)
    card = bundled_card("m", ModelSpec(name="base", source=""), data, Plan(0.4), made, gains)
    assert "7 steps (40.0% of the recipe), 1,680 questions drawn from those below, seed 0" in card
    assert "| lessons | 10 | 2 | 100 | 0.500 | 0.600 | +0.100 [+0.040, +0.160] |" in card
    assert "It gains on facts. No test, for it learned from questions of it: lessons. " in card
    assert "It loses on policies. Not settled on topics." in card
    assert "Of 300 questions about them" in card
    assert "not learned from: squad-groups, squad-sentences, medquad, rule-made" in card


def test_a_card_without_a_measurement_claims_nothing():
    """And says how to measure; with all sources, that all were there."""
    data = Data((), (), dict.fromkeys(SOURCES, EXAMPLES[:1]), ())
    card = bundled_card(
        "m", ModelSpec(name="base", source=""), data, Plan(), Made(0, 0, 0, 1, 20, 1.0)
    )
    assert "it is not known whether it reranks better" in card
    assert "All sources of the recipe were there." in card
