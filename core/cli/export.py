"""``export``: what a search of a collection uses, as JSON or as Python, for another system."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.app.engine import Engine
from core.app.export import as_python, export_settings
from core.cli.given import Commands, Say, write_file
from core.cli.search import add_search_options, chosen_search
from core.errors import InputError
from core.serialize import to_json


def add_export(commands: Commands) -> None:
    """Describe the command to the parser."""
    what = "write models, depth, weights and threshold of a search: FILE.json, or FILE.py to run"
    command = commands.add_parser("export", help=what)
    command.add_argument("target", type=Path, metavar="FILE")
    add_search_options(command)
    command.set_defaults(ask=run_export)


def run_export(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``export FILE.json`` or ``export FILE.py``: with the same options as ``search``."""
    ways = {".json": lambda record: to_json(record, indent=2), ".py": as_python}
    if (way := ways.get(arguments.target.suffix)) is None:
        raise InputError(f"{arguments.target} is neither .json nor .py.", "Name one of these.")
    exported = export_settings(engine, *chosen_search(engine, arguments))
    write_file(arguments.target, way(exported).encode())
    say(f"written: {arguments.target}; not in the Python: {', '.join(exported.left_out)}")
    return 0
