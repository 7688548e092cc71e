"""The same without a browser: ``python -m core index | search | answer | evaluate | ...``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.cli_admin import ADMIN, add_commands
from core.engine import Engine, open_engine
from core.errors import InputError, SecondLookError
from core.ingest.job import Job
from core.rank.comparison import what_happened
from core.schema import Chunking, Collection, Comparison, SearchSettings
from core.serialize import to_json
from core.settings import Settings, load_settings

POLL_SECONDS = 0.1


def _say(text: str) -> None:
    """Progress goes to the error stream, so that the output stays clean for pipes."""
    print(text, file=sys.stderr, flush=True)


def _collection(engine: Engine, name: str, *, make: bool = False) -> Collection:
    for collection in engine.collections():
        if collection.name == name or not name:
            return collection
    if make:
        return engine.library.create_collection(name, Chunking())
    raise InputError(f"There is no collection named {name!r}.", "Index something into it first.")


def _ended(job: Job) -> str:
    progress = job.progress
    if job.status in {"indexed", "known"}:
        word = "indexed" if job.status == "indexed" else "already here"
        return f"{word}: {job.name} ({progress.pages} pages, {progress.chunks} chunks)"
    return f"{job.status}: {job.name}, because {job.reason} {job.advice}".strip()


def _index(engine: Engine, arguments: argparse.Namespace) -> int:
    collection = _collection(engine, arguments.collection, make=True)
    files = [(path.name, _read(path)) for path in arguments.files]
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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}.", "Check the path.") from exc


def _compare(engine: Engine, arguments: argparse.Namespace) -> Comparison:
    collection = _collection(engine, arguments.collection)
    settings = SearchSettings(arguments.top_k, min(arguments.top_n, arguments.top_k))
    return engine.compare(collection.id, arguments.question, settings)


def _search(engine: Engine, arguments: argparse.Namespace) -> int:
    comparison = _compare(engine, arguments)
    if arguments.json:
        print(to_json(comparison, indent=2))
        return 0
    print(what_happened(comparison.reranked, comparison.settings.top_n))
    for item in comparison.reranked[: comparison.settings.top_n]:
        chunk = item.chunk
        move = f"was {item.rank + item.rank_delta}, {item.rank_delta:+d}"
        print(f"\n{item.rank}. logit {item.logit:+.2f}, relevance {item.relevance:.2f} ({move})")
        print(f"   {chunk.document_name}, page {chunk.first_page}  {chunk.heading}".rstrip())
        print("   " + " ".join(chunk.text.split()))
    return 0


def _answer(engine: Engine, arguments: argparse.Namespace) -> int:
    comparison = _compare(engine, arguments)
    if engine.settings.llm.configured and not arguments.quotes:
        stream = engine.stream_answer(comparison, "rerank")
        for piece in stream:
            _stream(piece, quiet=arguments.json)
        answer = stream.answer
    else:
        answer = engine.quote_answer(comparison, "rerank")
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


def _stream(piece: str, *, quiet: bool) -> None:
    if not quiet:
        print(piece, end="", flush=True)


def _evaluate(settings: Settings, arguments: argparse.Namespace) -> int:
    from core.evaluate.datasets import read_dataset  # noqa: PLC0415 - scipy, for this command only
    from core.evaluate.experiment import evaluate  # noqa: PLC0415 - the same
    from core.evaluate.report import report_table  # noqa: PLC0415 - the same
    from core.rank.cross_encoder import load_cross_encoder  # noqa: PLC0415 - torch
    from core.rank.encoder import load_encoder  # noqa: PLC0415 - torch
    from core.rank.models import cross_encoder_spec, encoder_spec  # noqa: PLC0415 - the same

    report = evaluate(
        read_dataset(arguments.folder),
        load_encoder(encoder_spec(settings.encoder), settings.threads),
        load_cross_encoder(cross_encoder_spec(settings.cross_encoder), settings.threads),
        arguments.top_k,
        _counted() if sys.stderr.isatty() else None,
        arguments.limit,
    )
    print(to_json(report, indent=2) if arguments.json else report_table(report))
    return 0


def _counted() -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        print(f"\r{done} of {total}", end="" if done < total else "\n", file=sys.stderr)

    return show


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
        command.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
        command.add_argument("--top-n", type=int, default=5, help="passages used (default 5)")
    commands.choices["answer"].add_argument(
        "--quotes", action="store_true", help="quote the passages, even if an LLM is configured"
    )
    evaluate = commands.add_parser("evaluate", help="measure reranking on a BEIR folder")
    evaluate.add_argument("folder", type=Path, metavar="BEIR_DIR")
    evaluate.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
    evaluate.add_argument("--limit", type=int, help="only the first so many questions")
    add_commands(commands)
    for name in ("search", "answer", "evaluate"):
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
        return _evaluate(settings, arguments)
    if arguments.command in ADMIN:
        return ADMIN[arguments.command](settings, arguments, _say)
    engine = open_engine(settings)
    try:
        commands = {"index": _index, "search": _search, "answer": _answer}
        return commands[arguments.command](engine, arguments)
    finally:
        engine.close()


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point: errors of ours become one line and exit code 1."""
    try:
        return run(parser().parse_args(argv))
    except SecondLookError as exc:
        _say(f"error: {exc}")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 130
