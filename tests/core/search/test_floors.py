"""Noise floors are measured behind people's backs, kept, and never for other models."""

import threading
from dataclasses import replace
from unittest.mock import Mock

import pytest

from core.errors import Stopping, StoreError
from core.schema import Chunk, chunk_id
from core.search.calibration import probe_questions
from core.search.first_stage import Corpus
from core.search.floors import Floors, Probed, floor_key
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder


def chunk(ordinal, text):
    """A passage of a made document."""
    return Chunk(chunk_id("d", "f", ordinal), "d", "d.pdf", ordinal, 1, 1, 0, len(text), text, 5)


@pytest.fixture
def probed():
    """Two passages in a store, and both fakes."""
    encoder, store = FakeEncoder(), open_store()
    store.create("c", encoder.dimension)
    chunks = [chunk(0, "how many days of holiday"), chunk(1, "the hotel is paid")]
    store.upsert("c", "r", chunks, encoder.encode([c.text for c in chunks]))
    yield Probed(store, Corpus("c", "c", ("r",), "version"), encoder, FakeCrossEncoder())
    store.close()


def test_a_floor_is_measured_and_kept(tmp_path, probed):
    """Of all probes; it is there again when the file is opened again."""
    floors = Floors(tmp_path / "floors.sqlite")
    assert floors.get(probed.key) is None
    floor = floors.measure(probed)
    floors.close()
    assert floor.probes == len(probe_questions())
    assert -4 < floor.logit < 4
    again = Floors(tmp_path / "floors.sqlite")
    assert again.get(probed.key) == floor
    again.close()


def test_each_probe_reads_at_most_ten_passages(tmp_path, probed):
    """50 probes and 2 passages are 100 pairs."""
    floors = Floors(None)
    floors.measure(probed)
    floors.close()
    assert len(probed.cross_encoder.pairs) == len(probe_questions()) * 2


def test_other_documents_and_other_models_have_no_floor_yet(probed):
    """The key is the corpus, the encoder and the cross-encoder with its runtime."""
    floors = Floors(None)
    floors.measure(probed)
    encoder, cross_encoder = probed.encoder.info, probed.cross_encoder.info
    for key in (
        floor_key("other", encoder, cross_encoder),
        floor_key("version", replace(encoder, sha256="2" * 64), cross_encoder),
        floor_key("version", encoder, replace(cross_encoder, runtime="int8")),
    ):
        assert floors.get(key) is None
    floors.close()


def test_an_empty_collection_has_no_floor(probed):
    """Nothing found is no noise."""
    floors = Floors(None)
    assert (
        floors.measure(replace(probed, corpus=replace(probed.corpus, revisions=("none",)))) is None
    )
    floors.close()


def rounds(floors, probed, number):
    """Let the watch look so many times and one more."""
    looked, enough = [], threading.Event()

    def due():
        looked.append(probed)
        if len(looked) > number:
            enough.set()
        return [probed]

    floors.watch(due, pause=0.001)
    assert enough.wait(60)


def test_the_watch_measures_what_is_missing_once(probed):
    """As soon as it is due; then there is nothing more to do."""
    floors = Floors(None)
    rounds(floors, probed, 3)
    assert floors.get(probed.key) is not None
    assert len(probed.cross_encoder.pairs) == len(probe_questions()) * 2
    floors.close()


def test_what_fails_is_not_tried_again_and_again(probed, monkeypatch):
    """One attempt, then the model's own calibration counts."""
    calls = []

    def broken(*_):
        calls.append(1)
        raise StoreError("The store is away.", "Wait.")

    monkeypatch.setattr(probed.store, "search", broken)
    floors = Floors(None)
    rounds(floors, probed, 3)
    floors.close()
    assert len(calls) == 1


def test_the_end_of_the_process_ends_the_watch_without_a_warning(probed, monkeypatch, caplog):
    """The next start measures it."""
    stopping = Mock(side_effect=Stopping("Second Look is shutting down."))
    monkeypatch.setattr(probed.store, "search", stopping)
    floors = Floors(None)
    floors.watch(lambda: [probed], pause=0.01)
    assert floors._worker.wait(60)
    assert not caplog.records
    floors.close()


def test_closing_stops_between_two_probes(probed):
    """Nobody waits for 50 probes at the end."""

    class Held(FakeCrossEncoder):
        """Its first score waits until the worker is told to end."""

        def score(self, query, passages):
            begun.set()
            assert floors._worker.sleep(60)
            return super().score(query, passages)

    floors, begun, held = Floors(None), threading.Event(), Held()
    floors.watch(lambda: [replace(probed, cross_encoder=held)], pause=0.001)
    assert begun.wait(60)
    floors.close(timeout=60)
    assert len(held.pairs) == 2
    assert floors._worker.wait(0)
