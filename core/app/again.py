"""An old question asked again, of what the home folder holds now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.app.searcher import Searcher
from core.errors import NotFound
from core.history.records import GivenAnswer, Provenance, provenance
from core.history.replay import Change, Replay, replay_of
from core.home.library import Library
from core.schema import Answer, Collection, Comparison, Stage
from core.search.quotes import QUOTE_DEPTH

QuoteAnswer = Callable[[Comparison, Stage], Answer]
"""``Engine.quote_answer``."""


@dataclass(frozen=True, slots=True)
class Again:
    """The comparison of now, how it differs, and remarks on what was not checked."""

    comparison: Comparison
    replay: Replay
    remarks: tuple[str, ...] = ()


def ask_again(
    searcher: Searcher,
    library: Library,
    quote: QuoteAnswer,
    old: Comparison,
    old_from: Provenance,
    answers: Sequence[GivenAnswer] = (),
) -> Again:
    """Ask with the same settings and compare; quoted answers are made again too.

    Raises:
        NotFound: the collection does not exist any more.
        SecondLookError: the question cannot be asked now.
    """
    collection = _collection(library, old, old_from)
    new = searcher.compare(collection.id, old.query, old.settings, QUOTE_DEPTH)
    new_from = provenance(library, collection.id, new.corpus_version)
    lists = replay_of(old, old_from, new, new_from)
    quotes = tuple(change for given in answers for change in _answer(quote, new, given))
    replayed = replace(lists, changes=(*lists.changes, *quotes))
    return Again(new, replayed, _remarks(answers, old_from))


def _collection(library: Library, old: Comparison, old_from: Provenance) -> Collection:
    """The collection of that id, or in another home folder the one of that name."""
    collections = library.collections()
    same = [c for c in collections if c.id == old_from.collection_id]
    same += [c for c in collections if c.name == old.collection]
    if not same:
        raise NotFound(
            f"There is no collection {old.collection!r} here.", "It was deleted, or was never here."
        )
    return same[0]


def _answer(quote: QuoteAnswer, new: Comparison, given: GivenAnswer) -> list[Change]:
    if given.answer.mode != "quotes" or not new.reranked:
        return []
    answer = quote(new, given.stage)
    if answer.text == given.answer.text and _cited(answer) == _cited(given.answer):
        return []
    return [Change("answer", "The quoted answer is different.", 1)]


def _cited(answer: Answer) -> list[tuple[object, ...]]:
    return [(c.number, c.chunk_id, c.page, c.quote) for c in answer.citations]


def _remarks(answers: Sequence[GivenAnswer], old_from: Provenance) -> tuple[str, ...]:
    remarks = []
    if any(given.answer.mode == "llm" for given in answers):
        remarks.append("The language model was not asked again.")
    if old_from.documents is None:
        remarks.append("The documents searched at that time were not recorded.")
    return tuple(remarks)
