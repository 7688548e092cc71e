"""A natural language inference model in a folder: which class is meant, and what can go wrong."""

import pytest

from core.errors import ModelError
from core.explain.conflicts import all_conflicts
from core.models.registry import spec_of
from core.models.torch_models import contradiction_class, load_nli
from tests.core.explain.passages import quoted
from tests.golden.small_models import save_with_tokenizer, small_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A made model with three classes: one layer, the bundled tokenizer, weights by chance."""
    labels = ("contradiction", "entailment", "neutral")
    model = small_model(
        "Bert",
        vocab_size=30_522,
        max_position_embeddings=512,
        num_hidden_layers=1,
        initializer_range=0.02,
        num_labels=3,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    return save_with_tokenizer(model, tmp_path_factory.mktemp("nli"))


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
