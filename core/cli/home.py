"""The commands for a home folder: ``index``, ``backup``, ``restore``, ``rebuild``, ``metrics``."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from core.app.engine import Engine, open_engine
from core.app.model_choice import chosen_by_files, switched_off
from core.app.opening import open_storage, rebuild_home
from core.cli.given import POLL_SECONDS, Commands, Say, read_file
from core.errors import InputError, NotFound
from core.history.facts import read_facts
from core.history.history import HISTORY_FILE, history_database
from core.history.monitoring import exposition, monitor
from core.home.backup import Backup, backup, restore, switch_on
from core.ingest.jobs.queue import Job
from core.schema import Chunking
from core.settings import Settings
from core.text.counting import counted
from core.text.pages import places_words


def add_home_commands(commands: Commands) -> None:
    """Describe the commands of this module to the parser."""
    index = commands.add_parser("index", help="add PDFs, texts, subtitles or code to a collection")
    index.add_argument("files", nargs="+", type=Path, metavar="FILE")
    index.add_argument("--collection", default="", help="name of the collection")
    index.set_defaults(ask=run_index)
    saving = commands.add_parser("backup", help="write the whole home folder into one archive")
    saving.add_argument("archive", type=Path, metavar="FILE.zip")
    saving.set_defaults(run=run_backup)
    what = "make a home folder from an archive; the folder must be empty"
    restoring = commands.add_parser("restore", help=what)
    restoring.add_argument("archive", type=Path, nargs="?", metavar="FILE.zip")
    what = "use the models and servers that the archive names; without FILE.zip, of one restored"
    restoring.add_argument("--trust", action="store_true", help=what)
    restoring.set_defaults(run=run_restore)
    what = "index every original again; damaged files are moved aside"
    commands.add_parser("rebuild", help=what).set_defaults(run=run_rebuild)
    what = "print figures of the history as Prometheus reads them"
    commands.add_parser("metrics", help=what).set_defaults(run=run_metrics)


def run_index(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``index FILE ...``: returns 1 when a document could not be indexed."""
    files = [(path.name, read_file(path)) for path in arguments.files]
    return add_files(engine, arguments.collection, files, say)


def add_files(
    engine: Engine, name: str, files: list[tuple[str, bytes]], say: Say, *, replacing: bool = False
) -> int:
    """Index files in a collection of that name, made when it is not there; 1 when one failed.

    ``replacing``: those that are there under the same names go once the new ones are indexed.
    """
    try:
        collection = engine.library.collection_named(name)
    except NotFound:
        collection = engine.library.create_collection(name, Chunking())
    there = engine.library.documents(collection.id) if replacing else ()
    older = {document.name: document.id for document in there}
    waiting, failed = {job.id for job in engine.jobs.add(collection.id, files, older)}, 0
    while waiting:
        engine.jobs.wait(POLL_SECONDS)
        for job in engine.jobs.snapshot(collection.id):
            if job.id in waiting and job.finished:
                waiting.remove(job.id)
                failed += job.status not in {"indexed", "known"}
                say(_outcome(job))
                for note in engine.pages.notes(job.document_id):
                    say(f"  {note.text}")
    return 1 if failed else 0


def run_backup(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``backup FILE.zip``."""
    archive = backup(settings, arguments.archive, open_storage)
    say(f"backed up: {_contents(archive)} in {arguments.archive} ({archive.size / 1e6:.1f} MB)")
    return 0


def run_restore(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``restore FILE.zip``, ``restore FILE.zip --trust`` and, later, ``restore --trust``."""
    trust, home = arguments.trust, settings.home
    if arguments.archive is not None:
        archive = restore(settings, arguments.archive, open_storage, trust=trust)
        say(f"restored: {_contents(archive)} in {home}")
    elif trust:
        switch_on(home)
    else:
        raise InputError("There is nothing to restore.", "Name an archive, or use --trust.")
    for line in chosen_by_files(home) if trust else switched_off(home):
        say(f"{'switched on' if trust else 'switched off'}: {line}")
    if not trust and switched_off(home):
        say(
            "Whoever made the backup chose these. To use them: python -m core restore --trust. "
            "Documents of another bi-encoder are embedded again at the next start without it."
        )
    return 0


def run_rebuild(settings: Settings, _: argparse.Namespace, say: Say) -> int:
    """``rebuild``: returns 1 when an original could not be indexed."""
    say(f"the damaged files are in {rebuild_home(settings)}")
    with closing(open_engine(settings)) as engine:
        engine.jobs.wait()
        failed = [job for job in engine.jobs.snapshot() if job.status == "failed"]
        collections = engine.library.collections()
        indexed = sum(len(engine.library.documents(collection.id)) for collection in collections)
    for job in failed:
        say(_outcome(job))
    say(f"rebuilt: {counted(indexed, 'document')}, {len(failed)} could not be indexed")
    return 1 if failed else 0


def run_metrics(settings: Settings, _: argparse.Namespace, say: Say) -> int:
    """``metrics``: reads the history beside a Second Look that runs; loads no model."""
    path = settings.home / HISTORY_FILE
    if not path.exists():
        say("There is no history in this home folder yet.")
    with closing(history_database(path if path.exists() else None)) as database:
        print(exposition(monitor(read_facts(database, settings.history.entries))), end="")
    return 0


def _outcome(job: Job) -> str:
    progress = job.progress
    if job.status in {"indexed", "known"}:
        word = "indexed" if job.status == "indexed" else "already here"
        size = f"{places_words(progress.pages, progress.unit)}, {counted(progress.chunks, 'chunk')}"
        return f"{word}: {job.name} ({size})"
    return f"{job.status}: {job.name}. {job.reason} {job.advice}".strip()


def _contents(archive: Backup) -> str:
    collections = counted(archive.collections, "collection")
    return f"{counted(archive.documents, 'document')} in {collections}"
