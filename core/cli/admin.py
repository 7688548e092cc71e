"""The commands that care for a home folder: ``backup``, ``restore``, ``rebuild``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from core.app.engine import Engine, open_engine
from core.app.opening import open_storage, rebuild_home
from core.home.backup import Backup, backup, restore
from core.settings import Settings
from core.text.counting import counted

POLL_SECONDS = 0.1
Say = Callable[[str], None]


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands of this module to the parser."""
    for name, what in (
        ("backup", "write the whole home folder into one archive"),
        ("restore", "make a home folder from an archive; the folder must be empty"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("archive", type=Path, metavar="FILE.zip")
    commands.add_parser("rebuild", help="index every original again; damaged files move aside")


def run_backup(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``backup FILE.zip``."""
    made = backup(settings, arguments.archive, open_storage)
    say(f"backed up: {_contents(made)} in {arguments.archive} ({made.size / 1e6:.1f} MB)")
    return 0


def run_restore(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``restore FILE.zip``."""
    made = restore(settings, arguments.archive, open_storage)
    say(f"restored: {_contents(made)} in {settings.home}")
    return 0


def run_rebuild(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``rebuild``: returns 1 when an original could not be indexed."""
    del arguments
    say(f"the damaged files are in {rebuild_home(settings)}")
    engine = open_engine(settings)
    try:
        failed = _watch(engine, say)
        indexed = sum(
            len(engine.library.documents(known.id)) for known in engine.library.collections()
        )
    finally:
        engine.close()
    say(f"rebuilt: {counted(indexed, 'document')}, {failed} could not be indexed")
    return 1 if failed else 0


ADMIN = {"backup": run_backup, "restore": run_restore, "rebuild": run_rebuild}


def _watch(engine: Engine, say: Say) -> int:
    while engine.jobs.busy():
        time.sleep(POLL_SECONDS)
    failed = [job for job in engine.jobs.snapshot() if job.status == "failed"]
    for job in failed:
        say(f"failed: {job.name}, because {job.reason} {job.advice}".strip())
    return len(failed)


def _contents(made: Backup) -> str:
    collections = counted(made.collections, "collection")
    return f"{counted(made.documents, 'document')} in {collections}"
