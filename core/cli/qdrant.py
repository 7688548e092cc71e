"""``import-qdrant``: a collection of a Qdrant server as a file with another engine's results."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from core.app.engine import Engine
from core.app.qdrant_import import MOST_POINTS, ImportPlan, encoder_named, import_file
from core.cli.given import Commands, Say, read_file
from core.cli.home import add_files
from core.errors import InputError
from core.evaluate.questions.exchange import read_questions
from core.models.remote.server import meant_for
from core.settings import Settings
from core.store.qdrant_source import QdrantSource
from core.text.hosts import host_of


def add_import_qdrant(commands: Commands) -> None:
    """Describe the command to the parser."""
    what = "add what a Qdrant collection holds, and what it finds for questions; reads only"
    command = commands.add_parser("import-qdrant", help=what)
    add = command.add_argument
    add("url", metavar="URL", help="the server, as http://localhost:6333")
    add("source", metavar="COLLECTION", help="the collection on that server, or an alias")
    add("--text", required=True, metavar="PATH", help="where the text is, as metadata.text")
    add("--title", default="", metavar="PATH", help="where the title is")
    add("--questions", type=Path, metavar="FILE", help="ask these with its own vectors")
    add("--encoder", default="", help="the model that made these vectors, as on the Models page")
    add("--using", default="", metavar="VECTOR", help="the name of these vectors")
    words = "so many points at most (default %(default)s)"
    add("--limit", type=int, default=MOST_POINTS, metavar="N", help=words)
    words = "the environment variable with the API key (default: QDRANT_API_KEY for QDRANT_URL)"
    add("--key-variable", default="", metavar="NAME", help=words)
    add("--collection", default="", help="name of the collection here")
    command.set_defaults(ask=run_import_qdrant)


def run_import_qdrant(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``import-qdrant URL COLLECTION``: returns 1 when the file could not be indexed."""
    file, questions = arguments.questions, list[str]()
    if file is not None:
        questions = [q.text for q in read_questions(file.name, read_file(file)).questions]
    plan = ImportPlan(
        arguments.source,
        arguments.text,
        arguments.title,
        questions,
        arguments.using,
        arguments.limit,
    )
    encoder = encoder_named(engine, arguments.encoder) if questions and arguments.encoder else None
    key = _key(engine.settings, arguments.url, arguments.key_variable)
    with closing(QdrantSource(arguments.url, key, engine.ledger.record)) as source:
        made = import_file(source, plan, engine.settings.limits, encoder)
    say(made.words)
    files = [(made.name, made.data)]
    return add_files(engine, arguments.collection, files, say, replacing=True)


def _key(settings: Settings, url: str, variable: str) -> str:
    """The key of that variable, or our own one for our own server; no other host gets either."""
    host = host_of(url)
    if not variable:
        return settings.qdrant_api_key if host == host_of(settings.qdrant_url) else ""
    owner = meant_for(variable, os.environ)
    if owner and owner != host:
        raise InputError(
            f"The key in {variable} was set for {owner}; it is not sent to {host}.",
            "Put the key for this server in a variable of its own.",
        )
    return os.environ.get(variable, "").strip()
