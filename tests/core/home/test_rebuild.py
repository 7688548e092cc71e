"""A damaged home folder becomes usable again, and nobody gets wrong results meanwhile."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from core.app.engine import open_engine
from core.app.opening import open_storage
from core.errors import StoreDamaged, StoreLocked
from core.home.library import Library
from core.home.rebuild import prepare_rebuild, read_records
from core.home.storage import incomplete
from core.schema import Chunking, SearchSettings
from tests.fakes import open_fakes
from tests.lost_points import DAMAGE, lose
from tests.made_home import settings_of
from tests.made_pdfs import made_pdf, sentences
from tests.same_lists import same_lists
from tests.strategies import make_document

QUESTION = "which rule about travel is written down"
SETTINGS = SearchSettings(20, 5)


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Fakes where models would be loaded."""
    open_fakes(monkeypatch)


@pytest.fixture
def home(tmp_path):
    """A home folder's settings."""
    return settings_of(tmp_path / "home")


def settle(engine):
    """Until nothing is on its way."""
    assert engine.jobs.wait(200), engine.jobs.snapshot()


@pytest.fixture
def filled(home):
    """Two collections with a document each, closed; gives what a search in the second finds."""
    engine = open_engine(home)
    other = engine.library.create_collection("Rules", Chunking(100, 20))
    engine.jobs.add(
        engine.library.collections()[0].id, [("food.pdf", made_pdf(sentences("food", 30)))]
    )
    pages = (sentences("travel", 30), sentences("hotels", 30))
    engine.jobs.add(other.id, [("travel.pdf", made_pdf(*pages, title="On travel"))])
    settle(engine)
    found = engine.searcher.compare(other.id, QUESTION, SETTINGS)
    engine.close()
    assert len(found.candidates) > 2
    return found


def reopened(home):
    """An engine whose repairs have ended, with no damage left."""
    engine = open_engine(home)
    settle(engine)
    assert {job.status for job in engine.jobs.snapshot()} <= {"indexed"}
    assert [
        lost for c in engine.library.collections() for lost in incomplete(engine.storage, c.id)
    ] == []
    return engine


def shard(home):
    """The shard of the second collection."""
    with closing(sqlite3.connect(home.home / "library.sqlite")) as db:
        (id_,) = db.execute("SELECT id FROM collections WHERE name = 'Rules'").fetchone()
    (found,) = (home.home / "qdrant" / "shards").glob(f"*{id_}*")
    return found


