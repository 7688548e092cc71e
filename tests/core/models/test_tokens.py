"""Token ids: what the library gives, made once."""

from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tokenizers import Tokenizer

from core.errors import InputError
from core.models.registry import spec_of
from core.models.tokens import TOKENIZER, PairTokenizer, PassageTokens, TextTokenizer

FILE = Path(spec_of("cross_encoder").source) / TOKENIZER
LENGTH = 16
WINDOW = 128
PAIRS, TEXTS = PairTokenizer(FILE, LENGTH), TextTokenizer(FILE, LENGTH)
LONG = PairTokenizer(FILE, WINDOW)
BARE = Tokenizer.from_file(str(FILE))
BARE.no_padding()
BARE.no_truncation()
words = st.text(st.characters(codec="utf-8"), max_size=60)


@cache
def opened(length, strategy):
    """The library's tokenizer, as its file has it but for padding and what it cuts."""
    tokenizer = Tokenizer.from_file(str(FILE))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length, strategy=strategy)
    return tokenizer


def library(
    *texts: str, strategy: str = "longest_first", length: int = LENGTH
) -> tuple[list[int], list[int], bool]:
    """Ids, segments and whether something was cut, by the library's slower way."""
    found = opened(length, strategy).encode(*texts)
    return found.ids, found.type_ids, bool(found.overflowing)


@given(words)
def test_a_text_has_the_librarys_tokens(text):
    """The quick way, which keeps no offsets, changes nothing that the models read."""
    (found,) = TEXTS([text])
    assert (found.ids.tolist(), found.types.tolist(), found.truncated) == library(text)


@given(words)
def test_a_pair_has_the_librarys_tokens(passage):
    """Only the passage is ever cut, and that it was cut is said."""
    (found,) = PAIRS("who approves?", [passage])
    expected = library("who approves?", passage, strategy="only_second")
    assert (found.ids.tolist(), found.types.tolist(), found.truncated) == expected


@given(words, words, words)
def test_a_passage_that_another_question_had_read_has_the_librarys_tokens(first, second, passage):
    """Whatever was asked before: each question is put before the same tokens of the passage."""
    LONG.passages.forget()
    for query in (first, second, first):
        (found,) = LONG(query, [passage])
        expected = library(query, passage, strategy="only_second", length=WINDOW)
        assert (found.ids.tolist(), found.types.tolist(), found.truncated) == expected


@given(st.lists(st.integers(1, 9), max_size=12, unique=True))
def test_remembered_passages_stay_within_their_limit(sizes):
    """Those read last are kept: as many as have, with ten for each, at most 60 tokens together."""
    kept = PassageTokens(BARE, limit=60)
    found = kept(["the " * size for size in sizes])
    assert [len(encoding) for encoding in found] == sizes
    totals = accumulate(size + 10 for size in reversed(sizes))
    assert len(kept) == sum(total <= 60 for total in totals)


def test_a_passage_is_tokenized_once():
    """The encoding is the very same for the next question, until it is forgotten."""
    kept = PassageTokens(BARE)
    (first,) = kept(["nobody"])
    assert kept(["everybody", "nobody", "nobody"])[1:] == [first, first]
    assert len(kept) == 2  # passages
    kept.forget()
    assert len(kept) == 0
    assert kept(["nobody"])[0] is not first


def test_a_question_that_fills_half_of_the_window_is_refused():
    """Two special tokens and seven words are nine of sixteen."""
    assert len(PAIRS("one two three four five six", ["x"])) == 1
    with pytest.raises(InputError, match="9 tokens"):
        PAIRS("one two three four five six seven", ["x"])
