"""Graphs that are built from the weights give what the model's own library gives."""

import json

import numpy as np
import pytest

from core.errors import ModelError
from core.models.openvino.bert import build_bert, can_build, window
from core.models.openvino.setup import open_session
from tests.golden.small_models import items, small_model


def saved(folder, model):
    """The folder of a model as its library saves it."""
    model.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("half", [False, True])
def test_a_built_classifier_gives_the_logits_of_torch(tmp_path, half):
    """Padding in the keys, the last layer for one token: equal to 1e-4."""
    import torch

    model = small_model("Bert")
    folder = saved(tmp_path, model.half() if half else model)
    assert can_build(folder)
    model.float()
    expected = []
    for item in items():
        inputs = {"input_ids": item.ids, "token_type_ids": item.types}
        with torch.no_grad():
            out = model(**{name: torch.from_numpy(ids)[None] for name, ids in inputs.items()})
        expected.append(out.logits.item())
    logits = open_session(build_bert(folder), "f32", 64, 2).run(items())[:, 0]
    assert logits == pytest.approx(expected, abs=1e-4)
    assert np.std(expected) > 0.01, "logits that are all alike would show nothing"


@pytest.mark.parametrize("kind", ["Electra", "Roberta", "DistilBert", "ModernBert"])
def test_other_architectures_are_not_built(tmp_path, kind):
    """They are converted by torch: see test_conversion."""
    assert not can_build(saved(tmp_path, small_model(kind)))


@pytest.mark.parametrize(
    "change",
    [{"hidden_act": "gelu_new"}, {"is_decoder": True}, {"position_embedding_type": "relative_key"}],
)
def test_another_bert_is_not_built(tmp_path, change):
    """What the builder does not know is never guessed."""
    file = saved(tmp_path, small_model("Bert")) / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert not can_build(tmp_path)


@pytest.mark.parametrize("mode", ["cls_token", "max_tokens"])
def test_another_pooling_is_not_built(tmp_path, mode):
    """A bi-encoder that does not take the mean goes through torch."""
    saved(tmp_path, small_model("Bert"))
    modules = [
        {"path": path, "type": f"sentence_transformers.models.{kind}"}
        for path, kind in (("", "Transformer"), ("1_Pooling", "Pooling"), ("2", "Normalize"))
    ]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "1_Pooling").mkdir()
    for chosen, known in ((mode, False), ("mean_tokens", True)):
        pooling = {"word_embedding_dimension": 32, f"pooling_mode_{chosen}": True}
        (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
        assert can_build(tmp_path) is known


def test_weights_that_do_not_fit_are_named(tmp_path):
    """A configuration with more layers than there are weights for."""
    file = saved(tmp_path, small_model("Bert")) / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"num_hidden_layers": 9}))
    with pytest.raises(ModelError, match="do not match"):
        build_bert(tmp_path)


def test_the_window_is_the_smaller_of_model_and_tokenizer(tmp_path):
    """70 positions; a tokenizer made for 40 tokens, or for any number of them."""
    saved(tmp_path, small_model("Bert"))
    assert window(tmp_path) == 70
    for length, expected in ((40, 40), (10**30, 70)):
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"model_max_length": length}))
        assert window(tmp_path) == expected


def test_no_configuration_is_no_bert(tmp_path):
    """An empty folder, and one whose file is not JSON."""
    assert not can_build(tmp_path)
    (tmp_path / "config.json").write_text("no")
    assert not can_build(tmp_path)
