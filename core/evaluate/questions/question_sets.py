"""Questions to measure with, each with the places that are known to answer it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from core.errors import InputError, NotFound
from core.evaluate.judging.judgments import MADE, Judgment, folded
from core.home.database import Database
from core.serialize import from_json, to_json
from core.text.spans import Place

_LISTED = re.compile(r"^(?:\d{1,4}[.)]|[-*•])\s+(?=\S)")
QuestionOrigin = Literal[
    "typed", "imported", "history", "heading", "sentence", "number", "blank", "llm", "sample"
]
TRIVIAL, NEAR_DUPLICATE = "trivial", "near-duplicate"
MADE_ORIGINS = frozenset({"heading", "sentence", "number", "blank", "llm", "sample"})
"""Origins of questions that know exactly one right place."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that answers a question, with its grade."""

    place: Place
    grade: int = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A question. ``targets`` are known without a judge; ``marks`` say what is wrong with it.

    ``trivial``: the words alone find its source. ``near-duplicate``: an earlier question of the
    set asks nearly the same.
    """

    text: str
    origin: QuestionOrigin = "typed"
    targets: tuple[Target, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A named list of questions on one collection."""

    id: str
    collection: str
    name: str
    created_at: datetime
    questions: tuple[Question, ...]

    @property
    def known_item(self) -> bool:
        """Whether all questions have one known place, so that unjudged counts as not relevant."""
        return all(question.origin in MADE_ORIGINS for question in self.questions)


def new_set(collection: str, name: str, questions: Iterable[Question]) -> QuestionSet:
    """A set with an id of its own; the same question twice is kept once, with all its targets.

    Raises:
        InputError: no name, or no question.
    """
    if not name.strip():
        raise InputError("A question set needs a name.", "Type one.")
    merged: dict[str, Question] = {}
    for question in questions:
        text = folded(question.text)
        if text in merged:
            targets = dict.fromkeys((*merged[text].targets, *question.targets))
            merged[text] = replace(merged[text], targets=tuple(targets))
        elif text:
            merged[text] = replace(question, text=text)
    if not merged:
        raise InputError("There is no question.", "Type one question per line.")
    now = datetime.now(UTC)
    return QuestionSet(uuid.uuid4().hex, collection, name.strip(), now, tuple(merged.values()))


def typed(text: str, origin: QuestionOrigin = "typed") -> list[Question]:
    r"""One question a line; empty lines are left out, and the marks of a list before all lines.

    >>> [question.text for question in typed("1. Who pays?\n\n2) Who  flies? ")]
    ['Who pays?', 'Who flies?']
    """
    lines = [folded(line) for line in text.splitlines() if line.strip()]
    bare = [_LISTED.sub("", line) for line in lines]
    listed = len(lines) > 1 and all(
        0 < len(b) < len(line) for b, line in zip(bare, lines, strict=True)
    )
    return [Question(line, origin) for line in (bare if listed else lines)]


def known_judgments(collection: str, questions: Sequence[Question]) -> list[Judgment]:
    """What the questions know about their own source, in the shape of judgments."""
    made_at = datetime.fromtimestamp(0, UTC)
    return [
        Judgment(collection, question.text, target.place, target.grade, MADE, made_at)
        for question in questions
        for target in question.targets
    ]


class QuestionSets:
    """The kept question sets of a home folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, question_set: QuestionSet) -> None:
        """Keep a set; one with the same id is replaced."""
        values = (question_set.id, question_set.collection, to_json(question_set))
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO query_sets VALUES (?, ?, ?)", values)

    def of(self, collection: str) -> list[QuestionSet]:
        """The sets of a collection, oldest first."""
        sql = "SELECT record FROM query_sets WHERE collection = ?"
        rows = self._database.rows(sql, [collection])
        sets = [from_json(QuestionSet, str(row[0])) for row in rows]
        return sorted(sets, key=lambda each: (each.created_at, each.id))

    def get(self, set_id: str) -> QuestionSet:
        """One set.

        Raises:
            NotFound: it was deleted.
        """
        rows = self._database.rows("SELECT record FROM query_sets WHERE id = ?", [set_id])
        if not rows:
            raise NotFound("This question set no longer exists.", "Choose another one.")
        return from_json(QuestionSet, str(rows[0][0]))

    def delete(self, set_id: str) -> None:
        """Remove a set; judgments and evaluations stay."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM query_sets WHERE id = ?", (set_id,))


QuestionKind = Literal["who", "when", "how many", "how", "what", "yes or no", "negated", "other"]
_PATTERNS: tuple[tuple[QuestionKind, str], ...] = (
    ("negated", r"\b(?:not|never|without|cannot|n[o']t allowed|forbidden)\b|n't\b"),
    ("when", r"^(?:when|by when|until when|how (?:long|soon|late|early|often))\b"),
    ("how many", r"\bhow (?:many|much|high|large|far)\b"),
    ("who", r"^(?:who|whom|whose|to whom|by whom)\b"),
    ("how", r"^how\b"),
    ("what", r"^(?:what|which|where|why)\b|: what\b"),
    ("yes or no", r"^(?:is|are|was|do|does|did|can|may|must|will|should|has|have|am)\b"),
)
_RULES = tuple((kind, re.compile(rule, re.IGNORECASE)) for kind, rule in _PATTERNS)


def question_kind(question: str) -> QuestionKind:
    """The kind of a question: the first rule that fits, ``other`` when none does.

    >>> question_kind("Can I approve my own expenses?"), question_kind("By when?")
    ('yes or no', 'when')
    """
    return next((kind for kind, rule in _RULES if rule.search(question.strip())), "other")
