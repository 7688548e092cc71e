"""The commands that ask a question: ``search`` and ``answer``, and the settings they mean."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Sequence
from datetime import date
from typing import get_args

from core.answer.evidence import evidence_of
from core.answer.remarks import remarks, sentence_remark
from core.app.engine import Engine
from core.cli.given import Commands, Say, add_asking
from core.home.library import ids_named
from core.learn.fits import Tuning
from core.models.language import language_warning
from core.schema import Comparison, Document, Reranked, SearchSettings
from core.search.comparison import what_happened
from core.search_settings import Filters, FirstStageKind, FirstStageSettings, SecondStageSettings
from core.serialize import to_json
from core.text.counting import signed
from core.text.pages import page_words, source_words


def add_search_commands(commands: Commands) -> None:
    """Describe the commands of this module to the parser."""
    for name, ask, what in (
        ("search", run_search, "show the reranked list"),
        ("answer", run_answer, "answer with citations"),
    ):
        command = commands.add_parser(name, help=what)
        command.set_defaults(ask=ask)
        command.add_argument("question")
        add_search_options(command)
        command.add_argument("--json", action="store_true", help="print JSON")
    commands.choices["answer"].add_argument(
        "--quotes", action="store_true", help="quote the passages, even if an LLM is configured"
    )


def add_search_options(command: argparse.ArgumentParser) -> None:
    """Describe what a question can be asked with to the parser of one command."""
    add_asking(command)
    _add_first_stage(command.add_argument_group("first stage"))
    _add_filters(command.add_argument_group("filters"))
    add = command.add_argument_group("second stage").add_argument
    add("--no-rerank", action="store_true", help="keep the first stage's order")
    add("--blend", type=float, help="weight of the cross-encoder, 0 to 1 (default 1)")
    add("--no-learned", action="store_true", help="ignore what was learned on the Tune page")
    add("--cascade", type=int, default=0, help="read only the best N in full, after a quick pass")
    add("--budget-ms", type=int, default=0, help="stop reading after this many milliseconds")
    add("--windows", action="store_true", help="read long passages in parts")
    add("--skip-predictor", action="store_true", help="skip reranking where it would change little")


def _add_first_stage(group: argparse._ArgumentGroup) -> None:
    first, add = FirstStageSettings(), group.add_argument
    kinds = get_args(FirstStageKind)
    add("--first", choices=kinds, default=first.kind, help="the retriever")
    words = "how a hybrid search fuses both lists"
    add("--fusion", choices=("rrf", "weighted"), default=first.fusion, help=words)
    words = "weight of the bi-encoder with --fusion weighted, 0 to 1"
    add("--dense-weight", type=float, default=first.dense_weight, help=words)
    add("--collapse", action="store_true", help="keep only the best of near-duplicate passages")


def _add_filters(group: argparse._ArgumentGroup) -> None:
    day = date.fromisoformat
    add, words = group.add_argument, "only this document; repeatable"
    add("--document", action="append", default=[], metavar="NAME", help=words)
    add("--from-page", type=int, default=0, help="first page, counted from 1")
    add("--to-page", type=int, default=0, help="last page")
    add("--section", default="", help="only sections with this text in the heading")
    words = "only documents added on or after this day (UTC)"
    add("--added-from", type=day, metavar="YYYY-MM-DD", help=words)
    words = "only documents added on or before this day (UTC)"
    add("--added-to", type=day, metavar="YYYY-MM-DD", help=words)


def learned_wanted(arguments: argparse.Namespace) -> bool:
    """Whether learned weights may decide: not when a blend was asked for, or they were declined."""
    return arguments.blend is None and not arguments.no_learned


def options_of(settings: SearchSettings) -> str:
    """What to type for the first stage, the depth and the order of these settings.

    >>> options_of(SearchSettings(top_k=20, second=SecondStageSettings(blend=0.4)))
    '--top-k 20 --blend 0.4'
    """
    usual, second = SearchSettings(), settings.second
    options = {
        f"--first {settings.first.kind}": settings.first.kind != usual.first.kind,
        f"--top-k {settings.top_k}": settings.top_k != usual.top_k,
        f"--blend {second.blend:g}": second.blend != usual.second.blend,
        "--no-rerank": not second.enabled,
    }
    return " ".join(option for option, differs in options.items() if differs)


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
        document_ids=ids_named(arguments.document, documents),
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


def chosen_search(engine: Engine, arguments: argparse.Namespace) -> tuple[str, SearchSettings]:
    """The id of the collection that is asked, and the settings with what was learned for it."""
    collection = engine.library.collection_named(arguments.collection)
    settings = search_settings(arguments, engine.library.documents(collection.id))
    tuning = Tuning(engine.settings.home)
    settings = tuning.applied(settings, collection.id, weights=learned_wanted(arguments))
    return collection.id, settings


def _compare(engine: Engine, arguments: argparse.Namespace) -> tuple[Comparison, str]:
    """The comparison, and the id of its entry in the history."""
    collection_id, settings = chosen_search(engine, arguments)
    comparison = engine.searcher.compare(collection_id, arguments.question, settings)
    return comparison, engine.history.record(collection_id, comparison)


def _say_what_to_know(engine: Engine, comparison: Comparison, say: Say) -> None:
    """What the page says of a search: its notes, and whether the model knows the language."""
    top = [item.chunk for item in comparison.reranked[: comparison.settings.top_n]]
    spec = engine.model_manager.spec("cross_encoder")
    warning = language_warning(top, spec, comparison.query)
    for words in filter(None, [*(note.text for note in comparison.notes), warning]):
        say(words)


def _scores(item: Reranked) -> str:
    if item.logit is None or item.relevance is None:
        return "not read by the cross-encoder"
    return f"logit {signed(item.logit, 2)}, relevance {item.relevance:.2f}"


def run_search(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``search QUESTION``: the reranked list."""
    comparison, _ = _compare(engine, arguments)
    if arguments.json:
        print(to_json(comparison, indent=2))
        return 0
    _say_what_to_know(engine, comparison, say)
    print(what_happened(comparison.reranked, comparison.settings.top_n))
    for item in comparison.reranked[: comparison.settings.top_n]:
        chunk = item.chunk
        move = f"was {item.rank + item.rank_delta}, {signed(item.rank_delta, 0)}"
        print(f"\n{item.rank}. {_scores(item)} ({move})")
        print(f"   {source_words(chunk)}  {chunk.heading}".rstrip())
        print("   " + " ".join(chunk.text.split()))
    return 0


