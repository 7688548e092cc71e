"""The class from its first call, and plain code that does the same, each in a fresh process.

    python -m benchmarks.first_calls ours|plain PASSAGES.json QUESTION [--int8 FOLDER]

Indexes the passages, asks the question about all of them, and reports what each step took.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measuring import report, spent

OPEN, FIRST = "class: load models, index 50 passages", "class: first search of 50 passages"
Search = Callable[[str], object]


def ours(passages: Sequence[str]) -> Search:
    """The lines of the README."""
    from core import TwoStageRetriever  # noqa: PLC0415 - its import is measured

    retriever = TwoStageRetriever()
    retriever.index(passages)
    return lambda question: retriever.search(question, top_k=len(passages), top_n=5)


def plain(passages: Sequence[str], int8: Path | None) -> Search:
    """The same by hand."""
    from benchmarks.plain import chosen, nearest, reranked  # noqa: PLC0415 - its import is measured

    models = chosen(int8)
    vectors = models.encode(passages)

    def search(question: str) -> object:
        found = nearest(question, vectors, models, len(passages))
        return reranked(question, [passages[i] for i in found], models)[:5]

    return search


def main() -> None:
    """Index, search, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_calls")
    parser.add_argument("side", choices=["ours", "plain"])
    parser.add_argument("passages", type=Path)
    parser.add_argument("question")
    parser.add_argument("--int8", type=Path)
    given = parser.parse_args()
    passages = json.loads(given.passages.read_text(encoding="utf-8"))
    made: list[Search] = []

    def index() -> None:
        made.append(ours(passages) if given.side == "ours" else plain(passages, given.int8))

    report({OPEN: spent(index), FIRST: spent(lambda: made[0](given.question))})


if __name__ == "__main__":
    main()
