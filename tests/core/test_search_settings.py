"""What a question may be asked with."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.schema import SearchSettings
from core.search_settings import Filters, FirstStageSettings, Fits, Fitted, SecondStageSettings
from core.serialize import from_json, to_json

shares = st.floats(0, 1)


@given(shares, shares, st.booleans(), st.integers(0, 600_000), st.text("ab c", max_size=5))
def test_settings_survive_json(weight, blend, flag, budget, heading):
    """Save and load is the identity, whatever is chosen."""
    settings = SearchSettings(
        first=FirstStageSettings("hybrid", "weighted", weight, flag),
        filters=Filters(2, 9, heading, date(2026, 1, 1), date(2026, 1, 1)),
        second=SecondStageSettings(blend=blend, budget_ms=budget, windows=flag),
    )
    assert from_json(SearchSettings, to_json(settings)) == settings


@pytest.mark.parametrize(
    "make",
    [
        lambda: FirstStageSettings(dense_weight=1.01),
        lambda: SecondStageSettings(blend=-0.01),
        lambda: SecondStageSettings(budget_ms=-1),
        lambda: SecondStageSettings(cascade=1001),
        lambda: Fits(skip_predictor=Fitted((1.0, 2.0))),
        lambda: Filters(first_page=-1),
        lambda: Filters(first_page=3, last_page=2),
        lambda: Filters(added_from=date(2026, 2, 1), added_to=date(2026, 1, 31)),
    ],
)
def test_what_no_page_offers_is_refused(make):
    """One step outside of a range is an error of ours, not a strange result."""
    with pytest.raises(InputError):
        make()


def test_no_filter_is_empty():
    """The default lets everything through, and says so."""
    assert Filters().empty
    assert not Filters(heading="Rules").empty
