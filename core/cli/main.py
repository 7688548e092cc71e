"""The same without a browser: ``python -m core index | search | answer | evaluate | ...``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.app.engine import open_engine
from core.cli.advise import add_advise
from core.cli.evaluate import add_evaluate
from core.cli.export import add_export
from core.cli.home import add_home_commands
from core.cli.mcp import add_mcp
from core.cli.qdrant import add_import_qdrant
from core.cli.receipt import add_receipt_commands
from core.cli.search import add_search_commands
from core.cli.serve import add_serve
from core.errors import SecondLookError
from core.settings import load_settings


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser("python -m core", description=__doc__)
    root.add_argument("--home", type=Path, help="the home folder (default: SECOND_LOOK_HOME)")
    commands = root.add_subparsers(dest="command", required=True)
    add_home_commands(commands)
    add_search_commands(commands)
    add_evaluate(commands)
    add_advise(commands)
    add_receipt_commands(commands)
    add_export(commands)
    add_mcp(commands)
    add_import_qdrant(commands)
    add_serve(commands)
    return root


def run(arguments: argparse.Namespace) -> int:
    """Run one command; returns the exit code.

    Raises:
        SecondLookError: it could not be done.
    """
    settings = load_settings()
    if arguments.home is not None:
        settings = replace(settings, home=arguments.home)
    if "run" in arguments:  # it opens what it needs
        return int(arguments.run(settings, arguments, _say))
    with closing(open_engine(settings)) as engine:
        return int(arguments.ask(engine, arguments, _say))


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point."""
    return exit_code(lambda: run(parser().parse_args(argv)))


def exit_code(command: Callable[[], int]) -> int:
    """Run a command: errors of ours become one line and exit code 1."""
    try:
        code = command()
        sys.stdout.flush()
    except SecondLookError as exc:
        _say(f"error: {exc}")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
        return 141  # as a program that the pipe's signal ended: whoever read has seen enough
    else:
        return code
