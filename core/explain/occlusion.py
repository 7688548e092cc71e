"""Why a passage stands where it stands: hide one sentence and ask the model again.

Occlusion (Zeiler and Fergus 2014; Li, Monroe, Jurafsky 2016, "Understanding Neural Networks
through Representation Erasure"): what a part is worth is how far the score falls without it.
The falls are differences of real scores. They are not made to add up to the score, because they
do not: two sentences that say the same are each worth little alone.

``why`` puts them into one plain sentence, made by rule. Every number and every quotation in it
comes from the explanation or the comparison. "Because" is said only of what was tried: a sentence
whose absence lowers the logit by ``TELLING``, or a cosine that was computed with and without the
rest of the passage.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.ports import CrossEncoder, Encoder
from core.schema import Candidate, Chunk, Comparison, ModelInfo, Reranked, Span
from core.text.counting import counted, signed
from core.text.sentences import sentence_spans, without
from core.text.words import WORD, question_words, stem

MOST_WORDS = 40
"""So many words of a question are left out, one at a time; a longer one is an essay."""
TELLING = 0.5
"""A fall of at least so many logits counts as a reason; smaller ones come with any edit."""
DILUTED = 0.1
"""A sentence whose cosine alone is so much above the passage's is lost among the others."""
NEAR = 0.2
"""Below this cosine a sentence is not near the question, even when the others are further."""
QUOTED = 140


@dataclass(frozen=True, slots=True)
class OccludedPart:
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
    sentences: tuple[OccludedPart, ...]
    words: tuple[OccludedPart, ...]
    cosine: float
    cosines: tuple[float, ...]
    shared: tuple[str, ...]
    missing: tuple[str, ...]
    pairs: int
    ms: float
    models: tuple[ModelInfo, ModelInfo]

    @property
    def strongest(self) -> OccludedPart | None:
        """The sentence with the greatest fall, the first of equals; None when none falls."""
        falling = [part for part in self.sentences if part.fall is not None and part.fall > 0]
        return max(falling, key=lambda part: part.fall or 0.0, default=None)

    def sentence(self, part: OccludedPart) -> str:
        """The text of one of ``sentences``."""
        return self.text[part.span.start : part.span.end]

    def word(self, part: OccludedPart) -> str:
        """The text of one of ``words``."""
        return self.query[part.span.start : part.span.end]


def _parts(
    spans: Sequence[Span], logits: Sequence[float], whole: float
) -> tuple[OccludedPart, ...]:
    if not logits:
        return tuple(OccludedPart(span, None, None) for span in spans)
    return tuple(
        OccludedPart(span, logit, whole - logit) for span, logit in zip(spans, logits, strict=True)
    )


def occlude_sentences(
    query: str, text: str, model: CrossEncoder
) -> tuple[float, tuple[OccludedPart, ...]]:
    """The logit of a pair, and what it is without each sentence in turn.

    ``text`` is the part of the passage that is read. A text of one sentence has nothing left
    without it, so its part has no logit.
    """
    spans = sentence_spans(text)
    rests = [without(text, span) for span in spans] if len(spans) > 1 else []
    logits = [float(logit) for logit in model.score(query, [text, *rests])]
    return logits[0], _parts(spans, logits[1:], logits[0])


def occlude_words(
    query: str, text: str, whole: float, model: CrossEncoder
) -> tuple[OccludedPart, ...]:
    """What the logit is without each word of the query in turn, of the first ``MOST_WORDS``.

    ``whole`` is the logit of the whole query with the text. Of one word nothing would be left.
    """
    spans = [Span(*word.span()) for word in WORD.finditer(query)][:MOST_WORDS]
    rests = [without(query, span) for span in spans] if len(spans) > 1 else []
    return _parts(spans, [float(model.score(rest, [text])[0]) for rest in rests], whole)


def characters_read(query: str, passage: str, model: CrossEncoder) -> int:
    """How many characters of a passage fit the window of the model, beside this query.

    It asks the model's own ``truncated``, so it holds for every adapter: first for the last whole
    word that fits (a bisection), then for the part of the next word. For a WordPiece tokenizer,
    which cuts words greedily from the left, that is exactly where the window ends.

    Returns:
        ``len(passage)`` when all of it is read, else the offset of the first unread character.
    """
    if not model.truncated(query, [passage])[0]:
        return len(passage)
    ends = [0, *(word.end() for word in WORD.finditer(passage)), len(passage)]
    whole = bisect_right(ends, 0, key=lambda end: model.truncated(query, [passage[:end]])[0])
    low, high = ends[max(whole - 1, 0)], ends[min(whole, len(ends) - 1)]
    cuts = [passage[:end] for end in range(low + 1, high)]
    fitting = [not cut for cut in model.truncated(query, cuts)]
    return max((len(c) for c, fits in zip(cuts, fitting, strict=True) if fits), default=low)


