"""A link restores every setting, and survives what people do to links."""

from dataclasses import replace
from datetime import date

from hypothesis import given, strategies as st

from core.search_settings import Filters, FirstStageSettings, SearchSettings, SecondStageSettings
from pages.ui.link import FIELDS, choices, from_link, to_link

shares = st.integers(0, 20).map(lambda n: n / 20)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
firsts = st.builds(
    FirstStageSettings,
    st.sampled_from(["dense", "bm25", "hybrid"]),
    st.sampled_from(["rrf", "weighted"]),
    shares,
    st.booleans(),
)
filters = st.builds(
    Filters,
    st.integers(0, 5),
    st.integers(5, 90),
    st.text("ab &?%ü", max_size=8),
    st.none() | st.just(date(1999, 1, 1)),
    st.none() | days,
)
seconds = st.builds(
    SecondStageSettings,
    st.booleans(),
    shares,
    st.integers(0, 50),
    st.integers(0, 5000),
    st.booleans(),
    st.booleans(),
)
settings = st.builds(
    SearchSettings, st.integers(10, 200), st.integers(1, 10), st.just(()), firsts, filters, seconds
)


@given(settings)
def test_a_link_restores_the_settings(chosen):
    """To a link and back is the identity."""
    assert from_link(to_link(chosen)) == chosen


def test_the_default_link_says_only_how_many():
    """Nothing that is as always takes room in the link."""
    assert to_link(SearchSettings()) == {"k": "50", "n": "5"}
    assert choices(SearchSettings()) == []


@given(st.dictionaries(st.sampled_from(["k", "n", *(f.short for f in FIELDS)]), st.text()))
def test_no_link_breaks_the_page(link):
    """Whatever stands in a link, it gives settings that can be asked with."""
    assert isinstance(from_link(link), SearchSettings)


@given(settings)
def test_everything_that_differs_is_said_or_without_effect(chosen):
    """Without a word about it, the settings can only differ in what has no effect."""
    if choices(chosen):
        return
    first = replace(chosen.first, fusion="rrf", dense_weight=0.5)
    assert replace(chosen, top_k=50, top_n=5, first=first) == SearchSettings()
