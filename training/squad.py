"""SQuAD's part of the training data: questions with hard negatives, mined by the bi-encoder."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.ports import Encoder
from core.schema import FloatMatrix
from core.text.sentences import sentence_spans
from training.lines import Line
from training.mining import cosines, highest
from training.sources import PASSAGES, SOURCES

NEAR, FAR = 3, 1
DEPTH = 60
SAY_EVERY = 5000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and the number of its article."""

    text: str
    article: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its paragraph's number, its answer and where the answer begins there."""

    query: str
    paragraph: int
    answer: str
    start: int


def read_squad(path: Path, articles: int | None = None) -> tuple[list[Asked], list[Paragraph]]:
    """The questions and paragraphs of a SQuAD 1.1 file.

    Raises:
        InputError: it cannot be read, or has another form.
    """
    asked: list[Asked] = []
    paragraphs: list[Paragraph] = []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        for number, article in enumerate(data[:articles]):
            for part in article["paragraphs"]:
                asked += [_asked(one, len(paragraphs)) for one in part["qas"]]
                paragraphs.append(Paragraph(str(part["context"]), number))
    except (OSError, ValueError, KeyError, IndexError, TypeError) as exc:
        raise InputError(f"{path} is not SQuAD 1.1: {exc}.", "Fetch train-v1.1.json.") from exc
    if not asked:
        raise InputError(f"{path} has no questions.", "Fetch train-v1.1.json.")
    return asked, paragraphs


def _asked(one: Mapping[str, Any], paragraph: int) -> Asked:
    answer = one["answers"][0]
    return Asked(str(one["question"]).strip(), paragraph, answer["text"], answer["answer_start"])


def negatives(
    one: Asked, ranking: Iterable[int], paragraphs: Sequence[Paragraph]
) -> list[int] | None:
    """Three of its article and one of another, the highest without the answer's words; or None.

    Args:
        one: the question.
        ranking: paragraph numbers as the bi-encoder ranks them.
        paragraphs: all of them.
    """
    home = paragraphs[one.paragraph].article
    near: list[int] = []
    far: list[int] = []
    for number in ranking:
        other = paragraphs[number]
        if number == one.paragraph or one.answer.casefold() in other.text.casefold():
            continue
        (near if other.article == home else far).append(number)
    found = [*near[:NEAR], *far[:FAR]]
    return found if len(found) == NEAR + FAR else None


def sentences(one: Asked, paragraph: Paragraph) -> tuple[str, list[str]] | None:
    """The sentence that holds the answer, and three others of the paragraph; or None."""
    spans = sentence_spans(paragraph.text)
    texts = [paragraph.text[span.start : span.end] for span in spans]
    holds = [span.start <= one.start < span.end for span in spans]
    others = [t for t, held in zip(texts, holds, strict=True) if not held and one.answer not in t]
    if sum(holds) != 1 or len(others) < NEAR:
        return None
    return texts[holds.index(True)], others[:NEAR]


def make_squad(
    asked: Sequence[Asked],
    paragraphs: Sequence[Paragraph],
    vectors: FloatMatrix,
    encoder: Encoder,
    say: Say,
) -> dict[str, list[Line]]:
    """The three files of SQuAD's part: name -> lines; a question's near negatives in random order.

    Args:
        asked: the questions.
        paragraphs: what they are about.
        vectors: of the paragraphs.
        encoder: ranks the paragraphs; its mistakes are the hard negatives.
        say: is told how far it is.
    """
    groups, parts, chance = list[Line](), list[Line](), random.Random(0)
    rows = cosines([one.query for one in asked], vectors, encoder)
    for done, (one, row) in enumerate(zip(asked, rows, strict=True), start=1):
        bad = negatives(one, highest(row, DEPTH), paragraphs)
        if bad is not None:
            bad = [*chance.sample(bad[:NEAR], NEAR), *bad[NEAR:]]
            groups.append({"query": one.query, "positive": one.paragraph, "negatives": bad})
        found = sentences(one, paragraphs[one.paragraph])
        if found is not None:
            parts.append({"query": one.query, "positive": found[0], "negatives": found[1]})
        if done % SAY_EVERY == 0 or done == len(asked):
            say(f"{done} of {len(asked)} questions")
    lines = [{"article": p.article, "text": p.text} for p in paragraphs]
    return {PASSAGES: lines, SOURCES["squad"]: groups, SOURCES["sentences"]: parts}