VECTOR_DAMAGE = {
    "settings empty": lambda home: (shard(home) / "edge_config.json").write_text(""),
    "settings missing": lambda home: (shard(home) / "edge_config.json").unlink(),
    "log garbage": lambda home: (shard(home) / "wal" / "first-index").write_bytes(b"garbage" * 5),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("damage", VECTOR_DAMAGE.values(), ids=VECTOR_DAMAGE.keys())
def test_with_a_sound_library_a_rebuild_gives_the_same_ranking(home, filled, damage):
    """Names, collections, candidates, logits: all as before; the damaged files are kept aside."""
    damage(home)
    with pytest.raises(StoreDamaged, match="embedded store"):
        open_engine(home)
    aside = prepare_rebuild(home.home)
    assert {path.name for path in aside.iterdir()} == {"qdrant", "texts"}
    engine = reopened(home)
    rules = engine.library.collections()[1]
    again = engine.searcher.compare(rules.id, QUESTION, SETTINGS)
    assert same_lists(again, filled)
    assert again.corpus_version == filled.corpus_version
    engine.close()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_without_a_library_every_original_comes_back(home, filled, damage):
    """One collection, the title of the file as its name, the id where there is no title."""
    damage(home.home / "library.sqlite")
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            open_engine(home)
    prepare_rebuild(home.home)
    engine = reopened(home)
    (collection,) = engine.library.collections()
    names = {document.name for document in engine.library.documents(collection.id)}
    assert "On travel" in names
    assert len(names) == 2
    found = engine.searcher.compare(collection.id, QUESTION, SETTINGS)
    texts = {candidate.chunk.text for candidate in found.candidates}
    assert any("about travel" in text for text in texts)
    engine.close()


def test_readable_records_of_a_damaged_library_keep_names_and_collections(home, filled):
    """Only its version is lost: what can be read is used."""
    with closing(sqlite3.connect(home.home / "library.sqlite")) as db, db:
        db.execute("PRAGMA user_version=0")
    with pytest.raises(StoreDamaged, match="lost its version"):
        open_engine(home)
    aside = prepare_rebuild(home.home)
    assert (aside / "library.sqlite").exists()
    engine = reopened(home)
    assert [c.name for c in engine.library.collections()] == ["My documents", "Rules"]
    rules = engine.library.collections()[1]
    assert [d.name for d in engine.library.documents(rules.id)] == ["travel.pdf"]
    assert same_lists(engine.searcher.compare(rules.id, QUESTION, SETTINGS), filled)
    engine.close()


def test_a_library_of_another_version_is_left_alone(home, filled):
    """A rebuild would lose what only the other version knows."""
    with closing(sqlite3.connect(home.home / "library.sqlite")) as db, db:
        db.execute("PRAGMA user_version=999")
    with pytest.raises(StoreDamaged, match="another version"):
        prepare_rebuild(home.home)
    assert (home.home / "qdrant").exists()


def test_a_folder_in_use_is_not_rebuilt(home, filled):
    """The lock of the running one is respected."""
    engine = open_engine(home)
    with pytest.raises(StoreLocked):
        prepare_rebuild(home.home)
    engine.close()


@pytest.mark.parametrize("left", [0, 1])
def test_lost_chunks_are_noticed_at_start_and_never_searched_around(
    home, filled, left, monkeypatch
):
    """Silent loss: a whole shard, or all its points but one. No result, then all."""
    lose(shard(home), left)
    with monkeypatch.context() as held:
        held.setattr("core.ingest.jobs.queue.Jobs.repair", lambda *_: None)
        engine = open_engine(home)
        rules = engine.library.collections()[1]
        with pytest.raises(StoreDamaged, match=r"lost passages of 1 document \(travel.pdf\)"):
            engine.searcher.compare(rules.id, QUESTION, SETTINGS)
        assert engine.searcher.compare(
            engine.library.collections()[0].id, QUESTION, SETTINGS
        ).candidates
        engine.close()
    engine = reopened(home)
    assert same_lists(engine.searcher.compare(rules.id, QUESTION, SETTINGS), filled)
    engine.close()


@pytest.mark.parametrize("original", ["missing", "damaged"])
def test_a_document_that_cannot_come_back_is_named_and_can_be_deleted(home, filled, original):
    """The vectors and the original are gone: the job says so, the others are searchable."""
    engine = open_engine(home)
    first, rules = engine.library.collections()
    (document,) = engine.library.documents(rules.id)
    engine.close()
    path = home.home / "files" / f"{document.id}.pdf"
    path.unlink() if original == "missing" else path.write_bytes(b"%PDF other")
    lose(shard(home), 0)
    engine = open_engine(home)
    settle(engine)
    (job,) = engine.jobs.snapshot()
    assert job.status == "failed"
    assert "add the" in f"{job.reason} {job.advice}".lower()
    with pytest.raises(StoreDamaged, match=r"travel.pdf"):
        engine.searcher.compare(rules.id, QUESTION, SETTINGS)
    engine.delete_document(rules.id, document.id)
    assert engine.searcher.compare(rules.id, QUESTION, SETTINGS).candidates == ()
    assert engine.searcher.compare(first.id, QUESTION, SETTINGS).candidates
    engine.close()


def test_a_library_of_the_time_when_all_documents_had_pages_is_read(tmp_path):
    """Also where it is rebuilt; it gets its column when it is opened."""
    library, path = Library(tmp_path / "library.sqlite"), tmp_path / "library.sqlite"
    collection = library.create_collection("papers", Chunking())
    known = make_document("a")
    library.commit(collection.id, known)
    with library.transaction() as db:
        db.execute("ALTER TABLE documents DROP COLUMN unit")
    library.close()
    assert read_records(path).collections == ((collection, (known,)),)
    again = Library(path)
    assert again.documents(collection.id) == [known]
    lines = replace(known, id="b" * 64, unit="line")
    again.commit(collection.id, lines)
    assert again.document(collection.id, lines.id) == lines
    again.close()


def test_a_library_that_does_not_open_leaves_no_lock_behind(home, filled):
    """The next try says the same, not that another Second Look is running."""
    (home.home / "library.sqlite").write_bytes(b"garbage" * 5000)
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            open_storage(home)