def _cosines(query: str, texts: Sequence[str], encoder: Encoder) -> list[float]:
    vectors = encoder.encode(texts)
    return [float(value) for value in np.clip(vectors @ encoder.encode_query(query), -1.0, 1.0)]


def explain(query: str, chunk: Chunk, encoder: Encoder, model: CrossEncoder) -> Explanation:
    """Take a passage apart, for both models.

    Raises:
        InputError: the query does not fit the model.
    """
    begin = time.perf_counter()
    passage = chunk.passage
    read = characters_read(query, passage, model)
    text = passage[:read]
    logit, sentences = occlude_sentences(query, text, model)
    words = occlude_words(query, text, logit, model)
    pieces = [text[part.span.start : part.span.end] for part in sentences]
    cosine, *cosines = _cosines(query, [passage, *pieces], encoder)
    words_asked = question_words(query)
    there = {stem(word) for word in WORD.findall(passage)}
    missing = [word for word in words_asked if stem(word) not in there]
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
        shared=tuple(word for word in words_asked if word not in missing),
        missing=tuple(missing),
        pairs=1 + sum(part.logit is not None for part in (*sentences, *words)),
        ms=1000 * (time.perf_counter() - begin),
        models=(encoder.info, model.info),
    )


def _quoted(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words}”" if len(words) <= QUOTED else f"“{words[:QUOTED].rsplit(' ', 1)[0]} …”"


def _moved(item: Reranked) -> str:
    if item.rank_delta == 0:
        return f"Kept rank {item.rank}"
    verb = "Rose" if item.rank_delta > 0 else "Fell"
    return f"{verb} {counted(abs(item.rank_delta), 'place')} to rank {item.rank}"


def _second_stage(explanation: Explanation, item: Reranked) -> str:
    """What the cross-encoder went by."""
    moved, part = _moved(item), explanation.strongest
    if item.scored == "no":
        return f"{moved}. The cross-encoder did not read it."
    if len(explanation.sentences) < 2:
        return f"{moved} with a logit of {signed(explanation.logit, 1)}. It is a single sentence."
    if part is None or part.fall is None or part.fall < TELLING:
        most = part.fall if part and part.fall else 0.0
        return f"{moved}. No single sentence decides it: the logit drops by {most:.1f} at most."
    quote = (
        f"{_quoted(explanation.sentence(part))} (without it, the logit drops by {part.fall:.1f})"
    )
    if item.rank_delta < 0:
        return f"{moved}. What counts most for it is {quote}."
    return f"{moved} because of {quote}."


def _shares(explanation: Explanation) -> str:
    count = len(explanation.shared) + len(explanation.missing)
    kept = f"{len(explanation.shared)} of the question's {count} words"
    missing = ", ".join(f"“{word}”" for word in explanation.missing[:4])
    return f"it has {kept}" + (f", but not {missing}" if missing else "")


def _first_stage(explanation: Explanation, item: Reranked, candidate: Candidate) -> str:
    """What the bi-encoder saw, as far as its own cosines tell."""
    before = item.rank + item.rank_delta
    hit = next((hit for hit in candidate.hits if hit.stage == "dense"), None)
    if hit is None:
        return f"BM25 ranked it {before}: {_shares(explanation)}."
    ranked = f"The bi-encoder ranked it {hit.rank}"
    pairs = zip(explanation.sentences, explanation.cosines, strict=True)
    near = max(pairs, key=lambda pair: pair[1], default=None)
    if item.rank_delta > 0 and near and near[1] - explanation.cosine >= DILUTED:
        return (
            f"{ranked}: its closest sentence alone has a cosine of {near[1]:.2f}, but the whole "
            f"passage only {explanation.cosine:.2f}."
        )
    if item.rank_delta < 0 and near and near[1] >= max(explanation.cosine, NEAR):
        quote = _quoted(explanation.sentence(near[0]))
        return f"{ranked} because {quote} is close to the question (cosine {near[1]:.2f})."
    return f"{ranked} with a cosine of {explanation.cosine:.2f}: {_shares(explanation)}."


def why(explanation: Explanation, comparison: Comparison) -> str:
    """Why the explained passage of a comparison ranks where it does, in two sentences.

    Returns:
        For example: Rose 14 places to rank 1 because of “Self-approval is forbidden.” (without
        it, the logit drops by 3.1). The bi-encoder ranked it 15: its closest sentence alone has a
        cosine of 0.61, but the whole passage only 0.38.

    Raises:
        KeyError: the passage is not part of the comparison.
    """
    item = {r.chunk.id: r for r in comparison.reranked}[explanation.chunk_id]
    candidate = {c.chunk.id: c for c in comparison.candidates}[explanation.chunk_id]
    ends = _second_stage(explanation, item), _first_stage(explanation, item, candidate)
    cut = " Only its beginning was read." if explanation.read < len(explanation.text) else ""
    return f"{' '.join(ends)}{cut}"
