"""Options of the command line become the settings that a page would give."""

import argparse
from datetime import UTC, date, datetime

import pytest

from core.cli.search import add_search_options, learned_wanted, search_settings
from core.errors import InputError, NotFound
from core.schema import Document, SearchSettings
from core.search_settings import Filters, FirstStageSettings, SecondStageSettings

DOCUMENTS = [
    Document(id_, name, "", 1, 1, 1, datetime.now(UTC), "r")
    for id_, name in (("b", "second.pdf"), ("a", "first.pdf"), ("c", "third.pdf"))
]


def arguments(*words):
    """Such a command line, parsed."""
    parser = argparse.ArgumentParser()
    add_search_options(parser)
    return parser.parse_args(words)


def parsed(*words):
    """The settings of such a command line."""
    return search_settings(arguments(*words), DOCUMENTS)


def test_without_options_the_settings_are_the_defaults():
    """The command line and the page begin alike."""
    assert parsed() == SearchSettings()


def test_every_choice_of_both_stages_has_an_option():
    """All at once."""
    line = "--top-k 100 --top-n 7 --first hybrid --fusion weighted --dense-weight 0.3 --no-rerank "
    line += "--blend 0.5 --cascade 20 --budget-ms 300 --windows --skip-predictor --collapse "
    line += "--document second.pdf --document first.pdf --from-page 2 --to-page 9 --section pay "
    line += "--added-from 2026-01-02 --added-to 2026-02-03"
    assert parsed(*line.split()) == SearchSettings(
        top_k=100,
        top_n=7,
        document_ids=("a", "b"),
        first=FirstStageSettings("hybrid", "weighted", 0.3, collapse_duplicates=True),
        filters=Filters(2, 9, "pay", date(2026, 1, 2), date(2026, 2, 3)),
        second=SecondStageSettings(
            enabled=False, blend=0.5, cascade=20, budget_ms=300, windows=True, skip_predictor=True
        ),
    )


@pytest.mark.parametrize("option", ["--blend=2", "--cascade=-1", "--budget-ms=-5", "--top-k=0"])
def test_a_number_out_of_range_is_an_error_of_ours(option):
    """One line on the screen, not a traceback."""
    with pytest.raises(InputError):
        parsed(option)


def test_a_document_that_is_not_there_is_named_with_those_that_are():
    """A filter that matches nothing would look like an empty answer."""
    with pytest.raises(NotFound, match=r"'other\.pdf'.*first\.pdf, second\.pdf, third\.pdf"):
        parsed("--document", "other.pdf")


def test_a_blend_or_a_wish_leaves_learned_weights_out():
    """As on the page they take the blend's place, unless a person asks for a blend."""
    assert learned_wanted(arguments())
    assert not learned_wanted(arguments("--blend", "1"))
    assert not learned_wanted(arguments("--no-learned"))
