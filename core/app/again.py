"""An old question asked again, of what the home folder holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.app.engine import Engine
from core.errors import NotFound
from core.history.records import Circumstances, GivenAnswer, circumstances
from core.history.replay import Effect, Replay, difference
from core.schema import Answer, Collection, Comparison


@dataclass(frozen=True, slots=True)
class Again:
    """The comparison of now, how it differs, and remarks on what was not checked."""

    comparison: Comparison
    replay: Replay
    remarks: tuple[str, ...] = ()


def ask_again(
    engine: Engine, old: Comparison, around: Circumstances, answers: Sequence[GivenAnswer] = ()
) -> Again:
    """Ask with the same settings and compare; quoted answers are made again too.

    Raises:
        NotFound: the collection does not exist any more.
        SecondLookError: the question cannot be asked now.
    """
    collection = _collection(engine, old, around)
    new = engine.searcher.compare(collection.id, old.query, old.settings)
    now = circumstances(engine.library, collection.id, new.corpus_version)
    found = difference(old, around, new, now)
    effects = tuple(effect for given in answers for effect in _answer(engine, new, given))
    return Again(new, replace(found, effects=(*found.effects, *effects)), _remarks(answers, around))


def _collection(engine: Engine, old: Comparison, around: Circumstances) -> Collection:
    """The collection of that id, or in another home folder the one of that name."""
    known = engine.collections()
    for collection in known:
        if collection.id == around.collection_id:
            return collection
    for collection in known:
        if collection.name == old.collection:
            return collection
    raise NotFound(
        f"There is no collection {old.collection!r} here.", "It was deleted, or was never here."
    )


def _answer(engine: Engine, new: Comparison, given: GivenAnswer) -> list[Effect]:
    if given.answer.mode != "quotes" or not new.reranked:
        return []
    answer = engine.quote_answer(new, given.stage)
    if answer.text == given.answer.text and _cited(answer) == _cited(given.answer):
        return []
    return [Effect("answer", "The quoted answer is another one.", 1)]


def _cited(answer: Answer) -> list[tuple[object, ...]]:
    return [(c.number, c.chunk_id, c.page, c.quote) for c in answer.citations]


def _remarks(answers: Sequence[GivenAnswer], around: Circumstances) -> tuple[str, ...]:
    remarks = []
    if any(given.answer.mode == "llm" for given in answers):
        remarks.append("The language model was not asked again.")
    if around.documents is None:
        remarks.append("Which documents were searched then was not written down.")
    return tuple(remarks)
