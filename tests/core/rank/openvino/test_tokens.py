"""Token ids: what the library gives, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from core.errors import InputError
from core.rank.models import cross_encoder_spec
from core.rank.openvino.tokens import TOKENIZER, PairTokenizer, TextTokenizer

FILE = Path(cross_encoder_spec().source) / TOKENIZER
LENGTH = 16
PAIRS, TEXTS = PairTokenizer(FILE, LENGTH), TextTokenizer(FILE, LENGTH)
words = st.text(st.characters(codec="utf-8"), max_size=60)


def library(*texts: str, strategy: str = "longest_first") -> tuple[list[int], list[int], bool]:
    """Ids, segments and whether something was cut, by the library's slower way."""
    tokenizer = Tokenizer.from_file(str(FILE))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTH, strategy=strategy)
    found = tokenizer.encode(*texts)
    return found.ids, found.type_ids, bool(found.overflowing)


@given(words)
def test_a_text_has_the_librarys_tokens(text: str) -> None:
    """The quick way, which keeps no offsets, changes nothing that the models read."""
    (found,) = TEXTS([text])
    assert (found.ids.tolist(), found.types.tolist(), found.truncated) == library(text)


@given(words)
def test_a_pair_has_the_librarys_tokens(passage: str) -> None:
    """Only the passage is ever cut, and that it was cut is said."""
    (found,) = PAIRS("who approves?", [passage])
    expected = library("who approves?", passage, strategy="only_second")
    assert (found.ids.tolist(), found.types.tolist(), found.truncated) == expected


def test_a_pair_is_tokenized_once() -> None:
    """Asked again, the tokens are the very same; when forgotten they are made anew, and equal."""
    first = PAIRS("who?", ["nobody", "everybody"])
    again = PAIRS("who?", ["everybody", "nobody"])
    assert [id(pair) for pair in again] == [id(pair) for pair in reversed(first)]
    PAIRS.forget()
    anew = PAIRS("who?", ["nobody", "everybody"])
    assert all(new is not old for new, old in zip(anew, first, strict=True))
    assert [pair.ids.tolist() for pair in anew] == [pair.ids.tolist() for pair in first]


def test_a_question_that_fills_half_of_the_window_is_refused() -> None:
    """Two special tokens and seven words are nine of sixteen."""
    assert len(PAIRS("one two three four five six", ["x"])) == 1
    with pytest.raises(InputError, match="9 tokens"):
        PAIRS("one two three four five six seven", ["x"])
