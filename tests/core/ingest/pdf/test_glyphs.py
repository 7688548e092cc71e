"""What a character code stands for."""

import unicodedata

from hypothesis import given, strategies as st

from core.ingest.pdf.glyphs import LINE_END_HYPHEN, glyph_text, joins_without_space


@given(st.integers(-5, 0x120000))
def test_every_code_gives_text_that_utf8_can_hold(code):
    """Whatever number a PDF holds, the result can be written as UTF-8."""
    glyph_text(code).encode("utf-8")


@given(st.integers(0, 0x10FFFF))
def test_nothing_without_a_shape_survives(code):
    """Control, private-use and surrogate codes leave no trace of themselves."""
    text = glyph_text(code).replace(LINE_END_HYPHEN, "")
    assert not {unicodedata.category(c) for c in text} & {"Cc", "Cs", "Co"}


def test_ligatures_become_letters():
    """The ligature ffi is three letters."""
    assert glyph_text(0xFB03) == "ffi"


def test_odd_spaces_become_a_space():
    """No-break, thin and ideographic spaces are spaces; a zero-width one is nothing."""
    assert [glyph_text(c) for c in (0xA0, 0x2009, 0x3000, 0x200B)] == [" ", " ", " ", ""]


def test_superscripts_and_signs_are_left_alone():
    """Only presentation forms are changed: m² does not become m2."""
    assert "".join(map(glyph_text, map(ord, "²½™…é"))) == "²½™…é"


def test_word_bullets_are_bullets():
    """The private-use bullet of a word processor is a bullet, not garbage."""
    assert glyph_text(0xF0B7) == "•"


def test_only_scripts_without_spaces_join_without_one():
    """Two Chinese lines meet directly, two English ones do not."""
    assert joins_without_space("你", "好")
    assert not joins_without_space("a", "好")
    assert not joins_without_space("a", "b")
