"""A Qdrant server that is down, hangs, refuses or holds other vectors: named, then forgotten."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from core.app.opening import rebuild_home
from core.errors import StoreDamaged, StoreError, StoreLocked, StoreUnavailable
from core.schema import SearchSettings
from core.store.opening import open_store
from tests.fakes import FakeEncoder
from tests.made_home import engine_on, settings_of
from tests.made_pdfs import made_pdf, sentences

SECONDS = 30.0  # a request may take 8, and five one after the other would take 40
PARSE_SECONDS = 100.0  # a child process on a busy machine
MOODS = {
    "slow": "did not answer",
    "refusing": "refused the key",
    "broken": "answered HTTP 500",
    "down": "did not answer",
}


@pytest.fixture
def engine(server, tmp_path):
    """An engine on that server with one document."""
    made = engine_on(replace(settings_of(tmp_path), qdrant_url=server.url))
    add(made, "travel")
    yield made
    made.close()


def add(engine, topic):
    """Index a made PDF; gives its job as it ended."""
    files = [(f"{topic}.pdf", made_pdf(sentences(topic, 10)))]
    (job,) = engine.jobs.add(engine.library.collections()[0].id, files)
    assert engine.jobs.wait(200)
    return next(found for found in engine.jobs.snapshot() if found.id == job.id)


def ask(engine):
    """Names of the documents that are found."""
    collection = engine.library.collections()[0].id
    found = engine.searcher.compare(collection, "rule about travel", SearchSettings()).candidates
    return {candidate.chunk.document_name for candidate in found}


def misbehave(server, mood):
    """Fall into that mood."""
    if mood == "down":
        server.stop()
    else:
        server.sulk(mood)


def recover(server, mood):
    """Be as before."""
    server.cheer_up()
    if mood == "down":
        server.start()


def failed_within(seconds, call):
    """The error's text; it must come in time."""
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught:
        call()
    assert time.monotonic() - begun < seconds
    assert caught.value.advice
    return caught.value.message


@pytest.mark.parametrize("mood", MOODS)
def test_a_bad_server_is_named_in_time_and_good_again_without_a_restart(engine, server, mood):
    """A search, then an upload; afterwards the same engine works as before."""
    misbehave(server, mood)
    try:
        assert MOODS[mood] in failed_within(SECONDS, lambda: ask(engine))
        job = add(engine, "food")
        assert (job.status, MOODS[mood] in job.reason) == ("failed", True)
        assert job.seconds < SECONDS + PARSE_SECONDS
    finally:
        recover(server, mood)
    assert ask(engine) == {"travel.pdf"}
    assert add(engine, "food").status == "indexed"
    assert ask(engine) == {"travel.pdf", "food.pdf"}


def test_people_who_wait_for_a_slow_server_do_not_wait_for_each_other(engine, server):
    """Five questions at once: five messages within the time of one."""
    server.sulk("slow")
    try:
        with ThreadPoolExecutor(5) as pool:
            asked = [pool.submit(failed_within, SECONDS, lambda: ask(engine)) for _ in range(5)]
            assert all("did not answer" in one.result() for one in asked)
    finally:
        server.cheer_up()


@pytest.mark.parametrize("mood", MOODS)
def test_opening_on_a_bad_server_is_named_in_time(server, mood):
    """At the start too, and the next start finds it well."""
    misbehave(server, mood)
    try:
        assert MOODS[mood] in failed_within(SECONDS, lambda: open_store(url=server.url))
    finally:
        recover(server, mood)
    open_store(url=server.url).close()


def test_vectors_of_another_length_are_named(server):
    """Asked with another encoder's vector; the server goes on."""
    store = open_store(url=server.url)
    store.create("c", 8)
    with pytest.raises(StoreDamaged, match="another encoder"):
        store.create("c", 9)
    with pytest.raises(StoreError, match="could not search"):
        store.search("c", FakeEncoder(9).encode(["word"])[0], 5, ["r"])
    assert store.search("c", FakeEncoder(8).encode(["word"])[0], 5, ["r"]) == []
    store.close()


def test_two_home_folders_on_one_server_leave_each_other_alone(engine, server, tmp_path):
    """The sweep of the second one's start removes nothing of the first one's."""
    settings = replace(settings_of(tmp_path / "other"), qdrant_url=server.url)
    with closing(engine_on(settings)) as other:
        assert ask(other) == set()
        assert ask(engine) == {"travel.pdf"}


def test_a_rebuild_drops_the_collections_of_this_home_folder_alone(engine, server, tmp_path):
    """What this library names goes and is indexed again; another home folder's stays whole."""
    other = engine_on(replace(settings_of(tmp_path / "other"), qdrant_url=server.url))
    add(other, "food")
    foreign = {name for name in other.storage.store.collections() if other_id(other) in name}
    with pytest.raises(StoreLocked):
        rebuild_home(engine.settings)
    engine.close()
    rebuild_home(engine.settings)
    left = open_store(url=server.url)
    assert left.collections() == foreign
    left.close()
    with closing(engine_on(engine.settings)) as again, closing(other):
        assert again.jobs.wait(200)
        assert ask(again) == {"travel.pdf"}
        assert other.searcher.compare(other_id(other), "rule", SearchSettings()).candidates


def other_id(engine):
    """The id of an engine's first collection."""
    return engine.library.collections()[0].id


def test_a_rebuild_changes_nothing_when_the_server_is_down(engine, server):
    """The message comes before anything is moved."""
    home = engine.settings.home
    engine.close()
    server.stop()
    try:
        with pytest.raises(StoreUnavailable):
            rebuild_home(engine.settings)
        assert not list(home.glob("damaged-*"))
    finally:
        server.start()
