"""A test collection that others made, measured as one's own questions are.

Its passages become a collection in a temporary store, each as one chunk; its qrels are the grades.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import MEASURES, Configuration, Plan
from core.evaluate.datasets import Dataset, asked_text, read_lines
from core.evaluate.evaluating import Evaluation, run_evaluation
from core.evaluate.judging.grading import Graded, Grades, Uncertain
from core.evaluate.judging.judgments import GRADES, MADE, Judgment, Judgments
from core.evaluate.metrics import judged
from core.evaluate.outcome import Outcome
from core.evaluate.questions.qrels import from_run
from core.evaluate.questions.question_sets import Question
from core.ports import CrossEncoder, Encoder, VectorStore
from core.schema import (
    Candidate,
    Chunk,
    Comparison,
    FloatVector,
    ModelInfo,
    SearchSettings,
    chunk_id,
)
from core.search.cache import ScoreCache
from core.search.first_stage import Corpus, FirstStageResult
from core.search.pipeline import Stages, compare
from core.search_settings import SecondStageSettings
from core.store.opening import open_store
from core.text.counting import counted
from core.text.spans import Place

NAME = "dataset"
ENCODE_BATCH = 256
"""Passages that are encoded between two reports of progress."""

ForeignRun = Mapping[str, Sequence[str]]
"""Question -> document ids, best first, as another engine found them."""


@dataclass(frozen=True, slots=True)
class DatasetClient(EvaluationClient):
    """Asks a test collection.

    ``runs`` are foreign first stages by name; a configuration names the one that it uses.
    ``judgments`` keeps the rankings; the grades are the collection's qrels. ``scores`` are kept of
    pairs that several configurations read. ``vectors`` of passages are known before, by id.
    """

    dataset: Dataset
    encoder: Encoder
    cross_encoder: CrossEncoder
    store: VectorStore
    judgments: Judgments
    runs: Mapping[str, ForeignRun]
    scores: ScoreCache | None = None
    vectors: Mapping[str, FloatVector] = field(default_factory=dict)

    def compare(self, collection_id: str, query: str, configuration: Configuration) -> Comparison:
        """Ask a question of all passages, or of those that a foreign run lists for it."""
        foreign = partial(self._listed, configuration.run) if configuration.run else None
        models = self.encoder, self.cross_encoder
        stages = Stages(*models, self.store, self.scores, first_stage=foreign)
        corpus = Corpus(collection_id, NAME, (NAME,), self.corpus_version(collection_id))
        return compare(query, configuration.settings, stages, corpus)

    def _listed(self, run: str, query: str, settings: SearchSettings) -> FirstStageResult:
        """What the run lists, which took no time here; nothing for a question that it lacks."""
        names = self.runs[run].get(query, ())[: settings.top_k]
        candidates = tuple(
            Candidate(self._chunk(0, name), -float(rank), rank, hits=())
            for rank, name in enumerate(names, start=1)
        )
        return FirstStageResult(candidates, 0.0, 0.0)

    def _chunk(self, ordinal: int, name: str) -> Chunk:
        text = self.dataset.corpus[name].passage
        return Chunk(_id(name), name, name, ordinal, 0, 0, 0, len(text), text, tokens=0)

    def index(self, advance: Callable[[int, int], None]) -> None:
        """Encode all passages once, and store them."""
        names = sorted(self.dataset.corpus)
        self.store.create(NAME, self.encoder.dimension)
        for start in range(0, len(names), ENCODE_BATCH):
            part = names[start : start + ENCODE_BATCH]
            chunks = [self._chunk(start + i, name) for i, name in enumerate(part)]
            new = [name for name in part if name not in self.vectors]
            encoded = self.encoder.encode([self.dataset.corpus[name].passage for name in new])
            known = {**self.vectors, **dict(zip(new, encoded, strict=True))}
            self.store.upsert(NAME, NAME, chunks, np.stack([known[name] for name in part]))
            advance(start + len(chunks), len(names))

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The passage."""
        return [self._chunk(0, document_id)]

    def corpus_version(self, collection_id: str) -> str:
        """The name of the collection, which does not change while it is measured."""
        return self.dataset.name

    def model_infos(self, configuration: Configuration) -> tuple[ModelInfo, ModelInfo]:
        """Both models."""
        return self.encoder.info, self.cross_encoder.info

    def grades(self, collection_id: str, questions: tuple[Question, ...], place: str) -> Graded:
        """The qrels; a relevant document that the corpus lacks stays relevant, and unfindable."""
        by_text = self.dataset.by_text
        rows = [(q.text, *grade) for q in questions for grade in by_text[q.text].items()]
        grades: dict[str, Grades] = {question.text: {} for question in questions}
        for text, name, grade in rows:
            grades[text][_id(name)] = {MADE: grade}
        now, most = datetime.now(UTC), max(GRADES)
        missing = (
            Judgment(NAME, text, Place(name, 0, 1), min(grade, most), MADE, now)
            for text, name, grade in rows
            if grade > 0 and name not in self.dataset.corpus
        )
        return Graded(grades, tuple(Uncertain(judgment, 0.0) for judgment in missing))

    def release(self) -> None:
        """Nothing was opened."""


