"""A natural language inference model in a folder: which class is meant, and what can go wrong."""

import pytest

from core.errors import ModelError
from core.explain.conflicts import all_conflicts
from core.models.registry import spec_of
from core.models.torch_models import contradiction_class, load_nli
from tests.core.explain.passages import quoted


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A made model with three classes: one layer, the bundled tokenizer, weights by chance."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    path = tmp_path_factory.mktemp("nli")
    tokenizer = AutoTokenizer.from_pretrained(spec_of("cross_encoder", "bundled").source)
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )
    BertForSequenceClassification(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def test_the_class_is_found_by_its_name():
    """Whatever the order and the case; a model without it is refused."""
    assert contradiction_class({0: "ENTAILMENT", 1: "Contradiction"}) == 1
    for labels in ({0: "LABEL_0", 1: "LABEL_1"}, {0: "contradiction"}):
        with pytest.raises(ModelError, match="none is contradiction"):
            contradiction_class(labels)


def test_a_folder_is_read_and_asked_in_pairs(folder):
    """One chance a pair, from 0 to 1, the same whatever else is asked; none for no pair."""
    reader = load_nli(str(folder))
    pairs = [("It is open.", "It is closed."), ("Tea is free.", "A claim is paid back.")]
    both = reader.contradiction(pairs)
    assert both.shape == (2,)
    assert ((both > 0) & (both < 1)).all()
    assert reader.contradiction(pairs[:1])[0] == pytest.approx(both[0], abs=1e-5)
    assert reader.contradiction([]).shape == (0,)
    assert all_conflicts(quoted("The office is open now.", "Now the office is shut."), reader) == ()


def test_what_is_no_such_model_is_named(tmp_path, folder):
    """No folder, no weights, and a reranker in its place: each says what to do."""
    with pytest.raises(ModelError, match="is not a folder"):
        load_nli(str(tmp_path / "missing"))
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        load_nli(str(tmp_path))
    with pytest.raises(ModelError, match="none is contradiction") as raised:
        load_nli(spec_of("cross_encoder", "bundled").source)
    assert "SECOND_LOOK_NLI" in raised.value.advice
