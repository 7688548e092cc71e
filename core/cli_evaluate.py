"""``evaluate``: a BEIR folder, or a question set of the home folder, with thresholds for CI."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli_beir import Means, measure_folder
from core.errors import InputError
from core.serialize import to_json
from core.settings import Settings

if TYPE_CHECKING:
    from core.engine import Engine
    from core.evaluate.configurations import Configuration, Plan
    from core.evaluate.outcome import Outcome
    from core.evaluate.question_sets import QuestionSet

POLL_SECONDS = 0.1
Say = Callable[[str], None]


def add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the parser."""
    command = commands.add_parser(
        "evaluate", help="measure reranking on a BEIR folder, or on a question set of your own"
    )
    command.add_argument("folder", nargs="?", type=Path, metavar="BEIR_DIR")
    command.add_argument("--set", dest="question_set", help="a question set, by name")
    command.add_argument("--collection", default="", help="of the question set, by name")
    command.add_argument("--config", action="append", help="a configuration; the first is compared")
    command.add_argument(
        "--reranker", action="append", default=[], help="another reranker in the last configuration"
    )
    command.add_argument(
        "--runtime", action="append", default=[], help="another runtime in the last configuration"
    )
    command.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
    command.add_argument(
        "--depth", action="append", default=[], type=int, help="so many in the last configuration"
    )
    command.add_argument(
        "--run",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        dest="runs",
        help="a TREC run of another engine on the same BEIR folder, as one more first stage",
    )
    command.add_argument("--limit", type=int, help="only the first so many questions")
    command.add_argument(
        "--fail-below",
        action="append",
        default=[],
        type=threshold,
        metavar="MEASURE=VALUE",
        help="exit with 1 when a configuration but the first is below, such as nDCG@10=0.8",
    )
    command.add_argument(
        "--fail-on-regression",
        action="store_true",
        help="exit with 1 when a question fell since the evaluation of this set before",
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="write every value of a set")
    command.add_argument("--report", type=Path, metavar="FILE", help="write a page to print")
    command.add_argument("--json", action="store_true", help="print JSON")


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
    if (arguments.folder is None) == (arguments.question_set is None):
        raise InputError("Name a BEIR folder or a question set.", "Use BEIR_DIR or --set NAME.")
    fell: list[str] = []
    if arguments.folder is not None:
        means = measure_folder(settings, arguments)
    else:
        means, fell = _own_set(settings, arguments, say, open_engine)
    below = failures(means, arguments.fail_below)
    for line in (*below, *fell):
        say(line)
    return 1 if below or (fell and arguments.fail_on_regression) else 0


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


def _own_set(
    settings: Settings,
    arguments: argparse.Namespace,
    say: Say,
    open_engine: Callable[[Settings], Engine],
) -> tuple[Means, list[str]]:
    from core.evaluate.printable import to_text  # noqa: PLC0415 - scipy, for this command only

    engine = open_engine(settings)
    try:
        outcome, fell = _measured(engine, arguments, say)
    finally:
        engine.close()
    _out(to_json(outcome, indent=2) if arguments.json else to_text(outcome))
    _write(outcome, arguments)
    means = {run.name: {m: run.mean(m) for m in outcome.measures} for run in outcome.runs}
    return means, fell


def _write(outcome: Outcome, arguments: argparse.Namespace) -> None:
    from core.evaluate.printable import to_csv, to_html  # noqa: PLC0415 - scipy

    made = {arguments.csv: to_csv(outcome), arguments.report: to_html(outcome, outcome.set_name)}
    for path, text in made.items():
        if path is None:
            continue
        try:
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as exc:
            raise InputError(f"{path} cannot be written: {exc.strerror}.") from exc


def _measured(engine: Engine, arguments: argparse.Namespace, say: Say) -> tuple[Outcome, list[str]]:
    """The outcome, and a line for each question that fell since the evaluation before."""
    from core.evaluate.regressions import fallen_lines, previous  # noqa: PLC0415 - scipy

    question_set = _set_named(engine, arguments)
    started = engine.evaluations.start(question_set.collection, _plan(question_set, arguments))
    while not (evaluation := engine.evaluations.get(started.id)).finished:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{evaluation.done} of {evaluation.total}")
        time.sleep(POLL_SECONDS)
    if evaluation.status != "done":
        raise InputError(evaluation.reason)
    say(f"{evaluation.total} searches in {evaluation.seconds:.1f} s")
    outcome = engine.evaluations.outcome(started.id)
    older = previous(engine.evaluations.snapshot(started.collection), started)
    if older is None:
        return outcome, []
    before = engine.evaluations.outcome(older.id)
    return outcome, fallen_lines(before, outcome, outcome.measures[0])


def _set_named(engine: Engine, arguments: argparse.Namespace) -> QuestionSet:
    from core.evaluate.question_sets import QuestionSets  # noqa: PLC0415 - for this command only

    sets = [
        known
        for collection in engine.collections()
        if arguments.collection in {"", collection.name}
        for known in QuestionSets(engine.judgments.database).of(collection.id)
    ]
    for known in sets:
        if known.name == arguments.question_set:
            return known
    names = ", ".join(repr(known.name) for known in sets) or "none"
    raise InputError(
        f"There is no question set named {arguments.question_set!r}.", f"There are: {names}."
    )


def _plan(question_set: QuestionSet, arguments: argparse.Namespace) -> Plan:
    from core.evaluate.configurations import Plan, depths, presets, variants  # noqa: PLC0415 - scipy

    known = {configuration.name: configuration for configuration in presets(arguments.top_k)}
    names = arguments.config or ["Dense", "Dense, reranked"]
    chosen: list[Configuration] = []
    for name in names:
        if name not in known:
            raise InputError(f"There is no configuration {name!r}.", f"Known: {'; '.join(known)}.")
        chosen.append(known[name])
    last = chosen[-1]
    chosen += depths(last, tuple(arguments.depth))
    chosen += variants(last, arguments.reranker, arguments.runtime)
    return Plan(
        set_name=question_set.name,
        questions=question_set.questions[: arguments.limit],
        configurations=tuple(chosen),
        baseline=names[0],
        leave_out_unjudged=not question_set.known_item,
    )


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
