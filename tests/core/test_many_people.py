"""Twenty people at once: they add, search and delete, and nobody sees or loses a wrong chunk."""

import logging
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import lru_cache

import pytest

from core.home.storage import base_name
from core.schema import Chunking, SearchSettings, chunk_id, sha256_hex
from tests.made_home import engine_on, settings_of
from tests.made_pdfs import made_pdf, sentences

log = logging.getLogger(__name__)
PEOPLE, COLLECTIONS, FILES, QUEUE = 20, 4, 3, 3


@lru_cache
def file_of(person, number):
    """A PDF that only this person has: its topic is in every sentence."""
    topic = f"topic{person}x{number}"
    return f"{topic}.pdf", made_pdf(sentences(topic, 12), sentences(topic, 12 + number))


class Person:
    """Somebody with a browser: adds, searches and deletes their own files, checks what comes."""

    def __init__(self, engine, number, collection, seed):
        self.engine = engine
        self.number = number
        self.collection = collection
        self.random = random.Random(f"{seed}-{number}")
        self.mine: set[int] = set()
        self.did: Counter[str] = Counter()

    def work(self, until, stop):
        """Click around until the time is over, or somebody found a fault."""
        try:
            while time.monotonic() < until and not stop.is_set():
                what = self.random.choices([self.search, self.add, self.delete], [6, 2, 2])[0]
                what()
                time.sleep(self.random.uniform(0, 0.1))
        except BaseException:
            stop.set()
            raise

    def add(self):
        """Drop a file and watch it, searching meanwhile; not behind a long queue."""
        if sum(not job.finished for job in self.engine.jobs.snapshot()) >= QUEUE:
            return
        number = self.random.randrange(FILES)
        (job,) = self.engine.jobs.add(self.collection, [file_of(self.number, number)])
        while not (now := self.job(job.id)).finished:
            self.search(coming=number)
            time.sleep(0.05)
        assert now.status == ("known" if number in self.mine else "indexed"), now
        self.mine.add(number)
        self.did[f"add {now.status}"] += 1
        assert self.found(number) > 0

    def job(self, job_id):
        """That job as it stands."""
        return next(job for job in self.engine.jobs.snapshot() if job.id == job_id)

    def delete(self):
        """Remove one of their files: from then on it is not found."""
        if self.mine:
            number = self.random.choice(sorted(self.mine))
            _, data = file_of(self.number, number)
            self.engine.delete_document(self.collection, sha256_hex(data))
            self.mine.remove(number)
            self.did["delete"] += 1
            assert self.found(number) == 0

    def search(self, coming: int | None = None) -> None:
        """Ask for a file that is there or not; ``coming`` is on its way and may be either."""
        number = self.random.randrange(FILES)
        there = self.found(number) > 0
        assert number == coming or there == (number in self.mine)

    def found(self, number):
        """Chunks of that file among the hits; every hit is whole and from this collection."""
        name, _ = file_of(self.number, number)
        settings = SearchSettings(top_k=50)
        comparison = self.engine.searcher.compare(
            self.collection, f"rule about {name[:-4]}", settings
        )
        self.did["search"] += 1
        assert len({hit.chunk.id for hit in comparison.candidates}) == len(comparison.candidates)
        for candidate in comparison.candidates:
            self.check(candidate.chunk)
        return sum(candidate.chunk.document_name == name for candidate in comparison.candidates)

    def check(self, chunk):
        """The chunk's id, file, text and collection belong together."""
        topic = chunk.document_name.removesuffix(".pdf")
        person, number = map(int, topic.removeprefix("topic").split("x"))
        assert chunk.document_id == sha256_hex(file_of(person, number)[1])
        assert chunk.id == chunk_id(chunk.document_id, Chunking().fingerprint, chunk.ordinal)
        assert person % COLLECTIONS == self.number % COLLECTIONS
        assert chunk.text.count(topic) == chunk.text.count("topic") > 0


def check_what_is_left(engine, people):
    """Every file that was not deleted is there, whole; and nothing else is."""
    for collection in {person.collection for person in people}:
        documents = engine.library.documents(collection)
        kept = {
            sha256_hex(file_of(person.number, number)[1])
            for person in people
            if person.collection == collection
            for number in person.mine
        }
        assert {document.id for document in documents} == kept
        for document in documents:
            ordinals = [chunk.ordinal for chunk in engine.corpora.chunks(collection, document.id)]
            assert ordinals == list(range(document.chunks))
        stored = {
            revision
            for place in engine.storage.store.collections()
            if place.startswith(base_name(collection))
            for revision in set(engine.storage.store.counts(place))
        }
        assert stored == {document.revision for document in documents}


@pytest.mark.parametrize("seconds", [8, pytest.param(600, marks=pytest.mark.slow)])
def test_twenty_people_add_search_and_delete_at_once(tmp_path, seconds):
    """No error, no lost or foreign chunk, and the point's id is its chunk's on every hit."""
    seed = random.randrange(2**32)
    log.info("seed %d", seed)
    with closing(engine_on(settings_of(tmp_path))) as engine:
        shared = [
            engine.library.create_collection(f"shared {i}", Chunking()).id
            for i in range(COLLECTIONS)
        ]
        people = [Person(engine, i, shared[i % COLLECTIONS], seed) for i in range(PEOPLE)]
        until, stop = time.monotonic() + seconds, threading.Event()
        with ThreadPoolExecutor(PEOPLE) as pool:
            for done in [pool.submit(person.work, until, stop) for person in people]:
                done.result()
        check_what_is_left(engine, people)
        total = sum((person.did for person in people), Counter())
        log.info("%s", dict(total))
        assert total["search"] >= PEOPLE
        assert total["add indexed"] > 0
