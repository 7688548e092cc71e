"""Which search is best on some documents: what is said of the figures, and how they are made."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import Stopping
from core.evaluate.advising import (
    ALTERNATIVES,
    FEWEST_MADE,
    Advice,
    AdviceBook,
    ask_made_questions,
    made_dataset,
)
from core.evaluate.dataset_client import DatasetClient
from core.evaluate.judging.judgments import Judgments
from core.schema import SearchSettings, chunk_id
from core.search.cache import ScoreCache
from core.search_settings import Filters, Fits, Fitted, SecondStageSettings
from core.store.opening import open_store
from tests.core.evaluate.advised import OPEN, SMALLER, SURE, WORSE
from tests.core.evaluate.questions.rules import chunk, rules
from tests.fakes import FakeCrossEncoder, FakeEncoder

DOCUMENTS = [
    [
        replace(chunk(i, rules(100 * at + i, 4), d * 64), id=chunk_id(d, "made", i))
        for i in range(30)
    ]
    for at, d in enumerate("ab")
]


def advice(*compared, **changes):
    """Advice of 50 questions on ten documents."""
    revisions = tuple(map(str, range(10)))
    return replace(Advice(datetime.now(UTC), revisions, "c", 50, compared), **changes)


def test_the_best_supported_gain_is_said_with_its_interval():
    """Only one whose interval leaves out 0; of two the one that is farther from it."""
    said = advice(OPEN, SMALLER, SURE, WORSE)
    assert said.best == SURE
    assert said.settings == SearchSettings(second=SecondStageSettings(blend=0.4))
    words = "On 50 questions made from these documents the blend is better than the cross-encoder"
    assert said.words.startswith(f"{words} alone: +0.10 [+0.0")


@pytest.mark.parametrize(
    ("compared", "words"),
    [((OPEN, WORSE), "no search is clearly better"), ((), "too few to say which search is best")],
)
def test_without_a_clear_gain_nothing_is_advised(compared, words):
    """A loss is no advice either."""
    said = advice(*compared)
    assert said.best is None
    assert said.settings is None
    assert words in said.words


def test_one_click_leads_there_and_one_back():
    """Where a person stands is told by what decides the order; filters and top n do not count."""
    said, blend = advice(SURE), ALTERNATIVES["the blend"]
    filtered = Filters(first_page=2)
    assert said.place(SearchSettings(top_n=3, filters=filtered)) == "base"
    assert said.place(replace(blend, top_n=9, filters=filtered)) == "best"
    assert said.place(SearchSettings(top_k=30)) == "other"
    weights = SecondStageSettings(fits=Fits(weights=Fitted((1.0, 0.0, 0.0, 0.0, 0.0))))
    assert said.place(SearchSettings(second=weights)) == "other"
    assert advice(OPEN).place(blend) == "other"


@pytest.mark.parametrize(
    ("now", "fits"),
    [
        (range(10), True),
        (range(12), True),
        (range(1, 11), True),
        (range(13), False),
        (range(2, 11), False),
    ],
)
def test_a_large_change_ends_it(now, fits):
    """A fifth of the documents may come or go; another model ends it at once."""
    revisions = tuple(map(str, now))
    assert advice(SURE).fits(revisions, "c") == fits
    assert not advice(SURE).fits(revisions, "another")


def test_it_is_kept_for_each_collection():
    """The last one counts, and goes with its collection."""
    with closing(Judgments(None)) as judgments:
        book = AdviceBook(judgments.database)
        assert book.of("a") is None
        book.keep("a", advice(SURE))
        book.keep("a", advice(OPEN, dismissed=True))
        assert book.of("a") == replace(advice(OPEN, dismissed=True), made_at=book.of("a").made_at)
        judgments.forget("a")
        assert book.of("a") is None


def made(documents, judgments, reader):
    """A client on fakes that knows no vector, its store still empty."""
    dataset = made_dataset("n", [chunk for chunks in documents for chunk in chunks])
    return DatasetClient(dataset, FakeEncoder(), reader, open_store(), judgments, {}, ScoreCache())


def asked(client, report=lambda *_: None):
    """What is found out, and the store closed."""
    with closing(client.store):
        return ask_made_questions(client, report)


def test_every_search_is_measured_on_passages_without_the_questions():
    """The reader never sees a taken-out sentence; each pair is read once for all searches."""
    reader = FakeCrossEncoder()
    with closing(Judgments(None)) as judgments:
        client = made(DOCUMENTS, judgments, reader)
        compared = asked(client)
    assert len(client.dataset.queries) >= FEWEST_MADE
    assert [d.other for d in compared] == list(ALTERNATIVES)
    assert {d.questions for d in compared} == {len(client.dataset.queries)}
    assert len(reader.pairs) == len(set(reader.pairs))
    assert not any(query in passage for query, passage in reader.pairs)


def test_a_measurement_that_was_cut_short_goes_on():
    """What was ranked is not read again."""

    def stop_after_ten(done, total):
        if total > 100 and done == 2 * len(ALTERNATIVES) + 3:  # two questions are whole
            raise Stopping("The process ends.")

    first, second = FakeCrossEncoder(), FakeCrossEncoder()
    with closing(Judgments(None)) as judgments:
        with pytest.raises(Stopping):
            asked(made(DOCUMENTS, judgments, first), stop_after_ten)
        compared = asked(made(DOCUMENTS, judgments, second))
        assert compared == asked(made(DOCUMENTS, judgments, FakeCrossEncoder()))
    assert first.pairs
    assert not set(first.pairs) & set(second.pairs)


def test_known_vectors_are_not_made_again():
    """Only passages that lost words are embedded, beside the questions."""
    with closing(Judgments(None)) as judgments:
        client = made(DOCUMENTS, judgments, FakeCrossEncoder())
        before = {c.id: c for chunks in DOCUMENTS for c in chunks}
        same = [i for i, p in client.dataset.corpus.items() if p.text == before[i].passage]
        known = dict(
            zip(same, FakeEncoder().encode([before[i].passage for i in same]), strict=True)
        )
        asked(replace(client, vectors=known))
        embedded = {text for call in client.encoder.calls for text in call}
    left = {p.text for id_, p in client.dataset.corpus.items() if id_ not in known}
    assert same
    assert embedded == left | set(client.dataset.queries)
