"""The same without a browser: ``python -m core index | search | answer | evaluate | ...``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.app.engine import Engine, open_engine
from core.cli.admin import ADMIN, add_commands
from core.cli.evaluate import add_evaluate, run_evaluate
from core.cli.given import collection_named, read_file
from core.cli.metrics import METRICS, add_metrics
from core.cli.search import add_search_options, learned_wanted, search_settings
from core.cli.trace import TRACE, add_trace_commands
from core.errors import NotFound, SecondLookError
from core.ingest.jobs.queue import Job
from core.learn.fits import Tuning
from core.schema import Chunking, Collection, Comparison, Reranked
from core.search.comparison import what_happened
from core.serialize import to_json
from core.settings import load_settings
from core.text.counting import counted, signed

POLL_SECONDS = 0.1


def _say(text: str) -> None:
    """Progress goes to the error stream, so that the output stays clean for pipes."""
    print(text, file=sys.stderr, flush=True)


def _collection_made(engine: Engine, name: str) -> Collection:
    """The collection of this name, made when there is none."""
    try:
        return collection_named(engine, name)
    except NotFound:
        return engine.library.create_collection(name, Chunking())


def _ended(job: Job) -> str:
    progress = job.progress
    if job.status in {"indexed", "known"}:
        word = "indexed" if job.status == "indexed" else "already here"
        size = f"{counted(progress.pages, 'page')}, {counted(progress.chunks, 'chunk')}"
        return f"{word}: {job.name} ({size})"
    return f"{job.status}: {job.name}, because {job.reason} {job.advice}".strip()


def _index(engine: Engine, arguments: argparse.Namespace) -> int:
    collection = _collection_made(engine, arguments.collection)
    files = [(path.name, read_file(path)) for path in arguments.files]
    waiting = {job.id for job in engine.jobs.add(collection.id, files)}
    failed = 0
    while waiting:
        for job in engine.jobs.snapshot(collection.id):
            if job.id in waiting and job.finished:
                waiting.remove(job.id)
                failed += job.status not in {"indexed", "known"}
                _say(_ended(job))
        time.sleep(POLL_SECONDS)
    return 1 if failed else 0


def _compare(engine: Engine, arguments: argparse.Namespace) -> tuple[Comparison, str]:
    """The comparison, and the id of its entry in the history."""
    collection = collection_named(engine, arguments.collection)
    settings = search_settings(arguments, engine.documents(collection.id))
    tuning = Tuning(engine.settings.home)
    settings = tuning.applied(settings, collection.id, weights=learned_wanted(arguments))
    comparison = engine.searcher.compare(collection.id, arguments.question, settings)
    return comparison, engine.history.record(collection.id, comparison)


def _scores(item: Reranked) -> str:
    if item.logit is None or item.relevance is None:
        return "not read by the cross-encoder"
    return f"logit {signed(item.logit, 2)}, relevance {item.relevance:.2f}"


def _search(engine: Engine, arguments: argparse.Namespace) -> int:
    comparison, _ = _compare(engine, arguments)
    if arguments.json:
        print(to_json(comparison, indent=2))
        return 0
    for note in comparison.notes:
        _say(note.text)
    print(what_happened(comparison.reranked, comparison.settings.top_n))
    for item in comparison.reranked[: comparison.settings.top_n]:
        chunk = item.chunk
        move = f"was {item.rank + item.rank_delta}, {signed(item.rank_delta, 0)}"
        print(f"\n{item.rank}. {_scores(item)} ({move})")
        print(f"   {chunk.document_name}, page {chunk.first_page}  {chunk.heading}".rstrip())
        print("   " + " ".join(chunk.text.split()))
    return 0


def _answer(engine: Engine, arguments: argparse.Namespace) -> int:
    comparison, entry = _compare(engine, arguments)
    if engine.settings.llm.configured and not arguments.quotes:
        stream = engine.stream_answer(comparison, "rerank")
        for piece in stream:
            _stream(piece, json=arguments.json)
        answer = stream.answer
    else:
        answer = engine.quote_answer(comparison, "rerank")
    engine.history.record_answer(entry, "rerank", answer)
    if arguments.json:
        print(to_json(answer, indent=2))
        return 1 if answer.incomplete else 0
    print(answer.text if answer.mode == "quotes" else "")
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    for number, chunk_id in enumerate(answer.passages, start=1):
        print(f"[{number}] {chunks[chunk_id].document_name}, page {chunks[chunk_id].first_page}")
    if answer.incomplete:
        _say(f"incomplete: {answer.incomplete}")
    return 1 if answer.incomplete else 0


def _stream(piece: str, *, json: bool) -> None:
    if not json:
        print(piece, end="", flush=True)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser("python -m core", description=__doc__)
    root.add_argument("--home", type=Path, help="the home folder (default: SECOND_LOOK_HOME)")
    commands = root.add_subparsers(dest="command", required=True)
    index = commands.add_parser("index", help="add PDFs to a collection")
    index.add_argument("files", nargs="+", type=Path, metavar="FILE.pdf")
    for name, what in (("search", "show the reranked list"), ("answer", "answer with citations")):
        command = commands.add_parser(name, help=what)
        command.add_argument("question")
        add_search_options(command)
    commands.choices["answer"].add_argument(
        "--quotes", action="store_true", help="quote the passages, even if an LLM is configured"
    )
    add_evaluate(commands)
    add_commands(commands)
    add_trace_commands(commands)
    add_metrics(commands)
    for name in ("search", "answer"):
        commands.choices[name].add_argument("--json", action="store_true", help="print JSON")
    for name in ("index", "search", "answer"):
        commands.choices[name].add_argument("--collection", default="", help="by name")
    return root


def run(arguments: argparse.Namespace) -> int:
    """Run one command; returns the exit code.

    Raises:
        SecondLookError: it could not be done.
    """
    settings = load_settings()
    if arguments.home is not None:
        settings = replace(settings, home=arguments.home)
    if arguments.command == "evaluate":
        return run_evaluate(settings, arguments, _say, open_engine)
    others = ADMIN | METRICS | TRACE
    if arguments.command in others:
        return others[arguments.command](settings, arguments, _say)
    engine = open_engine(settings)
    try:
        commands = {"index": _index, "search": _search, "answer": _answer}
        return commands[arguments.command](engine, arguments)
    finally:
        engine.close()


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
