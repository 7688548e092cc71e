"""The command for a monitoring system: ``python -m core metrics``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from core.history.facts import read_facts
from core.history.history import HISTORY_FILE, history_database
from core.history.monitoring import exposition, monitor
from core.settings import Settings

Say = Callable[[str], None]


def add_metrics(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the parser."""
    commands.add_parser("metrics", help="print figures of the history as Prometheus reads them")


def run_metrics(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``metrics``: reads the history beside a Second Look that runs; loads no model."""
    del arguments
    path = settings.home / HISTORY_FILE
    if not path.exists():
        say("There is no history in this home folder yet.")
    database = history_database(path if path.exists() else None)
    try:
        print(exposition(monitor(read_facts(database, settings.history.entries))), end="")
    finally:
        database.close()
    return 0


METRICS = {"metrics": run_metrics}
