"""What a cross-encoder learns from: questions, each with passages of different grades."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.evaluate.questions.self_made import in_turns
from core.schema import Chunk, Comparison
from core.text.counting import counted
from core.text.overlap import jaccard

NEGATIVES = 7
TEST_SHARE, DEV_SHARE = 0.3, 0.15
SAME_TEXT = 0.6
"""Word overlap (Jaccard) from which an unjudged passage may say the same as a relevant one."""


@dataclass(frozen=True, slots=True)
class TrainingGroup:
    """A question with its passages, best first, and their grades from 0.

    ``document_id`` is the document of its best passage: a split by document keeps all questions
    about it on one side.
    """

    query: str
    passages: tuple[str, ...]
    grades: tuple[int, ...]
    document_id: str

    def __post_init__(self) -> None:
        """Refuse what teaches nothing."""
        if len(self.passages) != len(self.grades) or len(set(self.grades)) < 2:
            raise InputError(
                f"“{self.query[:60]}” has no passages of different grades.",
                "Judge a good and a bad passage of the question.",
            )


def mined(comparison: Comparison, grades: Mapping[str, int], *, unjudged: bool) -> list[Chunk]:
    """Hard negatives: passages that either list ranks high and that are no answer, hardest first.

    Those judged 0 come first. Then, when ``unjudged`` ones may be taken, both lists in turn from
    the top. A passage that says nearly the same as a relevant one is left out: it may be an
    answer that nobody judged.

    Args:
        comparison: both lists.
        grades: chunk id to grade, 0 to 3.
        unjudged: whether a passage without a grade may count as no answer. True where the source
            of the answer is known (self-made questions), a risk where people judged a few.
    """
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    relevant = [chunks[i].text for i, grade in grades.items() if grade > 0 and i in chunks]
    second = [item.chunk.id for item in comparison.reranked]
    first = [candidate.chunk.id for candidate in comparison.candidates]
    in_turn = list(dict.fromkeys(in_turns([second, first])))
    bad = [i for i in in_turn if grades.get(i) == 0]
    open_ = [i for i in in_turn if unjudged and i not in grades]
    fresh = [i for i in open_ if not _says_the_same(chunks[i].text, relevant)]
    return [chunks[i] for i in (*bad, *fresh)]


def _says_the_same(text: str, relevant: Sequence[str]) -> bool:
    words = text.casefold().split()
    return any(jaccard(words, other.casefold().split()) >= SAME_TEXT for other in relevant)


def training_group(
    comparison: Comparison, grades: Mapping[str, int], *, unjudged: bool = False
) -> TrainingGroup:
    """A question's relevant passages and its hardest negatives, best grade first.

    Raises:
        InputError: it has no relevant passage in the comparison, or no negative.
    """
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    good = sorted(
        ((grade, i) for i, grade in grades.items() if grade > 0 and i in chunks),
        key=lambda pair: (-pair[0], pair[1]),
    )
    if not good:
        raise InputError(f"No relevant passage of “{comparison.query[:60]}” was found.")
    bad = mined(comparison, grades, unjudged=unjudged)[:NEGATIVES]
    return TrainingGroup(
        query=comparison.query,
        passages=(*(chunks[i].passage for _, i in good), *(chunk.passage for chunk in bad)),
        grades=(*(grade for grade, _ in good), *(0 for _ in bad)),
        document_id=chunks[good[0][1]].document_id,
    )


Groups = tuple[TrainingGroup, ...]


def split(groups: Sequence[TrainingGroup], seed: int = 0) -> tuple[Groups, Groups, Groups]:
    """Groups to learn from, to stop by, and to measure on.

    Whole documents go to the test side until it has about its share: it shares none with the
    others. With one document it is split by question, as dev always is.

    Raises:
        InputError: fewer than ten questions cannot be split three ways.
    """
    if len(groups) < 10:
        raise InputError(
            f"{counted(len(groups), 'question')} with good and bad passages: too few to train and "
            "to test.",
            "Judge more, or make questions from the documents; 50 are a good start.",
        )
    chance = random.Random(seed)
    documents = sorted({group.document_id for group in groups})
    chance.shuffle(documents)
    held: set[str] = set()
    for name in documents[:-1]:
        if sum(group.document_id in held for group in groups) >= TEST_SHARE * len(groups):
            break
        held.add(name)
    tested = [group for group in groups if group.document_id in held]
    rest = [group for group in groups if group.document_id not in held]
    if not tested or len(rest) < len(groups) // 3:
        rest = chance.sample(list(groups), len(groups))
        cut = max(1, round(TEST_SHARE * len(groups)))
        tested, rest = rest[:cut], rest[cut:]
    chance.shuffle(rest)
    cut = max(1, round(DEV_SHARE * len(groups)))
    return tuple(rest[cut:]), tuple(rest[:cut]), tuple(tested)
