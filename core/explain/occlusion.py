"""Why a passage stands where it stands: leave one sentence out and ask the model again.

Occlusion (Zeiler and Fergus 2014; Li, Monroe, Jurafsky 2016, "Understanding Neural Networks
through Representation Erasure"): what a part is worth is how far the score falls without it.
The falls are differences of real scores. They are not made to add up to the score, because they
do not: two sentences that say the same are each worth little alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.explain.window import characters_read
from core.ports import CrossEncoder, Encoder
from core.schema import Chunk, ModelInfo, Span
from core.text.sentences import sentence_spans, without
from core.text.words import WORD, question_words, stem

MOST_WORDS = 40
"""So many words of a question are left out, one at a time; a longer one is an essay."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a text, and the logit of the pair without it.

    ``logit`` is None where nothing would be left to read. ``fall`` = the logit with it - the
    logit without it, in logits: positive when the part speaks for the passage.
    """

    span: Span
    logit: float | None
    fall: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A pair of query and passage, taken apart; every figure can be computed again from it.

    ``text`` is the passage as the model reads it (heading first) and ``read`` how many characters
    of it fit the window. ``sentences`` are spans of ``text[:read]``, ``words`` of ``query``.
    ``logit`` is that of ``(query, text[:read])``. ``cosine`` is the bi-encoder's for the whole
    passage, ``cosines`` those of each sentence alone. ``shared`` and ``missing`` are the words of
    the query that the text has (in some form) and has not. ``pairs`` were scored in ``ms``.
    """

    chunk_id: str
    query: str
    text: str
    read: int
    logit: float
    sentences: tuple[LeftOut, ...]
    words: tuple[LeftOut, ...]
    cosine: float
    cosines: tuple[float, ...]
    shared: tuple[str, ...]
    missing: tuple[str, ...]
    pairs: int
    ms: float
    models: tuple[ModelInfo, ModelInfo]

    @property
    def strongest(self) -> LeftOut | None:
        """The sentence with the greatest fall, the first of equals; None when none falls."""
        falling = [part for part in self.sentences if part.fall is not None and part.fall > 0]
        return max(falling, key=lambda part: part.fall or 0.0, default=None)

    def sentence(self, part: LeftOut) -> str:
        """The text of one of ``sentences``."""
        return self.text[part.span.start : part.span.end]

    def word(self, part: LeftOut) -> str:
        """The text of one of ``words``."""
        return self.query[part.span.start : part.span.end]


def _parts(spans: Sequence[Span], logits: Sequence[float], whole: float) -> tuple[LeftOut, ...]:
    if not logits:
        return tuple(LeftOut(span, None, None) for span in spans)
    return tuple(
        LeftOut(span, logit, whole - logit) for span, logit in zip(spans, logits, strict=True)
    )


def leave_out_sentences(
    query: str, text: str, model: CrossEncoder
) -> tuple[float, tuple[LeftOut, ...]]:
    """The logit of a pair, and what it is without each sentence in turn.

    Args:
        query: the question.
        text: the part of the passage that is read.
        model: the cross-encoder; it scores one pair more than there are sentences.

    Returns:
        The logit with everything, and one part for each sentence. A text of one sentence has
        nothing left without it, so its part has no logit.

    """
    spans = sentence_spans(text)
    rests = [without(text, span) for span in spans] if len(spans) > 1 else []
    logits = [float(logit) for logit in model.score(query, [text, *rests])]
    return logits[0], _parts(spans, logits[1:], logits[0])


def leave_out_words(
    query: str, text: str, whole: float, model: CrossEncoder
) -> tuple[LeftOut, ...]:
    """What the logit is without each word of the query in turn, of the first ``MOST_WORDS``.

    Args:
        query: the question; of a question of one word nothing would be left.
        text: the part of the passage that is read.
        whole: the logit of the whole query with the text.
        model: the cross-encoder.

    """
    spans = [Span(*word.span()) for word in WORD.finditer(query)][:MOST_WORDS]
    rests = [without(query, span) for span in spans] if len(spans) > 1 else []
    return _parts(spans, [float(model.score(rest, [text])[0]) for rest in rests], whole)


def _cosines(query: str, texts: Sequence[str], encoder: Encoder) -> list[float]:
    vectors = encoder.encode(texts)
    return [float(value) for value in np.clip(vectors @ encoder.encode_query(query), -1.0, 1.0)]


def explain(query: str, chunk: Chunk, encoder: Encoder, model: CrossEncoder) -> Explanation:
    """Take a passage apart, for both models.

    Args:
        query: as it was asked.
        chunk: one of its candidates.
        encoder: the bi-encoder that searched.
        model: the cross-encoder that reranked.

    Raises:
        InputError: the query does not fit the model.

    """
    begin = time.perf_counter()
    passage = chunk.passage
    read = characters_read(query, passage, model)
    text = passage[:read]
    logit, sentences = leave_out_sentences(query, text, model)
    words = leave_out_words(query, text, logit, model)
    pieces = [text[part.span.start : part.span.end] for part in sentences]
    cosine, *cosines = _cosines(query, [passage, *pieces], encoder)
    asked = question_words(query)
    there = {stem(word) for word in WORD.findall(passage)}
    missing = [word for word in asked if stem(word) not in there]
    return Explanation(
        chunk_id=chunk.id,
        query=query,
        text=passage,
        read=read,
        logit=logit,
        sentences=sentences,
        words=words,
        cosine=cosine,
        cosines=tuple(cosines),
        shared=tuple(word for word in asked if word not in missing),
        missing=tuple(missing),
        pairs=1 + sum(part.logit is not None for part in (*sentences, *words)),
        ms=1000 * (time.perf_counter() - begin),
        models=(encoder.info, model.info),
    )
