"""Options of ``search`` and ``answer``, and the settings that they mean."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date

from core.errors import NotFound
from core.schema import Document, SearchSettings
from core.search_settings import Filters, FirstStageSettings, SecondStageSettings


def add_search_options(command: argparse.ArgumentParser) -> None:
    """Describe what a question can be asked with to the parser of one command."""
    first = FirstStageSettings()
    command.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
    command.add_argument("--top-n", type=int, default=5, help="passages used (default 5)")
    add = command.add_argument_group("first stage").add_argument
    add("--first", choices=("dense", "bm25", "hybrid"), default=first.kind, help="who searches")
    add("--fusion", choices=("rrf", "weighted"), default=first.fusion, help="of a hybrid search")
    add("--dense-weight", type=float, default=first.dense_weight, help="0 to 1, when weighted")
    add("--collapse", action="store_true", help="of nearly equal passages only the best counts")
    add = command.add_argument_group("search only in").add_argument
    add("--document", action="append", default=[], metavar="NAME", help="may be given repeatedly")
    add("--from-page", type=int, default=0, help="pages count from 1")
    add("--to-page", type=int, default=0, help="including this one")
    add("--section", default="", help="part of its heading")
    add("--added-from", type=date.fromisoformat, metavar="YYYY-MM-DD", help="a day in UTC")
    add("--added-to", type=date.fromisoformat, metavar="YYYY-MM-DD", help="including this day")
    add = command.add_argument_group("second stage").add_argument
    add("--no-rerank", action="store_true", help="keep the first stage's order")
    add("--blend", type=float, help="weight of the cross-encoder, 0 to 1 (default 1)")
    add("--no-learned", action="store_true", help="leave out what was learned on the Tune page")
    add("--cascade", type=int, default=0, help="the full model reads so many after a cheap pass")
    add("--budget-ms", type=int, default=0, help="begin no reading after so many milliseconds")
    add("--windows", action="store_true", help="read long passages in parts")
    add(
        "--skip-predictor",
        action="store_true",
        help="leave the cross-encoder out where it hardly matters",
    )


def learned_wanted(arguments: argparse.Namespace) -> bool:
    """Whether learned weights may decide: not when a blend was asked for, or they were declined."""
    return arguments.blend is None and not arguments.no_learned


def search_settings(
    arguments: argparse.Namespace, documents: Sequence[Document] = ()
) -> SearchSettings:
    """The settings that these arguments mean; a top n above top k is taken down to it.

    Args:
        arguments: parsed.
        documents: those of the collection, among which ``--document`` names some.

    Raises:
        InputError: a number is out of range.
        NotFound: there is no document of that name.
    """
    return SearchSettings(
        top_k=arguments.top_k,
        top_n=min(arguments.top_n, arguments.top_k),
        document_ids=_ids(arguments.document, documents),
        first=FirstStageSettings(
            arguments.first, arguments.fusion, arguments.dense_weight, arguments.collapse
        ),
        filters=Filters(
            first_page=arguments.from_page,
            last_page=arguments.to_page,
            heading=arguments.section,
            added_from=arguments.added_from,
            added_to=arguments.added_to,
        ),
        second=SecondStageSettings(
            enabled=not arguments.no_rerank,
            blend=SecondStageSettings().blend if arguments.blend is None else arguments.blend,
            cascade=arguments.cascade,
            budget_ms=arguments.budget_ms,
            windows=arguments.windows,
            skip_predictor=arguments.skip_predictor,
        ),
    )


def _ids(names: Sequence[str], documents: Sequence[Document]) -> tuple[str, ...]:
    known = {document.name: document.id for document in documents}
    for name in names:
        if name not in known:
            raise NotFound(
                f"There is no document named {name!r} in this collection.",
                f"It has: {', '.join(sorted(known)) or 'none'}.",
            )
    return tuple(sorted({known[name] for name in names}))
