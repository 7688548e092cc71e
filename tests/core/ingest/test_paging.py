"""Blocks of a reader become text with places: whatever they hold, every place is right."""

import pytest
from hypothesis import given, strategies as st

from core.errors import DocumentRefused
from core.ingest.packing import load_paged_text, save_paged_text
from core.ingest.paging import TextBlock, paged
from core.schema import Heading, Page, Part
from core.settings import Limits
from tests.core.ingest.made_files import assert_placed
from tests.core.ingest.paged_texts import cut

WORDS = st.text(st.sampled_from("ab .\n\t\r\x00é\ud800"), max_size=40)
KINDS = st.sampled_from(["text", "code", "item"])
UNITS = st.sampled_from(["line", "time", "row", "slide", "section"])


@given(st.lists(st.tuples(WORDS, KINDS, st.integers(0, 2), st.integers(0, 3))), UNITS)
def test_every_character_has_its_place(made, unit):
    """Whatever the blocks: nothing is lost but white space and controls, and chunks obey."""
    place, blocks = 1, []
    for text, kind, level, ahead in made:
        blocks.append(TextBlock(text, place, level=level, kind=kind))
        place += ahead + text.count("\n") + text.count("\r")
    given_text = "".join(c for text, *_ in made for c in text if c in "ab.é")
    try:
        found = paged(blocks, unit, Limits())
    except DocumentRefused as exc:
        assert exc.code == "no_text"  # noqa: PT017 - either way is right
        assert not any(map(str.isalnum, given_text))
        return
    assert "".join(found.text.split()) == given_text
    assert_placed(found)
    again = load_paged_text(save_paged_text(found))
    assert (again.unit, again.parts, again.pages) == (found.unit, found.parts, found.pages)


def test_lines_of_prose_are_joined_and_those_of_code_kept():
    """Each line is a place of its own, a blank line one without text."""
    blocks = [
        TextBlock("# Title", 2, level=1, heading="Title"),
        TextBlock("broken\nhere.", 4),
        TextBlock("def f():\n\n    return 1\n", 7, kind="code"),
    ]
    found = paged(blocks, "line", Limits())
    assert found.text == "# Title\nbroken here.\ndef f():\n\n    return 1"
    assert found.headings == (Heading(0, 1, "Title"),)
    assert [found.text[p.start : p.end] for p in found.pages] == [
        *("", "# Title", "", "broken", "here.", "", "def f():", "", "    return 1"),
    ]
    assert found.parts == (Part(21, len(found.text), "code"),)
    assert found.pages[1] == Page(2, "2", 0, 7)


def test_an_item_is_not_divided_where_it_fits():
    """Two cues of 60 tokens are two chunks of at most 64."""
    cues = [TextBlock("word. " * n, i + 1, f"0:0{i}", kind="item") for i, n in enumerate((30, 30))]
    found = cut(paged(cues, "time", Limits()))
    assert [(c.first_page, c.last_page, c.labels) for c in found] == [
        (1, 1, ("0:00",)),
        (2, 2, ("0:01",)),
    ]


@pytest.mark.parametrize(
    ("blocks", "limits", "code"),
    [
        ([TextBlock(" - ", 1)], Limits(), "no_text"),
        ([TextBlock("abc", 1)], Limits(characters=2), "too_much_text"),
        ([TextBlock("abc", 500_001)], Limits(), "too_many_pages"),
    ],
)
def test_what_is_too_much_is_refused(blocks, limits, code):
    """With a code of its own."""
    with pytest.raises(DocumentRefused) as caught:
        paged(blocks, "row", limits)
    assert caught.value.code == code
