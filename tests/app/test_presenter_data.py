"""What the presenter shows: four screens, numbers apart from words."""

import re
from dataclasses import replace

from hypothesis import given, strategies as st

from pages.ui.rankings.presenter import LONGEST_ANSWER, SHOWN, presentation, shortened
from tests.core.history.made import answer, comparison


def test_four_screens_in_order():
    """The question, what was found, what changed, the answer."""
    made = comparison()
    steps = presentation(made, answer(made))["steps"]
    assert [step["kind"] for step in steps] == ["question", "found", "changed", "answer"]
    assert steps[0]["title"] == made.query
    assert steps[3]["lead"] == "“passage 1”\u00a0[1]"
    assert steps[3]["numbers"] == "[1] made.pdf, p. i (1)"


def test_both_lists_are_in_their_order():
    """Left by the first stage, right by the second, with the way each passage went."""
    steps = presentation(comparison(), None)["steps"]
    assert [p["text"] for p in steps[1]["passages"]] == ["passage 0", "passage 1", "passage 2"]
    assert [p["text"] for p in steps[2]["passages"]] == ["passage 1", "passage 0", "passage 2"]
    assert [p["move"] for p in steps[2]["passages"]] == ["rose", "fell", "same"]
    assert steps[2]["passages"][0]["numbers"] == "was 2 · logit +2.00"


def test_scores_stand_only_where_they_can_be_hidden():
    """No decimal number outside the fields for numbers."""
    made = comparison()
    for step in presentation(made, None)["steps"][1:]:
        shown = [step["title"], step["lead"], *(p["text"] + p["place"] for p in step["passages"])]
        assert not re.search(r"\d\.\d", " ".join(shown))


def test_no_answer_and_an_empty_collection_are_presented_too():
    """Abstention is a sentence; no passage is no mistake."""
    made = comparison()
    abstained = replace(answer(made), text="", abstained=True, citations=())
    assert "No passage answers" in presentation(made, abstained)["steps"][3]["lead"]
    steps = presentation(replace(made, candidates=(), reranked=()), None)["steps"]
    assert [len(step["passages"]) for step in steps] == [0, 0, 0]


@given(st.text(max_size=400), st.integers(1, 300))
def test_a_shortened_text_is_a_beginning(text, most):
    """Law: never longer than asked for by more than the dots, and always a beginning."""
    short = shortened(text, most)
    whole = " ".join(text.split())
    assert len(short) <= most + 2
    assert whole.startswith(short.removesuffix(" …").rstrip()) or short == whole


@given(st.lists(st.text(min_size=1, max_size=700), min_size=1, max_size=6))
def test_a_long_answer_fits_a_screen(lines):
    """Law: whole lines are left out at the end, and something is always shown."""
    made = comparison()
    long = replace(answer(made), text="\n".join(lines))
    lead = presentation(made, long)["steps"][3]["lead"]
    assert len(lead) <= LONGEST_ANSWER + 2 + len(lines)


def test_at_most_three_passages_are_shown():
    """A projector has no room for more."""
    made = comparison(logits=(1.0, 2.0, 3.0, 4.0, 5.0))
    assert {len(s["passages"]) for s in presentation(made, None)["steps"][1:]} == {SHOWN}
