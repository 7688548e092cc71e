"""Every search is remembered, found again and forgotten when it should be."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from unittest.mock import Mock

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError, NotFound, StoreDamaged, StoreError
from core.history.history import History
from core.history.records import Feedback, GivenAnswer, HistoryFilter, IndexedDocument
from core.settings import HistorySettings
from tests.core.history.made import NOON, answer, comparison, document, library_with, with_version


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        """The time that was set."""
        return self.now


@pytest.fixture
def home(tmp_path):
    """A library of two documents and a history beside it: history, library, collection, clock."""
    library, collection = library_with(tmp_path, "one.pdf", "two.pdf")
    clock = Clock()
    history = History(tmp_path / "history.sqlite", HistorySettings(), library, clock)
    yield history, library, collection, clock
    history.close()
    library.close()


def test_a_search_comes_back_complete(home):
    """Question, settings, both lists, models, documents and software are there."""
    history, library, collection, _ = home
    asked = with_version(comparison(), library, collection)
    entry = history.entry(history.record(collection, asked))
    assert entry.comparison == asked
    assert entry.asked_at == NOON
    indexed = (IndexedDocument(d.id, d.name, d.revision) for d in library.documents(collection))
    assert entry.provenance.documents == tuple(indexed)
    assert {"python", "torch", "qdrant-client"} <= dict(entry.provenance.software).keys()


def test_documents_that_changed_meanwhile_are_not_claimed(home):
    """When the collection is another one already, what was searched is not known."""
    history, _, collection, _ = home
    entry = history.entry(history.record(collection, comparison(version="earlier")))
    assert entry.provenance.documents is None


def test_answers_and_feedback_follow_their_search(home):
    """The last answer of a kind and the last word of a person count."""
    history, _, collection, _ = home
    asked = comparison()
    first = answer(asked)
    id_ = history.record(collection, asked)
    for given_ in (replace(first, text="earlier"), first):
        history.record_answer(id_, "rerank", given_)
    written = replace(first, mode="llm")
    history.record_answer(id_, "rerank", written)
    history.rate(id_, Feedback("rerank", "quotes", "answer", None, "hm"))
    history.rate(id_, Feedback("rerank", "quotes", "answer", True, "good"))
    history.rate(id_, Feedback("rerank", "quotes", "citation 1", False))
    entry = history.entry(id_)
    assert set(entry.answers) == {GivenAnswer("rerank", first), GivenAnswer("rerank", written)}
    assert entry.feedback == (
        Feedback("rerank", "quotes", "answer", True, "good"),
        Feedback("rerank", "quotes", "citation 1", False),
    )
    assert history.lines()[0].liked is True


def test_an_answer_to_a_forgotten_search_is_left_out(home):
    """Nothing is kept without its search, and nothing breaks."""
    history, _, _, _ = home
    history.record_answer("nobody", "rerank", answer(comparison()))
    history.rate("nobody", Feedback("rerank", "quotes", "answer", True))
    history.flush()
    assert history.trouble == ""


def test_searches_are_found_by_words_day_and_collection(home):
    """All words in any case, in question or document names; days include both ends."""
    history, library, collection, clock = home
    other = library.create_collection("Other", library.collection(collection).chunking).id
    ids = {}
    for day, (name, where) in enumerate(
        [("Über 100% of costs", collection), ("costs_of tips", other), ("tips", collection)]
    ):
        clock.now = NOON + timedelta(days=day)
        ids[name] = history.record(where, comparison(name))

    def found(**wanted):
        return [line.query for line in history.lines(HistoryFilter(**wanted))]

    assert found() == ["tips", "costs_of tips", "Über 100% of costs"]
    assert found(words="COSTS") == ["costs_of tips", "Über 100% of costs"]
    assert found(words="costs über") == ["Über 100% of costs"]
    assert found(words="0%") == ["Über 100% of costs"]
    assert found(words="s_o") == ["costs_of tips"]
    assert found(words="made.pdf", limit=1) == ["tips"]
    assert found(collection_id=other) == ["costs_of tips"]
    assert found(first_day=date(2026, 3, 2), last_day=date(2026, 3, 2)) == ["costs_of tips"]
    history.record(collection, comparison("Über 100% of costs"))
    assert history.questions(collection) == ["Über 100% of costs", "tips"]
    assert history.collections() == {collection: "Policies", other: "Policies"}


def test_old_searches_are_forgotten(tmp_path):
    """Above the days, and above the number of entries; the latest stay."""
    library, collection = library_with(tmp_path)
    clock = Clock()
    history = History(tmp_path / "h.sqlite", HistorySettings(days=10, entries=3), library, clock)
    for day in range(5):
        clock.now = NOON + timedelta(days=day)
        history.record(collection, comparison(f"day {day}"))
    assert [line.query for line in history.lines()] == ["day 4", "day 3", "day 2"]
    clock.now = NOON + timedelta(days=13, seconds=1)
    assert [line.query for line in history.lines()] == ["day 4"]
    clock.now = NOON + timedelta(days=400)  # it jumps, somebody searches, it is set right
    history.record(collection, comparison("from the future"))
    assert [line.query for line in history.lines()] == ["from the future"]
    clock.now = NOON + timedelta(days=12)
    assert [line.query for line in history.lines()] == ["from the future", "day 4"]
    clock.now = NOON + timedelta(days=14, seconds=2)
    assert [line.query for line in history.lines()] == ["from the future"]
    assert history.count() == 2
    clock.now = NOON + timedelta(days=15, seconds=2)
    history.lines()
    assert history.count() == 1
    history.close()
    library.close()


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """A library of one document and its collection."""
    library, collection = library_with(tmp_path_factory.mktemp("policies"), "one.pdf")
    yield library, collection
    library.close()


@given(
    ages=st.lists(st.integers(0, 30), max_size=12),
    days=st.integers(1, 20),
    entries=st.integers(1, 8),
)
def test_what_is_retained_is_the_latest_and_young(policies, ages, days, entries):
    """Law: of the searches not older than the days, the latest so many, and no others."""
    clock, (library, collection) = Clock(), policies
    history = History(None, HistorySettings(days=days, entries=entries), library, clock)
    for age in ages:
        clock.now = NOON - timedelta(days=age)
        history.record(collection, comparison())
    history.flush()
    clock.now = NOON
    young = sorted(age for age in ages if age <= days)
    assert [(NOON - line.asked_at).days for line in history.lines()] == young[:entries]
    history.close()


def test_purging_leaves_nothing_in_the_files(home, tmp_path):
    """One click, and no byte of a question or an answer is left on the disk."""
    history, _, collection, _ = home
    secret = "what is the canary-7d1f bonus"
    asked = comparison(secret)
    id_ = history.record(collection, asked)
    history.rate(id_, Feedback("rerank", "quotes", "answer", True, "canary-7d1f note"))
    assert history.count() == 1
    assert b"canary-7d1f" in b"".join(path.read_bytes() for path in tmp_path.glob("history*"))
    assert history.purge() == 1
    assert history.lines() == []
    assert b"canary-7d1f" not in b"".join(p.read_bytes() for p in tmp_path.glob("history*"))
    with pytest.raises(NotFound):
        history.entry(id_)


def test_one_search_can_be_deleted(home):
    """The others stay."""
    history, _, collection, _ = home
    first, second = (history.record(collection, comparison(q)) for q in ("a", "b"))
    history.delete(first)
    assert [line.id for line in history.lines()] == [second]


def test_the_switch_stops_recording_and_is_remembered(home, tmp_path):
    """Off means that nothing more is written; a new start keeps the choice."""
    history, library, collection, _ = home
    history.switch(on=False)
    history.record(collection, comparison())
    assert history.count() == 0
    again = History(tmp_path / "history.sqlite", HistorySettings(), library)
    assert not again.on
    again.switch(on=True)
    again.close()
    assert history.on


def test_the_setting_overrules_the_switch(tmp_path):
    """Switched off by the operator, it cannot be switched on from a page; no file is made."""
    library, collection = library_with(tmp_path)
    history = History(tmp_path / "h.sqlite", HistorySettings(enabled=False), library)
    history.record(collection, comparison())
    history.flush()
    assert not (tmp_path / "h.sqlite").exists()
    with pytest.raises(InputError, match="SECOND_LOOK_HISTORY"):
        history.switch(on=True)
    history.close()
    library.close()


def test_recording_does_not_wait_for_the_disk(home, monkeypatch):
    """A disk that hangs delays no search."""
    history, _, collection, _ = home
    add, recorded, in_time = History._add, Event(), []
    monkeypatch.setattr(
        History, "_add", lambda *args: (in_time.append(recorded.wait(60)), add(*args))
    )
    history.record(collection, comparison())
    recorded.set()
    assert history.count() == 1
    assert in_time == [True]


def test_a_full_disk_is_one_warning(home, monkeypatch):
    """Nothing is raised into the page; the reason can be read."""
    history, _, collection, _ = home
    full = Mock(
        side_effect=StoreError("The file could not be written: disk is full.", "Free some space.")
    )
    with monkeypatch.context() as patch:
        patch.setattr(History, "_add", full)
        for _ in range(3):
            history.record(collection, comparison())
        history.flush()
        assert "disk is full" in history.trouble
    history.record(collection, comparison())
    history.flush()
    assert history.trouble == ""
    assert history.count() == 1


def test_a_damaged_file_stops_nothing_but_the_history(tmp_path):
    """The engine opens; recording reports it, reading says what to do."""
    (tmp_path / "history.sqlite").write_bytes(b"no database at all" * 100)
    library, collection = library_with(tmp_path)
    history = History(tmp_path / "history.sqlite", HistorySettings(), library)
    history.record(collection, comparison())
    history.flush()
    assert "cannot be read" in history.trouble
    with pytest.raises(StoreDamaged, match="Move it out"):
        history.lines()
    history.close()
    library.close()


def test_the_same_documents_are_written_down_once(home):
    """Searches of an unchanged collection share the list of its documents."""
    history, library, collection, _ = home
    asked = with_version(comparison(), library, collection)
    for _ in range(3):
        history.record(collection, asked)
    library.commit(collection, document("three.pdf"))
    history.record(collection, with_version(comparison(), library, collection))
    assert history.count() == 4
    rows = history._open().rows("SELECT count(*) FROM provenances")
    assert rows == [(2,)]
