"""Contradictions among the top n, as a person sees them."""

from dataclasses import replace

import pytest

from core.explain.conflicts import Conflict, Side, find_conflicts
from core.schema import Reranked, Span
from pages.ui.conflicts import side_text, words_of
from tests.app.steps import ask, shown
from tests.made_pdfs import made_pdf
from tests.strategies import make_chunk

OLD = "Expense reports are submitted within 30 days of the trip."
NEW = "Expense reports are submitted within 60 days of the trip."


def test_a_conflict_is_put_in_words():
    """What the two say, what kind of conflict it is, and where each stands."""
    listed = [
        Reranked(make_chunk(i, text), 1.0, 0.7, i + 1, 0, truncated=False)
        for i, text in enumerate((OLD, NEW))
    ]
    (found,) = find_conflicts(listed)
    assert words_of(found) == "30 days or 60 days: different numbers for the same thing"
    assert side_text(found.second, listed[1].chunk) == f"“{NEW}” (made.pdf, p. i (1))"


@pytest.mark.usefixtures("engine")
def test_both_sides_of_a_conflict_are_shown_with_their_pages(open_page, add_file):
    """Two files, two limits: the banner quotes both and offers both pages."""
    add_file("old.pdf", made_pdf(OLD))
    add_file("new.pdf", made_pdf(NEW))
    app = ask(open_page(), "when are expense reports submitted")
    assert "Passages 1 and 2 disagree" in shown(app)
    assert "old\\.pdf" in shown(app)
    assert "new\\.pdf" in shown(app)
    openers = [button for button in app.button if (button.key or "").startswith("conflict-0-")]
    assert [button.label for button in openers] == ["Open [1]", "Open [2]"]


def test_passages_that_agree_bring_no_banner(engine, open_page, add_file):
    """The same limit in two files is no conflict."""
    add_file("old.pdf", made_pdf(OLD))
    add_file("other.pdf", made_pdf(OLD, "Lunch is at noon."))
    app = ask(open_page(), "when are expense reports submitted")
    assert len(engine.library.documents(engine.library.collections()[0].id)) == 2
    assert "disagree" not in shown(app)


def test_a_model_for_contradictions_that_is_not_there_is_a_message(engine, open_page, add_file):
    """The answer and both lists stay; the message names the setting."""
    engine.settings = replace(engine.settings, nli="/nowhere/nli")
    add_file("old.pdf", made_pdf(OLD))
    app = ask(open_page(), "when are expense reports submitted")
    assert "SECOND\\_LOOK\\_NLI" in app.error[0].value
    assert not app.exception


def test_what_a_model_found_says_how_sure_it_is():
    """No figure is made up for a conflict that no rule saw."""
    side = Side("a", Span(0, 4), "")
    found = Conflict("meaning", side, side, 0.972)
    assert words_of(found) == "the contradiction model is 97% sure"
