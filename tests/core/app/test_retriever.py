"""Two-stage retrieval over strings: the interface of the articles, on fakes."""

import pytest

from core import TwoStageRetriever
from core.errors import InputError
from core.schema import SearchSettings
from core.search_settings import FirstStageSettings, SecondStageSettings
from tests.fakes import FakeCrossEncoder, FakeEncoder

DOCS = ["the cat sat", "the dog ran far", "a fish swam", "the dog sat"]


@pytest.fixture
def retriever():
    """A retriever over four texts."""
    made = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    made.index(DOCS)
    return made


def test_search_gives_score_and_text_best_first(retriever):
    """The raw logit and the text, `top_n` of them."""
    ranked = retriever.search("the dog sat", top_k=4, top_n=2)
    assert ranked[0] == (8 * 3 / 3 - 4, "the dog sat")
    assert len(ranked) == 2
    assert ranked[0][0] >= ranked[1][0]


def test_indexing_again_adds(retriever):
    """A second call keeps what was there; the same text twice is two passages."""
    retriever.index(["a bird sang", "a bird sang"])
    found = [text for _, text in retriever.search("bird sang", top_k=6, top_n=2)]
    assert found == ["a bird sang"] * 2
    assert len(retriever.compare("the", top_k=10).candidates) == 6


def test_nothing_can_be_found_in_nothing(retriever):
    """An empty text is refused, an empty retriever answers with an empty list."""
    with pytest.raises(InputError):
        retriever.index(["fine", "  "])
    assert TwoStageRetriever(FakeEncoder(), FakeCrossEncoder()).search("q") == []


def test_every_choice_of_the_page_can_be_made(retriever):
    """Found by words alone, blended, with the question's own numbers of passages."""
    settings = SearchSettings(
        first=FirstStageSettings(kind="bm25"), second=SecondStageSettings(blend=0.5)
    )
    made = retriever.compare("dog sat", 3, 2, settings)
    assert (made.settings.top_k, made.settings.top_n) == (3, 2)
    assert {hit.stage for c in made.candidates for hit in c.hits} == {"bm25"}
    assert made.settings.second.blend == 0.5
    unread = SearchSettings(second=SecondStageSettings(enabled=False))
    assert retriever.search("dog sat", settings=unread) == []
