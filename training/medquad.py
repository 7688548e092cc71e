"""MedQuAD's part of the training data: a question, its answer, and other answers on that disease.

github.com/abachaa/MedQuAD: twelve folders of XML files. A document has a ``Focus`` (a disease, a
drug) and pairs of a ``Question``, with its type, and an ``Answer``; three folders have lost their
answers to a copyright, and those pairs are passed over.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from core.errors import InputError
from training.lines import Line, apart, bytes_of, cut

NEAR, LEAST_NEAR = 3, 2
FEWEST_WORDS, SHORTEST_CUT, LONGEST_CUT = 8, 50, 200
TRIES = 20
ADVICE = "Fetch github.com/abachaa/MedQuAD, and name its folder."


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer; ``kind`` is the type of the question."""

    focus: str
    kind: str
    question: str
    answer: str


class _NoDoctype(TreeBuilder):
    """Refuses what entities could be declared in, before any is expanded."""

    def doctype(self, name: str, *_: object) -> None:
        raise ValueError(f"it declares a document type, {name}")


def read_medquad(folder: Path) -> list[Pair]:
    """Every pair with an answer, in the order of the files' names.

    Raises:
        InputError: there is none, or a file is no document of MedQuAD.
    """
    pairs = [pair for path in sorted(folder.rglob("*.xml")) for pair in _document(path)]
    if not pairs:
        raise InputError(f"{folder} has no answered questions of MedQuAD.", ADVICE)
    return pairs


def _document(path: Path) -> Iterator[Pair]:
    root = _parsed(path)
    if root.tag != "Document":
        raise InputError(f"{path} is a <{root.tag}>, not a <Document> of MedQuAD.", ADVICE)
    focus = _text(root.find("Focus"))
    for element in root.iter("QAPair"):
        question, answer = element.find("Question"), _text(element.find("Answer"))
        asked = _text(question).rstrip("? ")
        if question is not None and asked and focus and len(answer.split()) >= FEWEST_WORDS:
            yield Pair(focus, question.get("qtype", ""), f"{asked}?", answer)


def _parsed(path: Path) -> Element:
    parser = XMLParser(target=_NoDoctype())
    try:
        parser.feed(bytes_of(path))
        root: Element = parser.close()
    except (ValueError, LookupError, ParseError) as exc:
        raise InputError(f"{path} is not XML of MedQuAD: {exc}.", "Fetch it again.") from exc
    return root


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def medquad_lines(pairs: Sequence[Pair], seed: int = 0) -> list[Line]:
    """Questions with an answer, two or three others on the same focus, and one on another focus.

    The near ones answer another type of question, the far one answers the same type. Each text is
    cut to 50 to 200 words, as chunks are. A question without two near ones is left out.

    Args:
        pairs: read from the files.
        seed: the same one draws and cuts the same.
    """
    chance = random.Random(seed)
    near: dict[str, list[Pair]] = defaultdict(list)
    far: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        near[pair.focus.casefold()].append(pair)
        far[pair.kind].append(pair)
    made = (_line(p, near[p.focus.casefold()], far[p.kind], chance) for p in pairs)
    return [line for line in made if line is not None]


def _line(
    pair: Pair, same_focus: Sequence[Pair], same_kind: Sequence[Pair], chance: random.Random
) -> Line | None:
    positive, chosen = _cut(pair.answer, chance), list[str]()
    others = [p for p in same_focus if p.kind != pair.kind]
    _take(chosen, NEAR, chance.sample(others, len(others)), positive, chance)
    if len(chosen) < LEAST_NEAR:
        return None
    found = len(chosen)
    drawn = (chance.choice(same_kind) for _ in range(TRIES))
    elsewhere = [p for p in drawn if p.focus.casefold() != pair.focus.casefold()]
    _take(chosen, found + 1, elsewhere, positive, chance)
    if len(chosen) == found:
        return None
    return {"query": pair.question, "positive": positive, "negatives": chosen}


def _take(
    chosen: list[str], wanted: int, pairs: Sequence[Pair], positive: str, chance: random.Random
) -> None:
    """Add answers until there are as many as wanted, none like the positive or another one."""
    for pair in pairs:
        if len(chosen) == wanted:
            return
        text = _cut(pair.answer, chance)
        if all(apart(text, other) for other in (positive, *chosen)):
            chosen.append(text)


def _cut(answer: str, chance: random.Random) -> str:
    return cut(answer, chance.randint(SHORTEST_CUT, LONGEST_CUT))
