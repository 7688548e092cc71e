"""``evaluate``: a BEIR folder, or a question set of the home folder, with thresholds for CI."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from core.app.copying import cut_as
from core.app.engine import Engine, open_engine
from core.cli.given import POLL_SECONDS, Commands, Say, show, write_file
from core.errors import InputError
from core.evaluate.configurations import (
    Configuration,
    Plan,
    chunking_words,
    depths,
    presets,
    variants,
)
from core.evaluate.dataset_client import (
    dataset_plan,
    evaluate_dataset,
    foreign_configurations,
    read_run,
)
from core.evaluate.datasets import read_dataset
from core.evaluate.metrics import check_measure
from core.evaluate.outcome import Outcome
from core.evaluate.printable import to_html, to_text, values_csv
from core.evaluate.questions.question_sets import QuestionSet
from core.evaluate.regressions import Since
from core.learn.fits import Fit, Tuning, with_fits
from core.models.registry import spec_of
from core.models.torch_models import load_cross_encoder, load_encoder
from core.schema import Chunking
from core.serialize import to_json
from core.settings import Settings
from core.text.counting import counted

FIRST_STAGES = ("Dense", "BM25", "Hybrid")
Means = Mapping[str, Mapping[str, float]]
"""configuration -> measure -> mean."""
_REPEATED: dict[str, Any] = {"action": "append", "default": []}


def add_evaluate(commands: Commands) -> None:
    """Describe the command to the parser."""
    command = commands.add_parser(
        "evaluate", help="measure reranking on a BEIR folder, or on a question set of your own"
    )
    command.set_defaults(run=run_evaluate)
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


def run_evaluate(settings: Settings, arguments: argparse.Namespace, say: Say) -> int:
    """``evaluate``: returns 1 when a threshold is not reached.

    Raises:
        InputError: neither a folder nor a question set is named, or one of them is unusable.
    """
    _refuse(arguments)
    if arguments.folder is not None:
        outcome, since = measure_folder(settings, arguments, say), None
    else:
        outcome, since = measure_set(settings, arguments, say)
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
    text = to_json(outcome, indent=2) if arguments.json else to_text(outcome)
    sys.stdout.write(f"{text}\n")
    files = {
        arguments.csv: values_csv(outcome, since),
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


def measure_folder(settings: Settings, arguments: argparse.Namespace, say: Say) -> Outcome:
    """Measure a BEIR folder, without a home folder.

    Raises:
        InputError: the folder or a run cannot be read, or there is nothing to measure.
    """
    dataset = read_dataset(arguments.folder)
    say(dataset.made)
    runs = {}
    for path in arguments.runs:
        runs[path.stem], made = read_run(path, dataset)
        say(made)
    ours = presets(arguments.top_k)
    foreign = foreign_configurations(ours[1], list(runs))
    usual = [n for name in FIRST_STAGES for n in (name, f"{name}, reranked")]
    default = [*usual, *(configuration.name for configuration in foreign)]
    chosen = _chosen(arguments, (*ours, *foreign), default)
    plan = dataset_plan(dataset, chosen, arguments.limit)
    encoder = load_encoder(spec_of("encoder", settings.encoder), settings.threads)
    reader = load_cross_encoder(spec_of("cross_encoder", settings.cross_encoder), settings.threads)
    return evaluate_dataset(dataset, plan, encoder, reader, runs, show)


def measure_set(
    settings: Settings, arguments: argparse.Namespace, say: Say
) -> tuple[Outcome, Since | None]:
    """Measure a question set of the home folder; also what changed since the time before."""
    with closing(open_engine(settings)) as engine:
        question_set = _set_named(engine, arguments)
        plan = _set_plan(engine, question_set, arguments)
        started = engine.evaluations.start(question_set.collection, plan)
        while not (evaluation := engine.evaluations.get(started.id)).finished:
            show(evaluation.done, evaluation.total)
            time.sleep(POLL_SECONDS)
        if evaluation.status != "done":
            raise InputError(evaluation.reason)
        say(f"{counted(evaluation.total, 'search')} in {evaluation.seconds:.1f} s")
        return engine.evaluations.outcome(started.id), engine.evaluations.since(started.id)


def _chosen(
    arguments: argparse.Namespace, known: tuple[Configuration, ...], default: list[str]
) -> list[Configuration]:
    """The named configurations, and the last of them at other depths."""
    by_name: dict[str, Configuration] = {}
    for configuration in known:
        if configuration.name in by_name:
            name = configuration.name
            raise InputError(f"Two configurations are named {name!r}.", "Rename the run's file.")
        by_name[configuration.name] = configuration
    names = arguments.config or default
    for name in names:
        if name not in by_name:
            raise InputError(
                f"There is no configuration {name!r}.", f"Choose one of: {'; '.join(by_name)}."
            )
    return [*map(by_name.__getitem__, names), *depths(by_name[names[-1]], arguments.depth)]


def _set_named(engine: Engine, arguments: argparse.Namespace) -> QuestionSet:
    sets = [
        question_set
        for collection in engine.library.collections()
        if arguments.collection in {"", collection.name}
        for question_set in engine.question_sets.of(collection.id)
    ]
    for question_set in sets:
        if question_set.name == arguments.question_set:
            return question_set
    names = ", ".join(repr(question_set.name) for question_set in sets) or "none"
    raise InputError(
        f"There is no question set named {arguments.question_set!r}.", f"Choose one of: {names}."
    )


def _fits(engine: Engine, collection_id: str, wanted: list[str]) -> dict[str, Fit]:
    """What was fitted and is used, by its name.

    Raises:
        InputError: one of these is not there.
    """
    fits = Tuning(engine.settings.home).active(collection_id).by_name if wanted else {}
    kinds = [name.replace("-", " ") for name in wanted]
    for kind in kinds:
        if kind not in fits:
            raise InputError(
                f"No fitted {kind} is used in this collection.",
                "Fit and use it first: the skip predictor on Evaluate, the others on Tune.",
            )
    return {f"fitted {kind}": fits[kind] for kind in kinds}


def _set_plan(engine: Engine, question_set: QuestionSet, arguments: argparse.Namespace) -> Plan:
    ours = presets(arguments.top_k)
    chosen = _chosen(arguments, ours, ["Dense", "Dense, reranked"])
    base, last = chosen[0], chosen[-1 - len(arguments.depth)]
    cuts = {
        cut_as(engine, question_set.collection, cut): chunking_words(cut)
        for cut in arguments.chunking
    }
    fits = _fits(engine, question_set.collection, arguments.fitted)
    return Plan(
        set_name=question_set.name,
        questions=question_set.questions[: arguments.limit],
        configurations=(
            *chosen,
            *variants(last, arguments.reranker, arguments.runtime, cuts),
            *with_fits(last, fits),
        ),
        baseline=base.name,
        leave_out_unjudged=not question_set.known_item,
    )
