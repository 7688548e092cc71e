"""The answer without a language model: the units that answer best, quoted and cited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.answer.abstention import DEFAULT_RULES, AbstentionRules, is_answerable
from core.answer.asked import (
    asked_term,
    coverage,
    has_number,
    says_what_it_is,
    wants_number,
    word_weights,
)
from core.answer.citations import PageAt, first_page
from core.answer.prompt import ABSTENTION
from core.answer.wording import identifiers_lacking, says_the_same
from core.ports import CrossEncoder, Encoder
from core.schema import Answer, AnswerSentence, Chunk, Citation, Reranked, Span
from core.search.calibration import relevance
from core.search.quotes import quotable_units
from core.text.pages import page_words
from core.text.quote_units import QuoteUnit, read_alone
from core.text.sentences import without_sentence

QUOTE_FROM = 0.067
"""The relevance of a further quote; it is logit 0 of the bundled model."""
QUOTE_MARGIN = 2.0
"""A further quote has at most so much less support than the best one."""
ADDS_NOTHING = 0.75
"""One with less support than this, and no word of the question that is new, is not shown."""
MOST_QUOTES = 4
FINALISTS = 8
"""So many units are read once more, by what their passage is without them."""
LOST_AT_MOST = 4.0
"""What a passage loses without a unit counts up to so many logits."""
DEFINES = 2.0
"""What it counts that a unit begins with the term that was asked for."""
UNIT_COSINE, PASSAGE_COSINE = 6.0, 4.0
"""What the bi-encoder's cosines with unit and passage count."""


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A unit of a passage: the passage's number from 1, and its place in the chunk.

    ``logit`` is its own, read under the heading of its section and behind its lead; ``whole`` is
    its passage's, and ``lost`` what that loses when the unit is left out. ``fit`` is how it fits
    the question's words, ``covered`` the weight of them that it has (0..1); ``near`` is from the
    cosines. ``lost`` and ``near`` are 0 for one that is no finalist.
    """

    number: int
    chunk: Chunk
    unit: QuoteUnit
    logit: float
    whole: float
    fit: float = 0.0
    covered: float = 0.0
    lost: float = 0.0
    near: float = 0.0

    @property
    def support(self) -> float:
        """What ranks quotes (decision 24): a unit alone is judged without its context."""
        read = (self.logit + min(self.lost, LOST_AT_MOST)) / 2 + self.whole
        return read + self.fit + self.near

    @property
    def span(self) -> Span:
        """Where it stands in the chunk, without its lead."""
        return self.unit.span

    @property
    def text(self) -> str:
        """The unit, exactly as it stands in the document, behind its lead."""
        return self.unit.words(self.chunk.text)


def best_supported(units: Iterable[ScoredUnit]) -> list[ScoredUnit]:
    """By support, ties in the order of passages and text."""
    return sorted(units, key=lambda s: (-s.support, s.number, s.span.start))


def with_logits(query: str, top: Sequence[Reranked], scorer: CrossEncoder) -> tuple[Reranked, ...]:
    """The same passages; those that the full model has not read get its logit."""
    unread = [item.chunk for item in top if item.scored != "full"]
    logits = iter(scorer.score(query, [chunk.passage for chunk in unread]))
    return tuple(
        item if item.scored == "full" else replace(item, logit=float(next(logits)), scored="full")
        for item in top
    )


def score_units(query: str, top: Sequence[Reranked], scorer: CrossEncoder) -> list[ScoredUnit]:
    """Every quotable unit, best supported first; one batch, kept logits reused."""
    logits_of = {(r.chunk.id, r.quote.span): r.quote.logit for r in top if r.quote}
    places = [
        (number, item, unit, order)
        for number, item in enumerate(top, start=1)
        for order, unit in enumerate(quotable_units(item.chunk))
    ]
    new = [(i.chunk, u) for _, i, u, _ in places if (i.chunk.id, u.span) not in logits_of]
    logits = scorer.score(query, [read_alone(chunk, unit) for chunk, unit in new])
    for (chunk, unit), logit in zip(new, logits, strict=True):
        logits_of[chunk.id, unit.span] = float(logit)
    wording = _Wording.of(query, top)
    return best_supported(
        ScoredUnit(
            *(number, item.chunk, unit, logits_of[item.chunk.id, unit.span]),
            whole=item.logit or 0.0,  # every one has a logit: with_logits came before
            fit=wording.fit(item.chunk, unit, opens=order == 0),
            covered=coverage(unit.words(item.chunk.text), wording.weights),
        )
        for number, item, unit, order in places
    )


@dataclass(frozen=True, slots=True)
class _Wording:
    """What a question asks for by its words."""

    weights: dict[str, float]
    number: bool
    term: list[str]

    @classmethod
    def of(cls, query: str, top: Sequence[Reranked]) -> _Wording:
        weights = word_weights(query, [item.chunk.passage for item in top])
        return cls(weights, wants_number(query), asked_term(query))

    def fit(self, chunk: Chunk, unit: QuoteUnit, *, opens: bool) -> float:
        """The words of the question that it has, its number, the term that it defines.

        The first unit of a passage counts more: it names what the others call 'it'.
        """
        own = chunk.text[unit.span.start : unit.span.end]
        return (
            coverage(read_alone(chunk, unit), self.weights)
            + (self.number and has_number(unit.words(chunk.text)))
            + DEFINES * says_what_it_is(own, self.term)
            + opens
        )


def weigh(
    query: str, finalists: Sequence[ScoredUnit], scorer: CrossEncoder, encoder: Encoder | None
) -> list[ScoredUnit]:
    """The same units with what their passages lose without them and the cosines, best first.

    A passage that has nothing else loses nothing. One that the model did not see whole shows some
    of the rest when a unit is left out. Without an encoder the cosines count nothing.
    """
    rests = [without_sentence(unit.chunk, unit.span) for unit in finalists]
    logits = iter(scorer.score(query, [rest for rest in rests if rest]))
    lost = [
        unit.whole - float(next(logits)) if rest else 0.0
        for unit, rest in zip(finalists, rests, strict=True)
    ]
    return best_supported(
        replace(unit, lost=gone, near=near)
        for unit, gone, near in zip(
            finalists, lost, _nearness(query, finalists, encoder), strict=True
        )
    )


def _nearness(query: str, units: Sequence[ScoredUnit], encoder: Encoder | None) -> list[float]:
    if encoder is None or not units:
        return [0.0] * len(units)
    alone = [read_alone(unit.chunk, unit.unit) for unit in units]
    passages = list(dict.fromkeys(unit.chunk.passage for unit in units))
    cosines = encoder.encode([*alone, *passages]) @ encoder.encode_query(query)
    whole = dict(zip(passages, cosines[len(alone) :].tolist(), strict=True))
    return [
        UNIT_COSINE * own + PASSAGE_COSINE * whole[unit.chunk.passage]
        for unit, own in zip(units, cosines[: len(alone)].tolist(), strict=True)
    ]


def with_sibling(best: Sequence[ScoredUnit], units: Sequence[ScoredUnit]) -> list[ScoredUnit]:
    """The best units; a sibling of the first that has more of the question's words goes before it.

    Siblings are the rows of one section, and its list items with a number: they differ in a number
    or a qualifier, and the question names which.
    """
    if not best or not _kind(best[0]):
        return list(best)
    first = best[0]
    alike = [unit for unit in units if _kind(unit) == _kind(first)]
    closest = max(alike, key=lambda unit: (unit.covered, unit.support))
    if closest.covered <= first.covered:
        return list(best)
    raised = replace(closest, near=closest.near + first.support - closest.support)
    return [
        raised,
        *(unit for unit in best if unit.span != closest.span or unit.chunk != closest.chunk),
    ]


def _kind(unit: ScoredUnit) -> tuple[str, str, str] | None:
    """What siblings have in common; None for what has none."""
    block = unit.unit.block
    if block == "text" or (block == "item" and not any(c.isdigit() for c in unit.text)):
        return None
    return block, unit.chunk.document_id, unit.chunk.heading


def choose_quotes(units: Sequence[ScoredUnit], scorer: CrossEncoder) -> list[ScoredUnit]:
    """The best unit, and further relevant ones that add something, in the order of the list.

    A further one adds a word of the question, or has nearly as much support, and says nothing that
    one before it says.
    """
    read = np.array([(unit.logit + unit.whole) / 2 for unit in units], dtype=np.float32)
    relevances = relevance(read, scorer.info.calibration)
    chosen: list[ScoredUnit] = list(units[:1])
    for unit, shown in zip(units[1:], relevances[1:], strict=True):
        behind = units[0].support - unit.support
        if len(chosen) == MOST_QUOTES or behind > QUOTE_MARGIN:
            break
        adds = behind <= ADDS_NOTHING or unit.covered > max(kept.covered for kept in chosen)
        if shown < QUOTE_FROM or not adds:
            continue
        if not any(says_the_same(unit.text, earlier.text) for earlier in chosen):
            chosen.append(unit)
    return [*chosen[:1], *sorted(chosen[1:], key=lambda unit: (unit.number, unit.span.start))]


def _compose(
    query: str,
    chosen: Sequence[ScoredUnit],
    top: Sequence[Reranked],
    model: str,
    page_at: PageAt,
) -> Answer:
    """One line a quote: the unit in quotation marks, then its number.

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
    encoder: Encoder | None = None,
) -> Answer:
    """An answer made of quotes from the top passages, the first of them number 1.

    Every line is a part of a document, word for word, with its number; best first. When no
    passage is relevant enough it abstains: the text is then the same fixed phrase that a
    language model is told to use. The ``encoder`` says how near units are to the question.
    """
    reranked = with_logits(query, reranked, scorer)
    if not is_answerable(reranked, scorer, rules):
        return _compose(query, [], reranked, scorer.info.name, page_at)
    units = score_units(query, reranked, scorer)
    finalists = weigh(query, units[:FINALISTS], scorer, encoder)
    chosen = choose_quotes(with_sibling(finalists, units), scorer)
    return _compose(query, chosen, reranked, scorer.info.name, page_at)
