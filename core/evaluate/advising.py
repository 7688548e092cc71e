"""Which search is best on some documents, found out on questions made from them.

The sentence that is said compares with the cross-encoder's own order, which is what Compare shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from core.evaluate.compare import Difference, difference_of
from core.evaluate.configurations import Configuration
from core.evaluate.dataset_client import DatasetClient, dataset_plan
from core.evaluate.datasets import Dataset, Passage
from core.evaluate.evaluating import Evaluation, run_evaluation
from core.evaluate.metrics import MEASURE
from core.evaluate.questions.taken_out import take_out
from core.evaluate.rankings import ALGORITHMS
from core.home.database import Database
from core.schema import Chunk, ModelInfo, SearchSettings
from core.search.fitted import models_key
from core.search.ordering import BALANCED
from core.search_settings import FirstStageKind, FirstStageSettings, Fits, SecondStageSettings
from core.serialize import from_json, to_json
from core.text.counting import counted, signed

ALGORITHM_VERSION = 1
"""Raised whenever the same documents give other questions, or other searches are compared."""
MADE_QUESTIONS, FEWEST_MADE = 50, 20
"""Questions that are asked, and below which nothing is claimed."""
LARGE_CHANGE = 0.2
"""The share of the documents that are new or gone, from which on advice is of other documents."""


def _search(
    kind: FirstStageKind = "dense", blend: float = 1.0, *, enabled: bool = True
) -> SearchSettings:
    first, second = FirstStageSettings(kind), SecondStageSettings(enabled, blend)
    return SearchSettings(first=first, second=second)


ALONE = "the cross-encoder alone"
ALTERNATIVES = {
    "the blend": _search(blend=BALANCED),
    "no reranking": _search(enabled=False),
    "hybrid search": _search("hybrid"),
    "hybrid search with the blend": _search("hybrid", BALANCED),
    "hybrid search without reranking": _search("hybrid", enabled=False),
}
"""How a search is called in the sentence -> its settings; each is compared with ``ALONE``."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What was found out about a collection when it held these ``revisions``.

    ``compared`` are the differences of ``ALTERNATIVES`` to ``ALONE``, none where too few questions
    could be made. ``conditions`` names models and algorithms.
    """

    made_at: datetime
    revisions: tuple[str, ...]
    conditions: str
    questions: int
    compared: tuple[Difference, ...] = ()
    dismissed: bool = False

    @property
    def best(self) -> Difference | None:
        """The best-supported gain: of those whose interval leaves out 0 the one farthest from it.

        Not corrected for the number of searches: it is advice, which a click takes back.
        """
        gains = [d for d in self.compared if d.settled and d.low > 0]
        return max(gains, key=lambda d: d.low, default=None)

    @property
    def settings(self) -> SearchSettings | None:
        """How to search, where one way is better than ``ALONE``."""
        return ALTERNATIVES[self.best.other] if self.best else None

    @property
    def words(self) -> str:
        """The sentence that says it."""
        if self.best is not None:
            better = f"{self.best.other} is better than {ALONE}: {gain_words(self.best)}."
            return f"On {self._asked} {better}"
        if not self.compared:
            return f"Only {self._asked}: too few to say which search is best."
        return f"On {self._asked} no search is clearly better than {ALONE}."

    @property
    def _asked(self) -> str:
        return f"{counted(self.questions, 'question')} made from these documents"

    def place(self, search: SearchSettings) -> Literal["base", "best", "other"]:
        """Whether a person searches as ``ALONE`` does, as is best here, or otherwise."""
        if self.settings is not None and _way(search) == _way(self.settings):
            return "best"
        return "base" if _way(search) == _way(SearchSettings()) else "other"

    def fits(self, revisions: Sequence[str], conditions: str) -> bool:
        """Whether it still speaks of these documents, under these models and algorithms."""
        changed = len(set(revisions) ^ set(self.revisions))
        return conditions == self.conditions and changed <= LARGE_CHANGE * len(self.revisions)


def _way(search: SearchSettings) -> tuple[int, FirstStageSettings, SecondStageSettings]:
    """What of the settings is compared; what was fitted changes no order but by weights."""
    fits = Fits(weights=search.second.fits.weights)
    return search.top_k, search.first, replace(search.second, fits=fits)


def conditions(encoder: ModelInfo, cross_encoder: ModelInfo) -> str:
    """Names what advice depends on beside the documents; a runtime ranks as any other does."""
    return f"{models_key(encoder, cross_encoder)}, {ALGORITHMS}, advice {ALGORITHM_VERSION}"


def gain_words(difference: Difference) -> str:
    """A difference with its interval, as all sentences say it."""
    d = difference
    return f"{signed(d.mean)} [{signed(d.low)}, {signed(d.high)}]"


def ask_made_questions(
    client: DatasetClient, report: Callable[[int, int], None]
) -> tuple[Difference, ...]:
    """Every alternative against the cross-encoder alone, by nDCG@10.

    Rankings are kept until all are there, so that a measurement that was cut short goes on.

    Args:
        client: of ``made_dataset``, with an empty store.
        report: told (done, total) passages, then searches, before each of them.

    Raises:
        SecondLookError: a search failed, or ``report`` ended it.
    """
    client.index(report)
    searches = {ALONE: SearchSettings(), **ALTERNATIVES}
    configurations = [Configuration(name, search) for name, search in searches.items()]
    plan = dataset_plan(client.dataset, configurations, measures=(MEASURE,))
    evaluation = Evaluation("advice", client.dataset.name, datetime.now(UTC), plan)
    _, outcome = run_evaluation(client, evaluation, lambda e: report(e.done + 1, e.total))
    values = {run.name: run.values[MEASURE] for run in outcome.runs}
    return tuple(
        difference_of(values[ALONE], values[name], MEASURE, (ALONE, name)) for name in ALTERNATIVES
    )


def made_dataset(name: str, chunks: Sequence[Chunk]) -> Dataset:
    """Questions made from some chunks, and all chunks without the words of these questions."""
    taken = take_out(chunks, MADE_QUESTIONS)
    return Dataset(
        name=name,
        corpus={id_: Passage("", chunk.passage) for id_, chunk in taken.left.items()},
        queries={question: question for question in taken.questions},
        qrels={question: dict.fromkeys(ids, 1) for question, ids in taken.questions.items()},
    )


class AdviceBook:
    """The kept advice of a home folder, one for each collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, collection: str) -> Advice | None:
        """What was found out last."""
        sql = "SELECT record FROM advice WHERE collection = ?"
        rows = self._database.rows(sql, [collection])
        return from_json(Advice, str(rows[0][0])) if rows else None

    def keep(self, collection: str, advice: Advice) -> None:
        """Keep it in the place of what was known before."""
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO advice VALUES (?, ?)", (collection, to_json(advice)))
