"""Prompts stand before what a model reads, and make it another model."""

import numpy as np

from core.models.opening import PromptedCrossEncoder, PromptedEncoder
from core.models.registry import ModelSpec
from tests.fakes import FakeCrossEncoder, FakeEncoder

SPEC = ModelSpec("m", "m", query_prompt="query: ", passage_prompt="passage: ")


def test_questions_and_passages_are_read_by_their_own_prompts():
    """As multilingual-e5 was trained."""
    plain = FakeEncoder()
    encoder = PromptedEncoder(plain, SPEC)
    vectors = encoder.encode(["who pays"])
    query = encoder.encode_query("who pays")
    assert plain.calls == [["passage: who pays"], ["query: who pays"]]
    assert not np.array_equal(vectors[0], query)
    assert encoder.dimension == plain.dimension
    assert encoder.token_spans("who pays") == plain.token_spans("who pays")


def test_a_cross_encoder_reads_both_prompts():
    """And what is too long is too long with them."""
    plain = FakeCrossEncoder(max_length=6)
    model = PromptedCrossEncoder(plain, SPEC)
    model.score("who pays", ["the company"])
    assert plain.pairs == [("query: who pays", "passage: the company")]
    assert model.truncated("who pays", ["the company", "the company pays"]) == [False, True]


def test_vectors_with_and_without_prompts_are_of_two_models():
    """They must never meet in one index, nor two scores in one cache."""
    others = [FakeEncoder().info, PromptedEncoder(FakeEncoder(), SPEC).info]
    others.append(PromptedEncoder(FakeEncoder(), ModelSpec("m", "m", query_prompt="q")).info)
    assert len({info.sha256 for info in others}) == 3
    assert PromptedCrossEncoder(FakeCrossEncoder(), SPEC).info != FakeCrossEncoder().info
