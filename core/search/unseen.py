"""What a search cannot see of a question: stop words, and words unknown to the models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.schema import Comparison, Note
from core.store.lexical import query_weights
from core.text.counting import counted
from core.text.unread import mostly_unread, shown, unread_words

_TokenSpans = Callable[[str], Sequence[tuple[int, int]]]


def only_stop_words(comparison: Comparison) -> tuple[Note, ...]:
    """Says that a search by words has nothing to look for."""
    if comparison.settings.first.kind in {"dense", "given"} or query_weights(comparison.query):
        return ()
    said = "Every word of the question is a stop word, so the search by words finds nothing."
    return (Note("no words", said),)


def unseen(comparison: Comparison, token_spans: _TokenSpans) -> tuple[Note, ...]:
    """Says what the models cannot read of the question and of the passages for the answer.

    A word that they cannot read may still stand in a passage, letter by letter: it says where.
    """
    query, notes = comparison.query, list[Note]()
    for word in unread_words(query, token_spans(query))[:1]:
        has = [r.rank for r in comparison.reranked if word.casefold() in r.chunk.passage.casefold()]
        where = (
            f"Word for word it is in the passage at rank {has[0]}"
            if has
            else ("No passage that was found has it: search by words, or both ways")
        )
        said = f"The models cannot read {shown(word)}: their scores do not count it. {where}."
        blind = mostly_unread(query, token_spans) and not has
        notes.append(Note("unread question" if blind else "unread word", said))
    top = comparison.reranked[: comparison.settings.top_n]
    blind_ones = sum(mostly_unread(item.chunk.text, token_spans) for item in top)
    if 2 * blind_ones > len(top):
        said = f"The models cannot read most words of {counted(blind_ones, 'passage')} of the top "
        notes.append(Note("unread passages", f"{said}{len(top)}: do not rely on the scores."))
    return tuple(notes)
