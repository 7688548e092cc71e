"""Questions made of words that are then taken out of the passages which they ask for.

A sentence stands in for a question and leaves its passage, which has to be found by the rest (the
inverse cloze task: Lee, Chang and Toutanova 2019, "Latent Retrieval for Weakly Supervised Open
Domain Question Answering", ACL). A heading leaves every passage of its section. So nothing is found
because it holds the question itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.evaluate.questions.self_made import draw_chunks, rarities
from core.evaluate.questions.wording import (
    heading_title,
    is_key,
    keywords,
    words,
)
from core.schema import Chunk
from core.text.sentences import sentence_spans
from core.text.spans import Place, place_of

Form = Literal["heading", "sentence", "keywords"]
FORMS: tuple[Form, ...] = ("heading", "sentence", "keywords")
FEWEST_WORDS_LEFT = 20
"""A passage of which less is left could not be found by anybody."""
LARGEST_SECTION = 10


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Question -> ids of the chunks that are right; chunk id -> what is ``left`` of each chunk.

    No chunk belongs to two questions.
    """

    questions: dict[str, tuple[str, ...]]
    left: dict[str, Chunk]


def take_out(
    chunks: Sequence[Chunk], wanted: int, seed: int = 0, forms: Sequence[Form] = FORMS
) -> TakenOut:
    """Up to ``wanted`` questions, the documents and the forms taking turns.

    Args:
        chunks: of all documents to ask about, in any order.
        wanted: how many; fewer come where the documents do not give more.
        seed: another one makes another choice.
        forms: how questions are made; a passage that does not fit one is asked about in another.
    """
    maker = _Maker(chunks)
    questions, left = dict[str, tuple[str, ...]](), dict(maker.chunks)
    used = set[str]()
    for chunk in draw_chunks(chunks, len(chunks), seed):
        turn = len(questions) % len(forms)
        for form in (*forms[turn:], *forms[:turn]):
            if len(questions) == wanted or chunk.id in used:
                break
            for question, right, shorter in maker.made(form, chunk):
                ids = {c.id for c in shorter}
                short = any(len(words(c.text)) < FEWEST_WORDS_LEFT for c in shorter)
                if not short and not ids & used and question not in questions:
                    questions[question] = tuple(c.id for c in right)
                    left |= {c.id: c for c in shorter}
                    used |= ids
                    break
    return TakenOut(questions, left)


class _Maker:
    """Makes questions about a chunk, each with what is left of the passages it concerns."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = {chunk.id: chunk for chunk in chunks}
        self._rarity = rarities(chunks)
        self._texts = {chunk.id: " ".join(chunk.text.split()) for chunk in chunks}
        self._documents, self._sections = defaultdict[str, list[Chunk]](list), _sections(chunks)
        for chunk in chunks:
            self._documents[chunk.document_id].append(chunk)

    def made(self, form: Form, chunk: Chunk) -> Iterator[tuple[str, list[Chunk], list[Chunk]]]:
        """Every question of a form, the chunks that are right, and what is left of whom."""
        if form == "heading":
            title = heading_title(chunk.heading)
            section = self._sections[title.lower()]
            if 2 <= len(words(title)) <= 9 and len(section) <= LARGEST_SECTION:
                yield title, section, [_without_heading(c) for c in section]
            return
        for span in sentence_spans(chunk.text):
            sentence = " ".join(chunk.text[span.start : span.end].split())
            place = Place(chunk.document_id, chunk.start + span.start, chunk.start + span.end)
            if not is_key(sentence):
                continue
            text = sentence if form == "sentence" else keywords(sentence, self._rarity)
            # neighbours overlap; where another passage says the same, it answers as well
            near = [c for c in self._documents[chunk.document_id] if place_of(c).shared(place)]
            elsewhere = self._texts.keys() - {c.id for c in near}
            if text and not any(sentence in self._texts[id_] for id_ in elsewhere):
                yield text, [chunk], [_without(c, place) for c in near]


def _sections(chunks: Sequence[Chunk]) -> defaultdict[str, list[Chunk]]:
    """Title in lower case -> all passages under it; the same title elsewhere is as right."""
    sections = defaultdict[str, list[Chunk]](list)
    for chunk in chunks:
        sections[heading_title(chunk.heading).lower()].append(chunk)
    return sections


def _without_heading(chunk: Chunk) -> Chunk:
    spaced = r"\s+".join(map(re.escape, chunk.heading.split()))
    return replace(chunk, heading="", text=re.sub(rf"\A\s*{spaced}\s*", "", chunk.text))


def _without(chunk: Chunk, place: Place) -> Chunk:
    start, end = max(0, place.start - chunk.start), place.end - chunk.start
    return replace(chunk, text=chunk.text[:start] + chunk.text[end:])
