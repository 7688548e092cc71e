"""The commands for the auditor: ``receipt`` writes one, ``replay`` checks one."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.app.again import ask_again
from core.app.engine import Engine
from core.cli.given import Commands, Say, add_asking, read_file, write_file
from core.history.receipt import make_receipt, read_receipt, receipt_json
from core.history.receipt_page import page_pictures, receipt_html
from core.history.records import GivenAnswer
from core.schema import SearchSettings
from core.search.quotes import QUOTE_DEPTH


def add_receipt_commands(commands: Commands) -> None:
    """Describe the commands of this module to the parser."""
    receipt = commands.add_parser("receipt", help="write the receipt of a question: HTML and JSON")
    receipt.add_argument("question")
    receipt.add_argument("target", type=Path, metavar="RECEIPT.html")
    add_asking(receipt)
    receipt.set_defaults(ask=run_receipt)
    replay = commands.add_parser(
        "replay",
        help="ask the question of a receipt again and compare: exit 0 if equal, else what changed",
    )
    replay.add_argument("receipt", type=Path, metavar="RECEIPT.json")
    replay.set_defaults(ask=run_replay)


def run_receipt(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``receipt QUESTION FILE.html``: the record goes beside it as ``FILE.json``."""
    collection_id = engine.library.collection_named(arguments.collection).id
    search = SearchSettings(arguments.top_k, min(arguments.top_n, arguments.top_k))
    comparison = engine.searcher.compare(collection_id, arguments.question, search, QUOTE_DEPTH)
    answers = (GivenAnswer("rerank", engine.quote_answer(comparison, "rerank")),)
    receipt = make_receipt(engine.library, collection_id, comparison, answers)
    page = receipt_html(receipt, page_pictures(engine.pages, receipt))
    record = arguments.target.with_suffix(".json")
    write_file(arguments.target, page.encode())
    write_file(record, receipt_json(receipt))
    say(f"written: {arguments.target} and {record}")
    return 0


def run_replay(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``replay FILE.json``: 0 when both lists and the quoted answer come out the same."""
    receipt = read_receipt(read_file(arguments.receipt))
    parts = engine.searcher, engine.library, engine.quote_answer
    again = ask_again(*parts, receipt.comparison, receipt.provenance, receipt.answers)
    replay = again.replay
    print("equal" if replay.equal else "not equal")
    for change in replay.changes:
        print(f"- {change.text}")
    for reason in replay.reasons:
        print(f"{'because' if replay.changes else 'although'}: {reason.text}")
    for remark in again.remarks:
        say(remark)
    return 0 if replay.equal else 1
