"""An int8 recipe: a cross-encoder nobody made one of, from few pairs, as int8.

How close int8 comes depends on the processor: without int8 dot products (VNNI) OpenVINO adds pairs
of products in 16 bits, which saturate, and the order moves more than the agreement check allows. So
nothing here asks for that check's 0.95: logits are held to bounds that both kinds keep.
"""

import numpy as np
import pytest

from core.errors import ModelError
from core.models.openvino.int8 import Recipe, file_mark, kept_recipe, load_recipe
from core.models.openvino.setup import can_bf16
from core.models.registry import ModelSpec, spec_of, verified_hash
from core.models.runtime import REFERENCE, ModelLocation, open_cross_encoder
from core.models.runtime_selection.kept import where
from core.models.runtime_selection.material import sample_texts
from core.models.torch_models import load_cross_encoder
from training import __main__ as command
from training.quantizing import cross_encoder_recipe, keep_recipe

pytestmark = pytest.mark.model
TOKENS = 3_400
"""Enough for what reads 384 channels (4 x 384 x 2), too few for the 1,536 after GELU."""
LAYERS = 5
"""Query, key, value, attention's output and the feed-forward part's input, but the last layer's."""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The folder of a model of its own: the bundled one's first two layers, each a bit louder."""
    folder = tmp_path_factory.mktemp("other")
    model = load_cross_encoder().model
    model.model.bert.encoder.layer = model.model.bert.encoder.layer[:2]
    model.model.config.num_hidden_layers = 2
    for number, values in enumerate(model.parameters()):
        values.data *= 1 + 0.002 * (number % 5)
    model.save_pretrained(str(folder))
    return folder


def sample_pairs():
    """Each passage with the samples' questions in turn, every second one."""
    questions, passages = sample_texts()
    return [(questions[i % len(questions)], text) for i, text in enumerate(passages[::2])]


@pytest.fixture(scope="module")
def place(other, tmp_path_factory):
    """The other model with a home folder."""
    return ModelLocation(ModelSpec("other", str(other)), tmp_path_factory.mktemp("home"), 2)


@pytest.fixture(scope="module")
def made(place):
    """Its recipe, what was measured with which mark before, and how far it was said to be."""
    before, told = where(place, verified_hash(place.spec)), []
    recipe = cross_encoder_recipe(place, sample_pairs(), TOKENS, told.append)
    file = keep_recipe(recipe, kept_recipe(place.home, recipe.weights))
    return recipe, file, before, told


def test_a_recipe_made_here_holds_the_layers_with_enough_tokens(place, made):
    """It is tied to its weights, lies in the home folder, and progress went from 0 to 1."""
    recipe, file, _, told = made
    assert recipe.weights == verified_hash(place.spec) != spec_of("cross_encoder").sha256
    assert file == place.home / "runtimes" / "int8" / f"{recipe.weights[:16]}.npz"
    assert len(recipe.sites) == LAYERS
    assert not [name for name in recipe.sites if "layer.output.dense" in name]
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
    assert not file.with_suffix(".part").exists()


def test_it_opens_as_int8_and_scores_nearly_as_torch(place, made):
    """On the samples' other passages; see the top of this file for the bounds.

    Two layers give logits between -.123 and -.119, so where bf16 is native it moves all of them to
    one side by half of their spread: that moves no rank.
    """
    reference, fast = (open_cross_encoder(place, name) for name in (REFERENCE, "openvino-int8"))
    assert fast.info.computed.endswith(f", recipe {file_mark(made[1])}")
    questions, passages = sample_texts(most=3)
    expected, got = (
        np.concatenate([model.score(q, passages[1:41:2]) for q in questions])
        for model in (reference, fast)
    )
    assert np.corrcoef(expected, got)[0, 1] > 0.98
    assert np.abs(expected - got).mean() < (0.001 if can_bf16() else 0.1 * expected.std())


def test_a_measurement_before_the_recipe_does_not_hold_after_it(place, made):
    """The recipe's mark is in what the figures depend on."""
    assert made[2].endswith("int8 recipe none")
    assert where(place, verified_hash(place.spec)).endswith(f"int8 recipe {file_mark(made[1])}")


def test_a_damaged_or_foreign_recipe_of_the_home_folder_is_refused(place, made, tmp_path):
    """With what to do; and where it stands, another one can be made."""
    away = ModelLocation(place.spec, tmp_path, 2)
    recipe, file, *_ = made
    own = kept_recipe(tmp_path, recipe.weights)
    with pytest.raises(ModelError, match=r"no int8 recipe.*`python -m training quantize"):
        open_cross_encoder(away, "openvino-int8")
    own.parent.mkdir(parents=True)
    own.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"is damaged.*Make one"):
        open_cross_encoder(away, "openvino-int8")
    keep_recipe(Recipe("b" * 64, recipe.sites), own)
    with pytest.raises(ModelError, match="other weights"):
        open_cross_encoder(away, "openvino-int8")


def test_too_few_pairs_and_models_that_can_have_none_say_so(place):
    """Before anything is made."""
    with pytest.raises(ModelError, match="too few passages"):
        cross_encoder_recipe(place, [("Who signs?", "The head of the team.")])
    far = ModelSpec("far", "http://localhost", origin="endpoint")
    asked = ModelSpec("asked", str(place.spec.source), query_prompt="query: ")
    gone = ModelSpec("owner/gone", "owner/gone", origin="hub")
    for spec, words in ((far, "on a server"), (asked, "reads prompts"), (gone, "not on this")):
        with pytest.raises(ModelError, match=words):
            cross_encoder_recipe(ModelLocation(spec, place.home, 2), sample_pairs())


def test_the_command_makes_one_of_a_folder(other, tmp_path, capsys, monkeypatch):
    """In an empty home folder from the samples' texts, with progress; nothing else is changed."""
    monkeypatch.setattr(command, "TOKENS", TOKENS)
    words = ["--home", str(tmp_path), "quantize", "--cross-encoder", str(other)]
    assert command.main(words) == 0
    said = capsys.readouterr().err
    weights = verified_hash(ModelSpec("other", str(other)))
    assert str(kept_recipe(tmp_path, weights)) in said
    assert "50%" in said
    assert "is not on" in said
    assert len(load_recipe(kept_recipe(tmp_path, weights), weights).sites) == LAYERS
