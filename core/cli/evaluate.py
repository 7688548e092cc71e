"""``evaluate``: a BEIR folder, or a question set of the home folder, with thresholds for CI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.given import Commands, Say, write_file
from core.cli.measuring import measure_folder, measure_set
from core.errors import InputError
from core.schema import Chunking
from core.serialize import to_json
from core.settings import Settings

if TYPE_CHECKING:
    from core.app.engine import Engine
    from core.evaluate.outcome import Outcome
    from core.evaluate.regressions import Since

Means = Mapping[str, Mapping[str, float]]
"""configuration -> measure -> mean."""
_REPEATED: dict[str, Any] = {"action": "append", "default": []}


def add_evaluate(commands: Commands) -> None:
    """Describe the command to the parser."""
    command = commands.add_parser(
        "evaluate", help="measure reranking on a BEIR folder, or on a question set of your own"
    )
    add, repeated = command.add_argument, _REPEATED
    add("folder", nargs="?", type=Path, metavar="BEIR_DIR")
    add("--set", dest="question_set", help="a question set, by name")
    add("--collection", default="", help="of the question set, by name")
    add("--config", action="append", help="a configuration; the others are compared with the first")
    _add_variants(command)
    what = "a TREC run of another engine on the same BEIR folder, as one more first stage"
    add("--run", **repeated, type=Path, metavar="FILE", dest="runs", help=what)
    add("--limit", type=int, help="only the first N questions")
    what = "exit with 1 if any configuration but the first is below this value, such as nDCG@10=0.8"
    add("--fail-below", **repeated, type=threshold, metavar="MEASURE=VALUE", help=what)
    what = (
        "exit with 1 if a question scores lower than in the previous evaluation of this set, "
        "unless only the judgments changed"
    )
    add("--fail-on-regression", action="store_true", help=what)
    add("--csv", type=Path, metavar="FILE", help="write every value")
    add("--report", type=Path, metavar="FILE", help="write a page to print")
    add("--json", action="store_true", help="print JSON")


def _add_variants(command: argparse.ArgumentParser) -> None:
    """What the last configuration is measured with beside, one change at a time."""
    add, repeated = command.add_argument, _REPEATED
    add("--reranker", **repeated, help="another reranker in the last configuration")
    add("--runtime", **repeated, help="another runtime in the last configuration")
    what = (
        "another chunk size and overlap in the last configuration, such as 100/20 tokens; a "
        "copy of the collection is indexed if needed"
    )
    add("--chunking", **repeated, type=chunking, metavar="SIZE/OVERLAP", help=what)
    add("--top-k", type=int, default=50, help="candidates (default 50)")
    add(
        "--depth",
        **repeated,
        type=int,
        help="another number of candidates in the last configuration",
    )
    fitted = ("weights", "skip-predictor", "abstention")
    what = "what is fitted and used in the collection, added to the last configuration"
    add("--fitted", **repeated, choices=fitted, help=what)


def threshold(text: str) -> tuple[str, float]:
    """A measure and the value that it must reach.

    >>> threshold("nDCG@10=0.8")
    ('nDCG@10', 0.8)
    """
    from core.evaluate.metrics import check_measure  # noqa: PLC0415 - for this command only

    name, _, value = text.partition("=")
    try:
        return check_measure(name), float(value)
    except (ValueError, InputError) as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is not MEASURE=VALUE ({exc})") from exc


def chunking(text: str) -> Chunking:
    """How documents are cut: tokens of a chunk, and those it shares with the next one.

    >>> chunking("100/20")
    Chunking(size=100, overlap=20)
    """
    size, _, overlap = text.partition("/")
    try:
        return Chunking(int(size), int(overlap))
    except (ValueError, InputError) as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is not SIZE/OVERLAP ({exc})") from exc


def run_evaluate(
    settings: Settings,
    arguments: argparse.Namespace,
    say: Say,
    open_engine: Callable[[Settings], Engine],
) -> int:
    """``evaluate``: returns 1 when a threshold is not reached.

    Raises:
        InputError: neither a folder nor a question set is named, or one of them is unusable.
    """
    _refuse(arguments)
    since: Since | None = None
    if arguments.folder is not None:
        outcome = measure_folder(settings, arguments)
    else:
        outcome, since = measure_set(settings, arguments, say, open_engine)
    _write(outcome, since, arguments)
    means = {run.name: {m: run.mean(m) for m in outcome.measures} for run in outcome.runs}
    below = failures(means, arguments.fail_below)
    falls = since.falls() if since is not None else []
    for line in (*below, *(line for line, _ in falls)):
        say(line)
    worse = any(cause.regression for _, cause in falls)
    return 1 if below or (worse and arguments.fail_on_regression) else 0


def _refuse(arguments: argparse.Namespace) -> None:
    """What does not go together."""
    if (arguments.folder is None) == (arguments.question_set is None):
        raise InputError("Name a BEIR folder or a question set.", "Use BEIR_DIR or --set NAME.")
    own = {
        "--chunking": arguments.chunking,
        "--fitted": arguments.fitted,
        "--reranker": arguments.reranker,
        "--runtime": arguments.runtime,
    }
    for option, values in own.items():
        if arguments.folder is not None and values:
            raise InputError(
                f"{option} works on a question set, not on a BEIR folder.",
                f"Use {option} with --set NAME.",
            )
    if arguments.folder is None and arguments.runs:
        raise InputError("--run works on a BEIR folder only.", "Use --run with BEIR_DIR.")


def _write(outcome: Outcome, since: Since | None, arguments: argparse.Namespace) -> None:
    from core.evaluate.printable import to_csv, to_html, to_text  # noqa: PLC0415 - scipy

    text = to_json(outcome, indent=2) if arguments.json else to_text(outcome)
    sys.stdout.write(f"{text}\n")
    files = {
        arguments.csv: to_csv(outcome, since),
        arguments.report: to_html(outcome, outcome.set_name, since),
    }
    for path, content in files.items():
        if path is not None:
            write_file(path, content.encode())


def failures(means: Means, thresholds: list[tuple[str, float]]) -> list[str]:
    """A line for each configuration but the first that misses a threshold, or lacks the measure."""
    lines = []
    for measure, least in thresholds:
        for name, values in list(means.items())[1:]:
            if measure not in values:
                lines.append(f"{name}: {measure} was not measured")
            elif values[measure] < least:
                lines.append(f"{name}: {measure} is {values[measure]:.4f}, below {least}")
    return lines
