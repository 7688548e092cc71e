"""The answer without a language model: the best sentences, quoted and cited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.answer.abstention import DEFAULT_RULES, AbstentionRules, is_answerable
from core.answer.citations import PageAt, first_page
from core.answer.prompt import ABSTENTION
from core.answer.wording import identifiers_lacking, says_the_same
from core.ports import CrossEncoder
from core.schema import Answer, AnswerSentence, Chunk, Citation, Reranked, Span
from core.search.calibration import relevance
from core.search.quotes import quotable_spans
from core.text.pages import page_words
from core.text.sentences import under_heading, without_sentence

QUOTE_FROM = 0.067
"""The relevance of a further quote; it is logit 0 of the bundled model."""
QUOTE_MARGIN = 2.0
"""A further quote is at most so many logits behind the best one."""
MOST_QUOTES = 4
FINALISTS = 6
"""So many sentences are read once more, by what their passage is without them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: the passage's number from 1, and its place in the chunk.

    ``logit`` is its own, read under the heading of its section; ``whole`` is its passage's, and
    ``lost`` what that loses when the sentence is left out, 0 for one that is no finalist.
    """

    number: int
    chunk: Chunk
    span: Span
    logit: float
    whole: float
    lost: float = 0.0

    @property
    def support(self) -> float:
        """What ranks quotes: the mean of both logits, and half of what the passage loses.

        A sentence alone is judged without its context, so a good one of a poor passage is often
        only about the topic.
        """
        return (self.logit + self.whole + self.lost) / 2

    @property
    def text(self) -> str:
        """The sentence, exactly as it stands in the document."""
        return self.chunk.text[self.span.start : self.span.end]


def best_supported(sentences: Iterable[Sentence]) -> list[Sentence]:
    """By support, ties in the order of passages and text."""
    return sorted(sentences, key=lambda s: (-s.support, s.number, s.span.start))


def with_logits(query: str, top: Sequence[Reranked], scorer: CrossEncoder) -> tuple[Reranked, ...]:
    """The same passages; those that the full model has not read get its logit."""
    unread = [item.chunk for item in top if item.scored != "full"]
    logits = iter(scorer.score(query, [chunk.passage for chunk in unread]))
    return tuple(
        item if item.scored == "full" else replace(item, logit=float(next(logits)), scored="full")
        for item in top
    )


def score_sentences(query: str, top: Sequence[Reranked], scorer: CrossEncoder) -> list[Sentence]:
    """Every quotable sentence, best supported first; one batch, kept logits reused."""
    logits_of = {(r.chunk.id, r.quote.span): r.quote.logit for r in top if r.quote}
    places = [
        (number, item.chunk, span)
        for number, item in enumerate(top, start=1)
        for span in quotable_spans(item.chunk)
    ]
    new = [(chunk, span) for _, chunk, span in places if (chunk.id, span) not in logits_of]
    logits = scorer.score(query, [under_heading(chunk, span) for chunk, span in new])
    for (chunk, span), logit in zip(new, logits, strict=True):
        logits_of[chunk.id, span] = float(logit)
    whole = [item.logit or 0.0 for item in top]  # every one has a logit: with_logits came before
    return best_supported(
        Sentence(number, chunk, span, logits_of[chunk.id, span], whole[number - 1])
        for number, chunk, span in places
    )


def weigh(query: str, finalists: Sequence[Sentence], scorer: CrossEncoder) -> list[Sentence]:
    """The same sentences with what their passages lose without them, best supported first.

    A passage that has nothing else loses nothing. One that the model did not see whole shows some
    of the rest when a sentence is left out.
    """
    rests = [without_sentence(sentence.chunk, sentence.span) for sentence in finalists]
    logits = iter(scorer.score(query, [rest for rest in rests if rest]))
    return best_supported(
        replace(sentence, lost=sentence.whole - float(next(logits))) if rest else sentence
        for sentence, rest in zip(finalists, rests, strict=True)
    )


def choose_quotes(sentences: Sequence[Sentence], scorer: CrossEncoder) -> list[Sentence]:
    """The best sentence and further relevant ones, none saying the same as one before it."""
    supports = np.array([sentence.support for sentence in sentences], dtype=np.float32)
    relevances = relevance(supports, scorer.info.calibration)
    chosen: list[Sentence] = []
    for sentence, shown in zip(sentences, relevances, strict=True):
        behind = sentences[0].support - sentence.support
        if chosen and (shown < QUOTE_FROM or behind > QUOTE_MARGIN):
            break
        if len(chosen) == MOST_QUOTES:
            break
        if not any(says_the_same(sentence.text, earlier.text) for earlier in chosen):
            chosen.append(sentence)
    return chosen


def _compose(
    query: str,
    chosen: Sequence[Sentence],
    top: Sequence[Reranked],
    model: str,
    page_at: PageAt,
) -> Answer:
    """One line a quote: the sentence in quotation marks, then its number.

    The first one names the numbers and identifiers of the question that no quote has.
    """
    lacking = identifiers_lacking(query, [quoted.text for quoted in chosen])
    lines: list[str] = []
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    start = 0
    for quoted in chosen:
        mark = f"[{quoted.number}]"
        line = f"“{quoted.text}” {mark}"
        end = start + len(line)
        page = page_at(quoted.chunk, quoted.span.start)
        where = Span(end - len(mark), end)
        citations.append(
            Citation(
                *(quoted.number, where, quoted.chunk.id, page, quoted.span),
                verified=True,
                where=page_words(quoted.chunk, page),
            )
        )
        sentences.append(AnswerSentence(Span(start, end), supported=True, lacking=lacking))
        lacking = ()
        lines.append(line)
        start = end + 1
    return Answer(
        text="\n".join(lines) or ABSTENTION,
        mode="quotes",
        citations=tuple(citations),
        sentences=tuple(sentences) or (AnswerSentence(Span(0, len(ABSTENTION)), supported=False),),
        abstained=not lines,
        model=model,
        passages=tuple(item.chunk.id for item in top),
    )


def extract_answer(
    query: str,
    reranked: Sequence[Reranked],
    scorer: CrossEncoder,
    rules: AbstentionRules = DEFAULT_RULES,
    page_at: PageAt = first_page,
) -> Answer:
    """An answer made of quotes from the top passages, the first of them number 1.

    Every line is a sentence of a document, word for word, with its number; best first. When no
    passage is relevant enough it abstains: the text is then the same fixed phrase that a
    language model is told to use.
    """
    reranked = with_logits(query, reranked, scorer)
    if not is_answerable(reranked, scorer, rules):
        return _compose(query, [], reranked, scorer.info.name, page_at)
    sentences = score_sentences(query, reranked, scorer)
    finalists = weigh(query, sentences[:FINALISTS], scorer)
    chosen = choose_quotes(finalists, scorer)
    return _compose(query, chosen, reranked, scorer.info.name, page_at)