def evaluate_dataset(
    dataset: Dataset,
    plan: Plan,
    encoder: Encoder,
    cross_encoder: CrossEncoder,
    runs: Mapping[str, ForeignRun] | None = None,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> Outcome:
    """Measure the plan's configurations on a test collection, in a store that goes with the call.

    Args:
        dataset: corpus, queries and judgments.
        plan: of ``dataset_plan``.
        encoder: for passages and questions.
        cross_encoder: reads the candidates.
        runs: foreign first stages, by name.
        advance: told (done, total) passages, then searches.
    """
    with closing(open_store()) as store, closing(Judgments(None)) as judgments:
        client = DatasetClient(dataset, encoder, cross_encoder, store, judgments, runs or {})
        client.index(advance)
        evaluation = Evaluation(NAME, dataset.name, datetime.now(UTC), plan)
        _, outcome = run_evaluation(client, evaluation, lambda e: advance(e.done + 1, e.total))
        return outcome


def dataset_plan(
    dataset: Dataset,
    configurations: Sequence[Configuration],
    limit: int | None = None,
    measures: Sequence[str] = MEASURES,
) -> Plan:
    """The configurations on the first ``limit`` questions that have a relevant document.

    The first one is the baseline; passages that nobody judged count as not relevant.

    Raises:
        InputError: there is nothing to measure, or a number is out of range.
    """
    if limit is not None and limit < 1:
        raise InputError(f"{limit} questions cannot be measured.", "Use 1 or more.")
    texts = list(islice(judged(dataset.by_text), limit))
    if not texts:
        raise InputError(
            f"{dataset.name} has no question with a relevant document.",
            "Check that qrels and queries use the same ids.",
        )
    return Plan(
        set_name=dataset.name,
        questions=tuple(Question(text, "imported") for text in texts),
        configurations=tuple(configurations),
        baseline=configurations[0].name,
        leave_out_unjudged=False,
        measures=tuple(measures),
    )


def foreign_configurations(base: Configuration, names: Sequence[str]) -> list[Configuration]:
    """Each foreign run as it is, and reranked as ``base`` is."""
    plain = replace(base.settings, second=SecondStageSettings(enabled=False))
    return [
        configuration
        for name in names
        for configuration in (
            replace(base, name=name, run=name, settings=plain),
            replace(base, name=f"{name}, reranked", run=name),
        )
    ]


def read_run(path: Path, dataset: Dataset) -> tuple[dict[str, list[str]], str]:
    """A TREC run of another engine: question -> document ids by score, and what was made of it.

    Questions that the dataset lacks are left out with a word.

    Args:
        path: lines of query id, Q0, document id, rank, score, tag.
        dataset: whose queries and passages the run names.

    Raises:
        InputError: it cannot be read, names a passage that is not there, or no question that is.
    """
    lists, made = from_run(str(path), read_lines(path))
    unknown = [query for query in lists if query not in dataset.queries]
    known = {query: names for query, names in lists.items() if query in dataset.queries}
    for kind, missing in (
        ("question", unknown if not known else []),
        ("passage", [n for names in known.values() for n in names if n not in dataset.corpus]),
    ):
        if missing:
            raise InputError(
                f"{path} names the {kind} {missing[0]!r}, which the folder does not have.",
                "A run and its folder must use the same ids.",
            )
    by_text = {asked_text(dataset.queries[query]): names for query, names in known.items()}
    if len(by_text) < len(known):
        raise InputError(f"Two questions of {path} have the same words.", "Keep one of them.")
    if unknown:
        made += f" {counted(len(unknown), 'question')} left out that the folder does not have."
    return by_text, made


def _id(name: str) -> str:
    """The store wants UUIDs."""
    return chunk_id(name, NAME, 0)
