"""Options of the command line become the settings that a page would give."""

from __future__ import annotations

import argparse

import pytest

from core.cli_search import add_search_options, search_settings
from core.errors import InputError
from core.schema import SearchSettings
from core.search_settings import FirstStageSettings, SecondStageSettings


def parsed(*words):
    """The settings of such a command line."""
    parser = argparse.ArgumentParser()
    add_search_options(parser)
    return search_settings(parser.parse_args(words))


def test_without_options_the_settings_are_the_defaults():
    """The command line and the page begin alike."""
    assert parsed() == SearchSettings()


def test_every_choice_of_both_stages_has_an_option():
    """All at once."""
    line = "--top-k 100 --top-n 7 --first hybrid --fusion weighted --dense-weight 0.3 --no-rerank "
    line += "--blend 0.5 --cascade 20 --budget-ms 300 --windows --gate"
    assert parsed(*line.split()) == SearchSettings(
        top_k=100,
        top_n=7,
        first=FirstStageSettings("hybrid", "weighted", 0.3),
        second=SecondStageSettings(
            enabled=False, blend=0.5, cascade=20, budget_ms=300, windows=True, gate=True
        ),
    )


@pytest.mark.parametrize("option", ["--blend=2", "--cascade=-1", "--budget-ms=-5", "--top-k=0"])
def test_a_number_out_of_range_is_an_error_of_ours(option):
    """One line on the screen, not a traceback."""
    with pytest.raises(InputError):
        parsed(option)
