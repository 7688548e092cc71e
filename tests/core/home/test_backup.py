"""A backup is the whole home folder: restored, it gives the same comparison."""

import json
import sqlite3
import zipfile

import pytest

from core.app import engine
from core.app.opening import open_storage
from core.errors import InputError, SecondLookError, StoreError, StoreLocked
from core.home.backup import backup, restore
from core.schema import Comparison, sha256_hex
from core.serialize import from_json
from tests.fakes import open_fakes
from tests.lost_points import lose
from tests.made_home import settings_of
from tests.made_pdfs import made_pdf, sentences
from tests.same_lists import same_lists

QUESTION = "which rule about travel is written down"


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Fakes where models would be loaded."""
    open_fakes(monkeypatch)


@pytest.fixture
def run(run_at):
    """Runs a command on a home folder of that name."""
    return run_at


@pytest.fixture
def archive(run, tmp_path):
    """The backup of a home folder with two documents."""
    files = [tmp_path / "travel.pdf", tmp_path / "food.pdf"]
    for path in files:
        path.write_bytes(made_pdf(sentences(path.stem, 40), sentences(f"{path.stem} abroad", 40)))
    run("home", "index", *files)
    (tmp_path / "home" / "sent.jsonl").write_text("")
    code, _, said = run("home", "backup", tmp_path / "all.zip")
    assert code == 0, said
    assert "backed up: 2 documents in 1 collection" in said
    return tmp_path / "all.zip"


def asked(run, home):
    """The comparison of a home folder."""
    return from_json(Comparison, run(home, "search", QUESTION, "--json", "--top-k", 30)[1])


def test_restored_it_gives_the_same_comparison(run, archive):
    """Candidates with scores, reranked with logits, corpus version: equal to the last bit."""
    before = asked(run, "home")
    code, _, said = run("other", "restore", archive)
    assert (code, "restored: 2 documents in 1 collection" in said) == (0, True), said
    after = asked(run, "other")
    assert len(before.candidates) > 4
    assert same_lists(after, before)
    assert after.corpus_version == before.corpus_version


def test_every_file_comes_back_byte_for_byte(run, archive, tmp_path):
    """Originals, texts and the ledger of what was sent."""
    run("other", "restore", archive)
    for folder in ("files", "texts"):
        for path in (tmp_path / "home" / folder).iterdir():
            assert (tmp_path / "other" / folder / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "other" / "sent.jsonl").exists()


def test_nothing_is_overwritten(run, archive, tmp_path):
    """Neither an archive nor a home folder with something in it."""
    code, _, said = run("home", "backup", archive)
    assert (code, "exists already" in said) == (1, True)
    code, _, said = run("home", "restore", archive)
    assert (code, "is not empty" in said) == (1, True)
    code, _, said = run("nowhere", "backup", tmp_path / "b.zip")
    assert (code, "is not a Second Look home folder" in said) == (1, True)


# the client leaves its lock file open when the lock is taken
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_folder_in_use_is_not_backed_up(archive, tmp_path):
    """The message of the lock, and no half archive."""
    opened = engine.open_engine(settings_of(tmp_path / "home"))
    with pytest.raises(StoreLocked):
        backup(settings_of(tmp_path / "home"), tmp_path / "b.zip", open_storage)
    opened.close()
    assert not list(tmp_path.glob("*b.zip*"))


def test_damage_is_not_backed_up(archive, tmp_path):
    """A folder that has lost vectors says so instead of making a poor copy."""
    (shard,) = (tmp_path / "home" / "qdrant" / "shards").iterdir()
    lose(shard, 1)
    with pytest.raises(StoreError, match="lost passages"):
        backup(settings_of(tmp_path / "home"), tmp_path / "b.zip", open_storage)
    assert not list(tmp_path.glob("*b.zip*"))


def rewritten(source, target, change):
    """A copy of an archive whose members (name -> bytes) a function changed."""
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    how = change(members) or zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", how) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return target


def put(members, name, data):
    """Add a member that the manifest knows."""
    manifest = json.loads(members["manifest.json"])
    manifest["sha256"][name] = sha256_hex(data)
    members["manifest.json"] = json.dumps(manifest).encode()
    members[name] = data


def first(members, start):
    """The first member whose name starts so."""
    return next(name for name in members if name.startswith(start))


def drop(members, start):
    """Take a member out, of the manifest too."""
    name = first(members, start)
    manifest = json.loads(members["manifest.json"])
    del members[name], manifest["sha256"][name]
    members["manifest.json"] = json.dumps(manifest).encode()


def with_trigger(members):
    """The library of an archive with a rule of its own in it."""
    db = sqlite3.connect(":memory:")
    db.deserialize(members["library.sqlite"])
    db.execute("CREATE TRIGGER t AFTER DELETE ON documents BEGIN SELECT 1; END")
    return db.serialize()


ATTACKS = {
    "an escape": lambda m: put(m, "../evil.txt", b"x"),
    "an absolute path": lambda m: put(m, "/tmp/evil.txt", b"x"),
    "a backslash": lambda m: put(m, "files\\..\\evil.txt", b"x"),
    "a store file": lambda m: put(m, "qdrant/shards/c/edge_config.json", b"x"),
    "a member of no manifest": lambda m: m.update({"files/" + "a" * 64 + ".pdf": b"x"}),
    "another file under that id": lambda m: put(m, "files/" + "a" * 64 + ".pdf", b"x"),
    "a changed file": lambda m: m.update({first(m, "files/"): b"%PDF changed"}),
    "a changed library": lambda m: m.update({"library.sqlite": b"x" * 5000}),
    "a library that is none": lambda m: put(m, "library.sqlite", b"x" * 5000),
    "vectors that are none": lambda m: put(m, first(m, "vectors/"), b"x"),
    "no vectors": lambda m: drop(m, "vectors/"),
    "no original": lambda m: drop(m, "files/"),
    "a library that does something": lambda m: put(m, "library.sqlite", with_trigger(m)),
    "no manifest": lambda m: m.pop("manifest.json") and None,
    "a manifest of another shape": lambda m: m.update({"manifest.json": b"[1]"}),
    "another format": lambda m: m.update({"manifest.json": b'{"format": 9, "sha256": {}}'}),
    "compressed": lambda _: zipfile.ZIP_DEFLATED,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_archive_that_is_not_a_sound_backup_leaves_nothing_behind(archive, tmp_path, attack):
    """A message of ours; no home folder, no part of one, nothing outside."""
    bad = rewritten(archive, tmp_path / "bad.zip", attack)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SecondLookError):
        restore(settings_of(tmp_path / "other"), bad, open_storage)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", None])
def test_a_file_that_is_no_archive_is_named(tmp_path, content):
    """Empty, cut or missing."""
    if content is not None:
        (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be used|does not exist"):
        restore(settings_of(tmp_path / "other"), tmp_path / "b.zip", open_storage)
    assert not (tmp_path / "other").exists()


def test_rebuild_from_the_command_line(run, archive, tmp_path):
    """The damaged parts are named, the ranking is the same."""
    before = asked(run, "home")
    (shard,) = (tmp_path / "home" / "qdrant" / "shards").iterdir()
    (shard / "edge_config.json").write_text("")
    code, _, said = run("home", "search", QUESTION)
    assert (code, "python -m core rebuild" in said) == (1, True)
    code, _, said = run("home", "rebuild")
    assert (code, "rebuilt: 2 documents" in said) == (0, True), said
    assert "damaged-" in said
    assert asked(run, "home").reranked == before.reranked


def test_what_was_chosen_and_learned_comes_back(run, archive, tmp_path):
    """Every small file of the home folder, and the files of a trained model.

    What chooses models comes under its own name only where its owner trusts the archive.
    """
    home = tmp_path / "home"
    kept = {
        "fits.json": "{}",
        "models.json": '{"encoder": "bundled"}',
        "tour.json": "[]",
        "registry.toml": "",
        "models/tuned-20261122-040000/model.safetensors": "weights",
        "models/tuned-20261122-040000/README.md": "# tuned",
    }
    for name, text in kept.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "scores.sqlite").write_text("only a cache")
    backup(settings_of(home), tmp_path / "again.zip", open_storage)
    restore(settings_of(tmp_path / "off"), tmp_path / "again.zip", open_storage)
    off = {f"restored-{n}" if n in {"models.json", "registry.toml"} else n: kept[n] for n in kept}
    assert {name: (tmp_path / "off" / name).read_text() for name in off} == off
    assert not (tmp_path / "off" / "models.json").exists()
    restore(settings_of(tmp_path / "other"), tmp_path / "again.zip", open_storage, trust=True)
    assert {name: (tmp_path / "other" / name).read_text() for name in kept} == kept
    assert not (tmp_path / "other" / "scores.sqlite").exists()
