"""Options of ``search`` and ``answer``, and the settings that they mean."""

from __future__ import annotations

import argparse

from core.schema import SearchSettings
from core.search_settings import FirstStageSettings, SecondStageSettings


def add_search_options(command: argparse.ArgumentParser) -> None:
    """Describe what a question can be asked with to the parser of one command."""
    first, second = FirstStageSettings(), SecondStageSettings()
    command.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
    command.add_argument("--top-n", type=int, default=5, help="passages used (default 5)")
    add = command.add_argument_group("first stage").add_argument
    add("--first", choices=("dense", "bm25", "hybrid"), default=first.kind, help="who searches")
    add("--fusion", choices=("rrf", "weighted"), default=first.fusion, help="of a hybrid search")
    add("--dense-weight", type=float, default=first.dense_weight, help="0 to 1, when weighted")
    add = command.add_argument_group("second stage").add_argument
    add("--no-rerank", action="store_true", help="keep the first stage's order")
    add("--blend", type=float, default=second.blend, help="weight of the cross-encoder, 0 to 1")
    add("--cascade", type=int, default=0, help="the full model reads so many after a cheap pass")
    add("--budget-ms", type=int, default=0, help="begin no reading after so many milliseconds")
    add("--windows", action="store_true", help="read long passages in parts")
    add("--gate", action="store_true", help="leave the cross-encoder out where it hardly matters")


def search_settings(arguments: argparse.Namespace) -> SearchSettings:
    """The settings that these arguments mean; a top n above top k is taken down to it.

    Raises:
        InputError: a number is out of range.
    """
    return SearchSettings(
        top_k=arguments.top_k,
        top_n=min(arguments.top_n, arguments.top_k),
        first=FirstStageSettings(arguments.first, arguments.fusion, arguments.dense_weight),
        second=SecondStageSettings(
            enabled=not arguments.no_rerank,
            blend=arguments.blend,
            cascade=arguments.cascade,
            budget_ms=arguments.budget_ms,
            windows=arguments.windows,
            gate=arguments.gate,
        ),
    )
