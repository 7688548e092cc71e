"""``advise``: which search is best on the documents of a collection, as Compare says it."""

from __future__ import annotations

import argparse

from core.app.engine import Engine
from core.cli.given import Commands, Say, show
from core.cli.search import options_of
from core.evaluate.advising import gain_words
from core.serialize import to_json


def add_advise(commands: Commands) -> None:
    """Describe the command to the parser."""
    what = "say which search is best on a collection, on questions made from its documents"
    command = commands.add_parser("advise", help=what)
    command.add_argument("--collection", default="", help="name of the collection")
    command.add_argument("--again", action="store_true", help="measure even if it is known")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(ask=run_advise)


def run_advise(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``advise``: measured first if it is not known; what was asked then is not asked again."""
    collection = engine.library.collection_named(arguments.collection)
    engine.models.wait()
    known = None if arguments.again else engine.advisor.advice(collection.id)
    advice = known or engine.advisor.measure(collection.id, show)
    if arguments.json:
        print(to_json(advice, indent=2))
        return 0
    print(advice.words)
    for difference in advice.compared:
        print(f"- {difference.other}: {gain_words(difference)}")
    if advice.settings is not None:
        say(f"Use it: python -m core search QUESTION {options_of(advice.settings)}")
    return 0
