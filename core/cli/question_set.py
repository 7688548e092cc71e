"""``evaluate --set NAME``: a question set of the home folder, and what fell since last time."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.beir import Means
from core.cli.given import write_file
from core.errors import InputError
from core.serialize import to_json
from core.settings import Settings
from core.text.counting import counted

if TYPE_CHECKING:
    from core.app.engine import Engine
    from core.evaluate.configurations import Configuration, Plan
    from core.evaluate.outcome import Outcome
    from core.evaluate.questions.question_sets import QuestionSet
    from core.evaluate.regressions import Fall, Since
    from core.learn.measured import Fit

POLL_SECONDS = 0.1
Say = Callable[[str], None]


def measure_set(
    settings: Settings,
    arguments: argparse.Namespace,
    say: Say,
    open_engine: Callable[[Settings], Engine],
) -> tuple[Means, list[Fall]]:
    """Print what was measured; the means, and the questions that fell."""
    from core.evaluate.printable import to_text  # noqa: PLC0415 - scipy, for this command only
    from core.evaluate.regressions import falls  # noqa: PLC0415 - the same

    engine = open_engine(settings)
    try:
        outcome, since = _measured(engine, arguments, say)
    finally:
        engine.close()
    text = to_json(outcome, indent=2) if arguments.json else to_text(outcome)
    sys.stdout.write(f"{text}\n")
    _write(outcome, since, arguments)
    fell = falls(since) if since is not None else []
    means = {run.name: {m: run.mean(m) for m in outcome.measures} for run in outcome.runs}
    return means, fell


def _write(outcome: Outcome, since: Since | None, arguments: argparse.Namespace) -> None:
    from core.evaluate.printable import to_csv, to_html  # noqa: PLC0415 - scipy

    made = {
        arguments.csv: to_csv(outcome, since),
        arguments.report: to_html(outcome, outcome.set_name, since),
    }
    for path, text in made.items():
        if path is not None:
            write_file(path, text.encode())


def _measured(
    engine: Engine, arguments: argparse.Namespace, say: Say
) -> tuple[Outcome, Since | None]:
    """The outcome, and what changed since the evaluation before."""
    question_set = _set_named(engine, arguments)
    started = engine.evaluations.start(
        question_set.collection, _plan(engine, question_set, arguments)
    )
    while not (evaluation := engine.evaluations.get(started.id)).finished:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{evaluation.done} of {evaluation.total}")
        time.sleep(POLL_SECONDS)
    if evaluation.status != "done":
        raise InputError(evaluation.reason)
    say(f"{counted(evaluation.total, 'search')} in {evaluation.seconds:.1f} s")
    return engine.evaluations.outcome(started.id), engine.evaluations.since(started.id)


def _set_named(engine: Engine, arguments: argparse.Namespace) -> QuestionSet:
    from core.evaluate.questions.question_sets import QuestionSets  # noqa: PLC0415 - for this command only

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


def _fits(engine: Engine, collection_id: str, wanted: list[str]) -> dict[str, Fit]:
    """What was fitted and is used, by its name.

    Raises:
        InputError: one of these is not there.
    """
    from core.learn.fits import Tuning  # noqa: PLC0415 - for this command only

    found = Tuning(engine.settings.home).fits(collection_id) if wanted else {}
    for kind in wanted:
        if kind not in found:
            raise InputError(
                f"No fitted {kind} is used in this collection.",
                "Fit and use it first: the skip predictor on Evaluate, the others on Tune.",
            )
    return {f"fitted {kind}": found[kind] for kind in wanted}


def _plan(engine: Engine, question_set: QuestionSet, arguments: argparse.Namespace) -> Plan:
    from core.app.copying import cut_as  # noqa: PLC0415 - scipy
    from core.evaluate.configurations import (  # noqa: PLC0415 - the same
        Plan,
        chunking_words,
        depths,
        presets,
        variants,
    )
    from core.learn.measured import with_fits  # noqa: PLC0415 - the same

    known = {configuration.name: configuration for configuration in presets(arguments.top_k)}
    names = arguments.config or ["Dense", "Dense, reranked"]
    chosen: list[Configuration] = []
    for name in names:
        if name not in known:
            raise InputError(f"There is no configuration {name!r}.", f"Known: {'; '.join(known)}.")
        chosen.append(known[name])
    last = chosen[-1]
    chosen += depths(last, tuple(arguments.depth))
    cuts = {
        cut_as(engine, question_set.collection, cut): chunking_words(cut)
        for cut in arguments.chunking
    }
    chosen += variants(last, arguments.reranker, arguments.runtime, cuts)
    chosen += with_fits(last, _fits(engine, question_set.collection, arguments.fitted))
    return Plan(
        set_name=question_set.name,
        questions=question_set.questions[: arguments.limit],
        configurations=tuple(chosen),
        baseline=names[0],
        leave_out_unjudged=not question_set.known_item,
    )