def run_answer(engine: Engine, arguments: argparse.Namespace, say: Say) -> int:
    """``answer QUESTION``: returns 1 when the language model was cut short."""
    comparison, entry = _compare(engine, arguments)
    if engine.settings.llm.configured and not arguments.quotes:
        stream = engine.stream_answer(comparison, "rerank")
        say(f"{engine.settings.llm.model} is writing the answer ...")
        deque(stream, maxlen=0)  # printed when it is whole: a thought may have no mark but its end
        answer = stream.answer
    else:
        answer = engine.quote_answer(comparison, "rerank")
        found = evidence_of(comparison, engine.models.wait()[1])
        if found.state == "weak":
            say(f"weak evidence, probably not an answer: {'; '.join(found.reasons)}")
    engine.history.record_answer(entry, "rerank", answer)
    if arguments.json:
        print(to_json(answer, indent=2))
        return 1 if answer.incomplete else 0
    print(answer.text)
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    for number, chunk_id in enumerate(answer.passages, start=1):
        pages = {c.page: c.where for c in answer.citations if c.number == number and c.verified}
        where = ", ".join(pages.values()) or page_words(chunks[chunk_id])
        print(f"[{number}] {chunks[chunk_id].document_name}, {where}")
    _say_what_to_know(engine, comparison, say)
    for sentence in answer.sentences:
        if not answer.abstained and (remark := sentence_remark(sentence, answer.mode)):
            say(f"{answer.text[sentence.span.start : sentence.span.end]} ({remark})")
    for words in remarks(answer):
        say(words)
    return 1 if answer.incomplete else 0
