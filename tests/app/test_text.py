"""Escaping for labels, as arithmetic on strings; what the browser shows is in tests/browser."""

import re

from hypothesis import given, strategies as st

from pages.ui.text import plain, printable


@given(st.text(max_size=60))
def test_plain_only_adds_backslashes_and_joiners(text):
    """Without the marks it added, the label is the text with its white space made single."""
    shown = re.sub(r"\\(.)", r"\1", plain(text)).replace("\u2060", "")
    assert shown == " ".join(printable(text).split()).replace("\u2060", "")


@given(st.text(alphabet="*_~$:[]<>\\`#|!.-+a1 \n", max_size=40))
def test_plain_leaves_no_punctuation_bare(text):
    """Every ASCII punctuation character is escaped."""
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", plain(text))
    assert re.fullmatch(r"[a1 \u2060]*", bare)


def test_unprintable_characters_are_shown_as_replaced():
    """Controls and halves of surrogate pairs cannot be sent; marks that reorder are dropped."""
    assert printable("a\x00b\ud800c\u202ed\te\n") == "a\ufffdb\ufffdcd\te\n"
