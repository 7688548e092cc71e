"""The open data that the bundled cross-encoder learned from: files by name, drawn in a mixture.

Where each file comes from and under which licence: docs/decisions/0101. A source is a file of JSON
lines, ``NAME.jsonl`` or ``NAME.jsonl.gz``, each with ``query``, ``positive`` and ``negatives``:
texts, or numbers of the lines of ``squad-passages``. A line with ``passages`` and ``cosines``
in their place teaches a teacher's scores.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import InputError
from training.lines import read_lines

PASSAGES = "squad-passages"
SOURCES = {
    "squad": "squad-groups",
    "sentences": "squad-sentences",
    "medquad": "medquad",
    "policies": "rule-made-policies",
    "headings": "handbook-headings",
    "web": "web-questions-bi-encoder-scores",
    "topics": "topical-groups",
}
"""Name in a mixture -> file."""
OF_EACH = 4
"""Passages of a question: the answer and three that are none."""
HELD_OUT = 20
"""Of the articles of SQuAD, each so-manieth is kept for the test, whatever the source."""

Passage = str | int


@dataclass(frozen=True, slots=True)
class Example:
    """A question and four passages, the answer first; an int is a line of the passages file.

    ``cosines``: a teacher's scores of the four, in place of "the first one answers".
    """

    query: str
    passages: tuple[Passage, ...]
    cosines: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """Everything read: paragraphs with their article, and examples by source."""

    texts: tuple[str, ...]
    articles: tuple[int, ...]
    pools: Mapping[str, tuple[Example, ...]]
    test: tuple[Example, ...]


def read_data(folder: Path) -> Data:
    """Read the sources that are in a folder; a twentieth of SQuAD's articles is kept for the test.

    No source shows a paragraph, a sentence or a question of these articles.

    Raises:
        InputError: the folder has none of them, or a line has another form.
    """
    paragraphs = list(read_lines(folder, PASSAGES))
    articles = tuple(int(line["article"]) for line in paragraphs)
    read = {name: _examples(folder, file) for name, file in SOURCES.items()}
    pools = {name: examples for name, examples in read.items() if examples}
    if not pools:
        raise InputError(
            f"{folder} has no training data.",
            f"Put {', '.join(f'{file}.jsonl' for file in SOURCES.values())} there, or some of "
            "them; docs/decisions/0101 says where they come from.",
        )
    _check_numbers(pools, len(paragraphs))
    data = Data(tuple(str(line["text"]) for line in paragraphs), articles, pools, ())
    test = tuple(e for e in pools.get("squad", ()) if _held(e.passages[:1], articles))
    shown = {name: _shown(pool, data, test) for name, pool in pools.items()}
    shown["sentences"] = _without_sentences(shown.get("sentences", ()), data)
    return replace(data, pools={name: pool for name, pool in shown.items() if pool}, test=test)


def _shown(pool: Iterable[Example], data: Data, test: Iterable[Example]) -> tuple[Example, ...]:
    asked = {example.query for example in test}
    return tuple(e for e in pool if e.query not in asked and not _held(e.passages, data.articles))


def _without_sentences(pool: Iterable[Example], data: Data) -> tuple[Example, ...]:
    numbers = range(len(data.texts))
    kept = "\n".join(data.texts[i] for i in numbers if _held((i,), data.articles))
    return tuple(e for e in pool if str(e.passages[0]) not in kept)


def _examples(folder: Path, name: str) -> tuple[Example, ...]:
    try:
        found = [_example(line) for line in read_lines(folder, name)]
    except (KeyError, TypeError) as exc:
        raise InputError(f"A line of {name} has no {exc}.", "Make the file again.") from exc
    return tuple(e for e in found if len(e.passages) == OF_EACH)


def _example(line: Mapping[str, Any]) -> Example:
    """Two near negatives and, of four, the far one: as the bundled model learned."""
    if "cosines" in line:
        return Example(line["query"], tuple(line["passages"]), tuple(line["cosines"]))
    near, far = line["negatives"][:2], line["negatives"][2:][-1:]
    return Example(line["query"], (line["positive"], *near, *far))


def _check_numbers(pools: Mapping[str, Sequence[Example]], paragraphs: int) -> None:
    for name, examples in pools.items():
        numbers = [p for e in examples for p in e.passages if isinstance(p, int)]
        if numbers and not (min(numbers) >= 0 and max(numbers) < paragraphs):
            raise InputError(
                f"{SOURCES[name]} names paragraph {max(numbers)}; {PASSAGES} has {paragraphs}.",
                "Both files must be made together.",
            )


def _held(passages: Iterable[Passage], articles: Sequence[int]) -> bool:
    """Whether any of these paragraphs is of a held-out article."""
    return any(articles[p] % HELD_OUT == 0 for p in passages if isinstance(p, int))


def draws(
    pools: Mapping[str, Sequence[Example]], shares: Mapping[str, float], chance: random.Random
) -> Iterator[Example]:
    """Examples for ever: a source by its share, then its next example; sources begin anew.

    Raises:
        InputError: the mixture has no source that is there.
    """
    there = [name for name in shares if pools.get(name)]
    if not there:
        raise InputError(f"None of {', '.join(shares)} is there to learn from.")
    shuffled = {name: chance.sample(pools[name], len(pools[name])) for name in there}
    weights = [shares[name] for name in there]
    place = dict.fromkeys(there, 0)
    while True:
        name = chance.choices(there, weights)[0]
        yield shuffled[name][place[name] % len(shuffled[name])]
        place[name] += 1


def draws_of_step(
    pools: Mapping[str, Sequence[Example]],
    shares: Mapping[str, float],
    count: int,
    chance: random.Random,
) -> list[Example]:
    """So many examples, each of a source by its share; what was drawn before does not matter."""
    there = [name for name in shares if pools.get(name)]
    drawn = chance.choices(there, [shares[name] for name in there], k=count)
    return [chance.choice(pools[name]) for name in drawn]


def written(passage: Passage, data: Data, chance: random.Random) -> str:
    """The text of a passage; a paragraph sometimes cut as chunks are.

    12 % begin with the end of the paragraph before, 12 % end with the beginning of the next one,
    10 % begin inside a sentence.
    """
    if isinstance(passage, str):
        return passage
    words, drawn, some = data.texts[passage].split(), chance.random(), chance.randint(10, 50)
    if drawn < 0.12 and _same_article(data, passage, passage - 1):
        return " ".join([*data.texts[passage - 1].split()[-some:], *words])
    if 0.12 <= drawn < 0.24 and _same_article(data, passage, passage + 1):
        return " ".join([*words, *data.texts[passage + 1].split()[:some]])
    if 0.24 <= drawn < 0.34:
        return " ".join(words[chance.randint(0, 8) :]) or data.texts[passage]
    return data.texts[passage]


def plain_text(passage: Passage, data: Data) -> str:
    """The text of a passage as it stands."""
    return passage if isinstance(passage, str) else data.texts[passage]


def _same_article(data: Data, one: int, other: int) -> bool:
    return 0 <= other < len(data.articles) and data.articles[one] == data.articles[other]
