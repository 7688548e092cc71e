"""What the panel of an explanation is given to draw."""

import pytest
from hypothesis import given, strategies as st

from core.explain.occlusion import explain
from pages.ui.compare.why import FULL, shade, why_data
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

TEXT = "The claim is paid. Nobody may approve it. Nobody may approve it."


@given(st.floats(-50, 50))
def test_the_shade_is_the_fall_on_one_fixed_scale(fall):
    """Not scaled to the passage: the same fall has the same colour everywhere."""
    assert shade(fall) == pytest.approx(max(-1.0, min(1.0, fall / FULL)))


def test_every_shown_figure_is_the_explanations():
    """Falls are shown as the change of the logit, with its sign; cosines as they are."""
    made = explain("approve claim", make_chunk(0, TEXT), FakeEncoder(), FakeCrossEncoder())
    view = why_data(made)
    assert [part["fall"] for part in view["sentences"]] == ["−4.00", "+0.00", "+0.00"]
    assert [part["fall"] for part in view["words"]] == ["+0.00", "+0.00"]
    assert [part["cosine"] for part in view["sentences"]] == [f"{c:.2f}" for c in made.cosines]
    assert [part["strongest"] for part in view["sentences"]] == [True, False, False]
    assert "".join(part["text"] for part in view["sentences"]) == TEXT.replace(". ", ".")
    assert view["cost"].startswith(f"{made.pairs} pairs scored in ")
    assert (view["unread"], view["unread_note"]) == ("", "")


def test_the_unread_end_is_shown_apart():
    """Read and unread text together are the passage; the note counts the unread characters."""
    made = explain("approve", make_chunk(0, TEXT), FakeEncoder(), FakeCrossEncoder(6))
    view = why_data(made)
    assert made.text[: made.read] + view["unread"] == TEXT
    assert view["unread_note"] == (
        f"Not read: {len(TEXT) - made.read} characters beyond the model's limit of 6 tokens."
    )


def test_a_part_without_a_figure_shows_none():
    """Of one sentence nothing would be left, so no change is shown."""
    made = explain("approve", make_chunk(0, "One."), FakeEncoder(), FakeCrossEncoder())
    parts = [*why_data(made)["sentences"], *why_data(made)["words"]]
    assert [(part["fall"], part["shade"]) for part in parts] == [("", 0.0), ("", 0.0)]
