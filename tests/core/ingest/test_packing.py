"""A PagedText survives being stored."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import StoreDamaged
from core.ingest.packing import load_paged_text, save_paged_text
from core.schema import Heading, Page, PagedText


@st.composite
def paged_texts(draw):
    """Any text that UTF-8 can hold, with boxes anywhere on the page."""
    text = draw(st.text(st.characters(codec="utf-8"), max_size=60))
    boxes = draw(
        st.lists(
            st.tuples(*[st.floats(0, 1, width=32)] * 4), min_size=len(text), max_size=len(text)
        )
    )
    pages = (Page(1, "i", 0, len(text), 595.0, 842.0),)
    headings = tuple(Heading(0, 1, t) for t in draw(st.lists(st.text(max_size=5), max_size=2)))
    numbers = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    hidden = draw(st.sampled_from([(), ((0, len(text)),), ((1, 2), (4, 9))]))
    return PagedText(text, pages, headings, numbers, draw(st.text(max_size=9)), hidden)


@given(paged_texts())
def test_loading_gives_what_was_saved(paged):
    """Save and load is the identity; boxes are rounded by at most half of 1/65535."""
    found = load_paged_text(save_paged_text(paged))
    assert (found.text, found.pages, found.headings, found.title, found.hidden) == (
        paged.text,
        paged.pages,
        paged.headings,
        paged.title,
        paged.hidden,
    )
    assert found.boxes.shape == paged.boxes.shape
    assert np.allclose(found.boxes, paged.boxes, atol=0.51 / 65535)


@given(paged_texts())
def test_saving_what_was_loaded_changes_nothing(paged):
    """Rounding happens once: a second round keeps every box."""
    once = load_paged_text(save_paged_text(paged))
    twice = load_paged_text(save_paged_text(once))
    assert np.array_equal(once.boxes, twice.boxes)


@given(st.binary(max_size=200))
def test_other_bytes_are_damage(data):
    """Bytes of another kind raise our error and no other."""
    with pytest.raises(StoreDamaged):
        load_paged_text(data)


def test_cut_bytes_are_damage():
    """Half of a stored text is not half a text."""
    data = save_paged_text(PagedText("abc", (), (), np.zeros((3, 4), dtype=np.float32)))
    for length in range(0, len(data), 7):
        with pytest.raises(StoreDamaged):
            load_paged_text(data[:length])
