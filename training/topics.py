"""Topics and the passages they name: pairs that a person has, made into groups to learn from."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.ports import Encoder
from training.lines import Line, apart, read_lines
from training.mining import cosines, highest

MOST_OF_A_SOURCE = 1_200
DEPTH = 40
NEAR_FROM = 14
"""Two negatives are of the first so many of the bi-encoder's list, one of the rest."""
KEYWORDS = 0.3
"""The share of topics that are asked as keywords."""
_WORD = re.compile(r"[A-Za-z0-9+#.-]*[A-Za-z0-9+#]")
LITTLE_WORDS = (
    "a an the of in on for to and or is are be by with at from as that this it its how what when "
    "where which who why can do does not into over under your you we our"
)
_LITTLE = frozenset(LITTLE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its passage."""

    topic: str
    passage: str


def keywords(text: str) -> str:
    """A topic as somebody types it: without the little words; as it is if one word is left.

    >>> keywords("How to ask for leave"), keywords("What is this?")
    ('ask leave', 'What is this?')
    """
    words = [word for word in _WORD.findall(text.lower()) if word not in _LITTLE]
    return " ".join(words) if len(words) > 1 else text


def read_topics(path: Path, seed: int = 0) -> list[Topic]:
    """The pairs of a file of JSON lines with ``source``, ``topic`` and ``passage``.

    At most ``MOST_OF_A_SOURCE`` of each source, drawn by chance, so that none outweighs the rest.

    Raises:
        InputError: it cannot be read, or has too few pairs.
    """
    sources = defaultdict[str, list[Topic]](list)
    try:
        for line in read_lines(path.parent, path.name.split(".jsonl")[0]):
            sources[line["source"]].append(Topic(line["topic"], line["passage"]))
    except KeyError as exc:
        raise InputError(f"A line of {path} has no {exc}.", "Make the file again.") from exc
    chance = random.Random(seed)
    kept = [
        topic
        for topics in sources.values()
        for topic in chance.sample(topics, min(len(topics), MOST_OF_A_SOURCE))
    ]
    if len(kept) <= NEAR_FROM:
        raise InputError(f"{path} has {len(kept)} topics.", "It takes more, to tell them apart.")
    return kept


def topic_lines(topics: Sequence[Topic], encoder: Encoder, seed: int = 0) -> Iterator[Line]:
    """A topic, its passage and three others that the encoder finds like it.

    Args:
        topics: with their passages.
        encoder: ranks the passages; its mistakes are the hard negatives.
        seed: the same one draws the same.
    """
    chance = random.Random(seed)
    vectors = encoder.encode([topic.passage for topic in topics])
    rows = cosines([topic.topic for topic in topics], vectors, encoder)
    for topic, row in zip(topics, rows, strict=True):
        ranking = [topics[place].passage for place in highest(row, DEPTH)]
        others = [passage for passage in ranking if apart(passage, topic.passage)]
        near, far = others[:NEAR_FROM], others[NEAR_FROM:]
        if len(near) < 2 or not far:
            continue
        asked = keywords(topic.topic) if chance.random() < KEYWORDS else topic.topic
        negatives = [*chance.sample(near, 2), chance.choice(far)]
        yield {"query": asked, "positive": topic.passage, "negatives": negatives}
