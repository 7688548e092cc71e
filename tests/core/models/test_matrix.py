"""Models as people have them: the numbers of plain sentence-transformers, or a refusal.

The folders are made here, of two random layers; nothing is downloaded.
"""

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

from core.errors import ModelError
from core.models.registry import ModelSpec, verified_hash
from core.models.runtime import ModelLocation, open_cross_encoder, open_encoder
from tests.core.models import tiny_folders as made

pytestmark = pytest.mark.model
QUERY = "who pays for travel"
PASSAGES = [
    *("the company pays", "Costs of flights, and the Hotel in cash", "x"),
    *("travel costs " * 80, "hotel"),
]
RUNTIMES = ("torch-fp32", "openvino-f32")
PROMPTS = {"query": "who : ", "document": "the : "}
ENCODERS = {
    "mean": made.encoder,
    "cls": lambda folder: made.encoder(folder, pooling="cls"),
    "last token": lambda folder: made.encoder(folder, pooling="lasttoken"),
    "Dense": lambda folder: made.encoder(folder, dense=True),
    "prompts": lambda folder: made.encoder(folder, prompts=PROMPTS),
    "a default prompt": lambda folder: made.encoder(
        folder, prompts={"q": "who : "}, default_prompt_name="q"
    ),
    "truncate_dim": lambda folder: made.encoder(folder, truncate_dim=8),
    "20 tokens": lambda folder: made.encoder(folder, length=20),
    "no saved length": lambda folder: made.encoder(folder, length=None),
    "roberta": lambda folder: made.encoder(folder, "roberta"),
    "mpnet": lambda folder: made.encoder(folder, "mpnet"),
    "distilbert": lambda folder: made.encoder(folder, "distilbert"),
    "modernbert": lambda folder: made.encoder(folder, "modernbert"),
    "static": made.static,
}
REFUSED = {"modernbert", "static"}
"""Encoders that OpenVINO refuses: they run on torch."""


def opened(kind, folder, home, runtime):
    """A model of a folder on a runtime."""
    open_ = open_encoder if kind == "encoder" else open_cross_encoder
    return open_(ModelLocation(ModelSpec("tiny", str(folder), kind=kind), home, 2), runtime)


@pytest.mark.parametrize("architecture", made.ARCHITECTURES)
def test_a_reranker_has_the_logits_of_its_library(architecture, tmp_path):
    """Of every architecture, on both runtimes, and reads as many tokens."""
    folder = made.cross_encoder(tmp_path, architecture)
    library = CrossEncoder(str(folder), device="cpu")
    pairs = [(QUERY, passage) for passage in PASSAGES]
    expected = library.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)
    assert np.ptp(expected) > 0.1
    for runtime in RUNTIMES:
        model = opened("cross_encoder", folder, tmp_path, runtime)
        assert model.score(QUERY, PASSAGES) == pytest.approx(expected, abs=1e-4), runtime
        assert model.info.max_length == library.max_seq_length == 128
        assert model.truncated(QUERY, PASSAGES) == [False, False, False, True, False]


@pytest.mark.parametrize("kind", ENCODERS)
def test_an_encoder_has_the_vectors_of_its_library(kind, tmp_path):
    """Questions as encode_query, passages as encode_document, of the folder's own length."""
    folder = ENCODERS[kind](tmp_path)
    library = SentenceTransformer(str(folder), device="cpu")
    passages = library.encode_document(PASSAGES, normalize_embeddings=True)
    query = library.encode_query(QUERY, normalize_embeddings=True)
    for runtime in RUNTIMES:
        if kind in REFUSED and runtime != "torch-fp32":
            with pytest.raises(ModelError, match="runs on torch"):
                opened("encoder", folder, tmp_path, runtime)
            continue
        model = opened("encoder", folder, tmp_path, runtime)
        assert model.encode(PASSAGES) == pytest.approx(passages, abs=1e-4), runtime
        assert model.encode_query(QUERY) == pytest.approx(query, abs=1e-4), runtime
        assert model.dimension == len(query)
        assert model.info.max_length == min(library.max_seq_length, 131_072)


def test_the_hash_of_an_encoder_is_of_all_that_computes(tmp_path):
    """The same root weights with another pooling, layer, prompt or length are another model."""
    kinds = ("mean", "cls", "Dense", "prompts", "truncate_dim", "20 tokens")
    specs = [ModelSpec(k, str(ENCODERS[k](tmp_path / k)), kind="encoder") for k in kinds]
    assert len({verified_hash(spec) for spec in specs}) == len(kinds)
    again = ModelSpec("again", str(ENCODERS["mean"](tmp_path / "again")), kind="encoder")
    assert verified_hash(again) == verified_hash(specs[0])


def test_a_registry_may_shorten_what_a_model_reads(tmp_path):
    """And its prompts take the place of the folder's."""
    folder = made.encoder(tmp_path, prompts=PROMPTS)
    library = SentenceTransformer(str(folder), device="cpu")
    library.max_seq_length = 16
    expected = library.encode(PASSAGES, prompt="", normalize_embeddings=True)
    spec = ModelSpec("tiny", str(folder), kind="encoder", max_length=16, query_prompt="of a ")
    for runtime in RUNTIMES:
        model = open_encoder(ModelLocation(spec, tmp_path, 2), runtime)
        assert model.encode(PASSAGES) == pytest.approx(expected, abs=1e-4), runtime
