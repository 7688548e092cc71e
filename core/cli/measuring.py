"""What ``evaluate`` measures: a BEIR folder, or a question set of the home folder."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.given import POLL_SECONDS, Say
from core.errors import InputError
from core.settings import Settings
from core.text.counting import counted

if TYPE_CHECKING:
    from core.app.engine import Engine
    from core.evaluate.configurations import Configuration, Plan
    from core.evaluate.outcome import Outcome
    from core.evaluate.questions.question_sets import QuestionSet
    from core.evaluate.regressions import Since
    from core.learn.fits import Fit

FIRST_STAGES = ("Dense", "BM25", "Hybrid")


def measure_folder(settings: Settings, arguments: argparse.Namespace) -> Outcome:
    """Measure a BEIR folder, without a home folder.

    Raises:
        InputError: the folder or a run cannot be read, or there is nothing to measure.
    """
    from core.evaluate.configurations import presets  # noqa: PLC0415 - for this command only
    from core.evaluate.dataset_client import (  # noqa: PLC0415 - the same
        dataset_client,
        dataset_plan,
        evaluate_dataset,
        foreign_configurations,
        read_run,
    )
    from core.evaluate.datasets import read_dataset  # noqa: PLC0415 - the same
    from core.models.registry import spec_of  # noqa: PLC0415 - the same
    from core.models.torch_models import load_cross_encoder, load_encoder  # noqa: PLC0415 - torch

    dataset = read_dataset(arguments.folder)
    runs = {path.stem: read_run(path, dataset) for path in arguments.runs}
    ours = presets(arguments.top_k)
    foreign = foreign_configurations(ours[1], list(runs))
    usual = [n for name in FIRST_STAGES for n in (name, f"{name}, reranked")]
    default = [*usual, *(configuration.name for configuration in foreign)]
    chosen = _chosen(arguments, (*ours, *foreign), default)
    plan = dataset_plan(dataset, chosen, arguments.limit)
    encoder = load_encoder(spec_of("encoder", settings.encoder), settings.threads)
    reader = load_cross_encoder(spec_of("cross_encoder", settings.cross_encoder), settings.threads)
    with dataset_client(dataset, encoder, reader, runs, _show) as client:
        return evaluate_dataset(client, plan, lambda e: _show(e.done + 1, e.total))


def measure_set(
    settings: Settings,
    arguments: argparse.Namespace,
    say: Say,
    open_engine: Callable[[Settings], Engine],
) -> tuple[Outcome, Since | None]:
    """Measure a question set of the home folder; also what changed since the time before."""
    engine = open_engine(settings)
    try:
        question_set = _set_named(engine, arguments)
        plan = _set_plan(engine, question_set, arguments)
        started = engine.evaluations.start(question_set.collection, plan)
        while not (evaluation := engine.evaluations.get(started.id)).finished:
            _show(evaluation.done, evaluation.total)
            time.sleep(POLL_SECONDS)
        if evaluation.status != "done":
            raise InputError(evaluation.reason)
        say(f"{counted(evaluation.total, 'search')} in {evaluation.seconds:.1f} s")
        return engine.evaluations.outcome(started.id), engine.evaluations.since(started.id)
    finally:
        engine.close()


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total}" + ("" if done < total else "\n"))


def _chosen(
    arguments: argparse.Namespace, known: tuple[Configuration, ...], default: list[str]
) -> list[Configuration]:
    """The named configurations, and the last of them at other depths."""
    from core.evaluate.configurations import depths  # noqa: PLC0415 - for this command only

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
    from core.learn.fits import Tuning  # noqa: PLC0415 - for this command only

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
    from core.app.copying import cut_as  # noqa: PLC0415 - scipy
    from core.evaluate.configurations import (  # noqa: PLC0415 - the same
        Plan,
        chunking_words,
        presets,
        variants,
    )
    from core.learn.fits import with_fits  # noqa: PLC0415 - the same

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
