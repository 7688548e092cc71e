"""Rectangles of passages, and pictures of pages."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from core.errors import DocumentRefused, NotFound
from core.explain.highlight import boxes_of, render_page
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import LEFT_COLUMN, RIGHT_COLUMN, drawn, paragraph

DATA = drawn([paragraph(60, 100, LEFT_COLUMN), paragraph(60, 100, RIGHT_COLUMN)])
PAGED = extract(DATA, Limits())


def test_each_line_has_one_rectangle():
    """Six lines on each of two pages are twelve rectangles, from the top."""
    boxes = boxes_of(PAGED, 0, len(PAGED.text))
    assert [b.page for b in boxes] == [1] * 6 + [2] * 6
    tops = [b.top for b in boxes[:6]]
    assert tops == sorted(tops)


def test_a_part_of_a_line_is_narrower_than_the_line():
    """The rectangle of two words lies inside that of their line."""
    words = "treasurer spoke"
    start = PAGED.text.index(words)
    (part,) = boxes_of(PAGED, start, start + len(words))
    line = boxes_of(PAGED, 0, len(PAGED.text))[4]
    assert line.left < part.left < part.right < line.right
    assert (part.top, part.bottom) == pytest.approx((line.top, line.bottom), abs=1e-3)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages_have_one_rectangle_a_line_too(rotation):
    """The rectangles follow the page as it is displayed."""
    turned = extract(drawn([paragraph(60, 100, LEFT_COLUMN)], rotation=rotation), Limits())
    boxes = boxes_of(turned, 0, len(turned.text))
    assert len(boxes) == 6
    upright = [b.right - b.left < b.bottom - b.top for b in boxes]
    assert all(upright) == (rotation in {90, 270})


@given(st.integers(-5, 900), st.integers(-5, 900))
def test_rectangles_hold_every_character_they_are_for(start, end):
    """Each visible character of any range lies in a rectangle of its page."""
    boxes = boxes_of(PAGED, start, end)
    for offset in range(max(start, 0), min(end, len(PAGED.text))):
        left, top, right, bottom = PAGED.boxes[offset]
        if right > left:
            page = 1 if offset < PAGED.pages[0].end else 2
            assert any(
                b.page == page
                and b.left <= left
                and b.top <= top
                and b.right >= right
                and b.bottom >= bottom
                for b in boxes
            )


def test_nothing_has_no_rectangle():
    """An empty range, and the break between two pages, stand nowhere."""
    assert boxes_of(PAGED, 5, 5) == []
    joint = PAGED.pages[0].end
    assert boxes_of(PAGED, joint, joint + 1) == []


def size_of(png):
    """Width and height of a picture."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.size


def test_a_page_is_drawn_as_wide_as_asked():
    """The height follows from the page: 842 to 595; never above 16 million pixels or so."""
    wide, high = size_of(render_page(DATA, 2, 700))
    assert abs(wide - 700) <= 1
    assert abs(high - 700 * 842 / 595) <= 2
    wide, high = size_of(render_page(DATA, 1, 10**9))
    assert wide * high <= 16_100_000


@pytest.mark.parametrize("page", [0, -1, 3])
def test_a_page_that_does_not_exist_is_not_found(page):
    """Pages are numbered from 1 to their count; of a file that was damaged since there is none."""
    with pytest.raises(NotFound, match="2 pages"):
        render_page(DATA, page, 300)
    with pytest.raises(DocumentRefused):
        render_page(b"%PDF-1.7 nothing", 1, 300)


def test_several_threads_draw_the_same_picture():
    """PDFium is not thread safe; the lock makes it so."""
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda n: render_page(DATA, n % 2 + 1, 200), range(24)))
    assert len({pictures[i] for i in range(0, 24, 2)}) == 1
    assert len(set(pictures)) == 2
    assert np.asarray(Image.open(io.BytesIO(pictures[0]))).min() < 128
