"""Where the window of the cross-encoder ends, in characters of the passage."""

import pytest
from hypothesis import given, strategies as st
from transformers import AutoTokenizer

from core.explain.occlusion import characters_read
from core.models.registry import spec_of
from tests.bundled import bundled_cross_encoder
from tests.fakes import FakeCrossEncoder

words = st.lists(st.sampled_from(["one", "two!", "three,", "-", "4"]), max_size=30).map(" ".join)


@given(words, st.integers(2, 20))
def test_what_is_read_fits_and_one_word_more_does_not(passage, window):
    """The fake reads ``window`` words of query and passage together."""
    model = FakeCrossEncoder(window)
    read = characters_read("a query", passage, model)
    assert not model.truncated("a query", [passage[:read]])[0] or read == 0
    assert read == len(passage) or model.truncated("a query", [passage])[0]
    for longer in range(read + 1, len(passage) + 1):
        assert model.truncated("a query", [passage[:longer]])[0]


def test_a_passage_that_fits_is_read_to_its_end():
    """Also the empty one."""
    assert characters_read("query", "three words here", FakeCrossEncoder()) == 16
    assert characters_read("query", "", FakeCrossEncoder()) == 0


@pytest.mark.model
@pytest.mark.parametrize("length", [300, 500, 700])
def test_the_window_ends_where_the_tokenizer_ends_it(length):
    """The bundled model's own offsets, of the last token it keeps, say the same character."""
    model = bundled_cross_encoder()
    tokenizer = AutoTokenizer.from_pretrained(spec_of("cross_encoder").source)  # the oracle
    query = "Who pays for the internationalisation of reimbursements?"
    vocabulary = ["reimbursements", "unquestionably,", "a", "per-diem", "£2,500", "naïve", "co-op."]
    passage = " ".join(vocabulary[i * i % 7] for i in range(length))
    kept = tokenizer(
        query, passage, truncation="only_second", max_length=512, return_offsets_mapping=True
    )
    ends = [
        end
        for (_, end), part in zip(kept["offset_mapping"], kept.sequence_ids(0), strict=True)
        if part == 1
    ]
    read = characters_read(query, passage, model)
    assert passage[max(ends) : read].strip() == ""
    assert model.score(query, [passage[:read]])[0] == pytest.approx(
        model.score(query, [passage])[0], abs=1e-4
    )
