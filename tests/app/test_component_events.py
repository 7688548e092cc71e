"""What a browser sends is checked before the app acts on it."""

import pytest

from core.schema import Box
from pages.ui.page_view import PageBox, chosen_chunk, page_boxes
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import OpenPage, open_request
from tests.browser.made_comparison import made_chunk, made_comparison

VIEW = comparison_data(made_comparison(3))


def test_a_request_for_a_shown_passage_is_taken_and_a_grade_is_one_of_four():
    """The chunk id is one of the view's own; 0 to 3 is a grade, anything else is no request."""
    known = made_chunk(1).id
    assert open_request({"chunk_id": known, "quote": True}, VIEW) == OpenPage(known, quote=True)
    graded = [open_request({"chunk_id": known, "grade": grade}, VIEW) for grade in (0, 3)]
    assert graded == [OpenPage(known, quote=False, grade=grade) for grade in (0, 3)]
    for wrong in (-1, 4, True, "3", 1.0, []):
        assert open_request({"chunk_id": known, "grade": wrong}, VIEW) is None


def test_a_request_for_a_passage_of_a_later_part_is_taken():
    """It is not in the view that was drawn, but among what the comparison has."""
    later = made_chunk(9).id
    assert open_request({"chunk_id": later}, VIEW) is None
    assert open_request({"chunk_id": later}, VIEW, [later]) == OpenPage(later, quote=False)


@pytest.mark.parametrize("sent", [None, "x", 3, [], {}, {"chunk_id": "x"}, {"chunk_id": None}])
def test_any_other_request_counts_as_nothing(sent):
    """Nothing from a browser is taken on trust."""
    assert open_request(sent, VIEW) is None


def test_only_outlined_chunks_can_be_chosen():
    """The id must belong to a chunk box of this page."""
    boxes = [PageBox(0, 0, 1, 1, "chunk", "1", "a"), PageBox(0, 0, 1, 1, "passage", "", "b")]
    assert [chosen_chunk(sent, boxes) for sent in ("a", "b", "", None, 1)] == ["a", *[None] * 4]


def test_boxes_of_other_pages_are_left_out():
    """A chunk may run over two pages; a picture shows one."""
    boxes = [Box(1, 0.1, 0.2, 0.3, 0.4), Box(2, 0.5, 0.6, 0.7, 0.8)]
    assert page_boxes(boxes, 2, "quote") == [PageBox(0.5, 0.6, 0.7, 0.8, "quote")]
