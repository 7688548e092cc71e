"""Real questions and passages on which runtimes are compared: a person's own, or the samples'."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from core.errors import NotFound
from core.ports import Encoder
from core.samples import SAMPLES, sample_questions

QUESTIONS = 12
CANDIDATES = 20
FAR = 5
MERGED_CHARACTERS = 900


@dataclass(frozen=True, slots=True)
class RankingTask:
    """A question, the passages it would rerank, and the passages farthest from it."""

    query: str
    passages: tuple[str, ...]
    far: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What runtimes are compared on.

    ``tasks`` are reranked, ``texts`` are encoded. ``own_passages`` is how many passages of a
    person's documents these were drawn from; 0 says that they are the samples'.
    """

    tasks: tuple[RankingTask, ...]
    texts: tuple[str, ...]
    own_passages: int = 0


class OwnPassages(Protocol):
    """The passages of a person's own documents."""

    def count(self) -> int:
        """How many there are now."""
        ...

    def material(self, encoder: Encoder) -> Material:
        """Questions about some of them with what a search finds, and some of them to encode."""
        ...


def sample_material(encoder: Encoder) -> Material:
    """The samples' questions and passages.

    Raises:
        NotFound: the samples folder is not complete.
    """
    questions, passages = sample_texts()
    tasks = ranking_tasks(questions, passages, encoder)
    return Material(tuple(tasks), (*questions, *passages))


def ranking_tasks(
    questions: Sequence[str],
    passages: Sequence[str],
    encoder: Encoder,
    candidates: int = CANDIDATES,
) -> list[RankingTask]:
    """Each question with its nearest passages, as a search would give them, and its farthest."""
    if not questions or not passages:
        return []
    vectors = encoder.encode(passages)
    return [
        RankingTask(
            query=question,
            passages=tuple(passages[i] for i in nearest[:candidates]),
            far=tuple(passages[i] for i in nearest[candidates:][-FAR:]),
        )
        for question in questions
        for nearest in [np.argsort(-(vectors @ encoder.encode_query(question)), kind="stable")]
    ]


def sample_texts(folder: Path = SAMPLES, most: int = QUESTIONS) -> tuple[list[str], list[str]]:
    """Questions, evenly chosen, and passages of the samples' source texts.

    Raises:
        NotFound: the samples folder has no questions or no sources.
    """
    questions = [question.text for question in sample_questions(folder)]
    step = max(1, len(questions) // most)
    files = sorted((folder / "sources").glob("*.md"))
    if not files:
        raise NotFound("The samples folder has no source texts.", "Restore the samples folder.")
    passages = [
        passage
        for file in files
        for passage in _merged(re.split(r"\n\s*\n", file.read_text(encoding="utf-8")))
    ]
    return questions[::step][:most], passages


def _merged(paragraphs: Iterable[str], most: int = MERGED_CHARACTERS) -> list[str]:
    """Paragraphs put together until the next would make more than ``most`` characters."""
    merged: list[str] = []
    for paragraph in (" ".join(text.split()) for text in paragraphs):
        if merged and len(merged[-1]) + len(paragraph) < most:
            merged[-1] = f"{merged[-1]} {paragraph}".strip()
        elif paragraph:
            merged.append(paragraph)
    return merged
