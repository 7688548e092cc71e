"""The cross-encoder: every runtime that this machine has against the library as it comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.rows import SQUAD, Row, medians, sample_words, text_of
from core.app.tour import QUESTION
from core.errors import ModelError
from core.evaluate.datasets import read_dataset
from core.models.openvino.tokens import TOKENIZER, PairTokenizer
from core.models.registry import spec_of
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    OpenVinoCrossEncoder,
    open_cross_encoder,
    open_encoder,
)
from core.models.runtime_selection.agreement import noise_floor, ranking_agreement
from core.models.runtime_selection.material import RankingTask, ranking_tasks, sample_texts
from core.ports import CrossEncoder
from core.schema import FloatVector

ASKED = 60
DEPTH = 20
TURNS = 9
READ_BEFORE = ", a new question about passages read before"


def rows() -> Iterator[Row]:
    """Three shapes for each runtime, the plain library measured in the same turn.

    The last runtime also answers a new question about passages that another question had read.
    """
    with tempfile.TemporaryDirectory() as home:
        place = ModelLocation(spec_of("cross_encoder"), Path(home), 2)
        models = _opened(place)
        drifts = _drifts(models, ModelLocation(spec_of("encoder"), Path(home), 2))
        last = list(models)[-1]
        ways = {runtime: partial(_anew, model) for runtime, model in models.items()}
        ways[last + READ_BEFORE] = partial(_anew, models[last], unread=False)
        drifts[last + READ_BEFORE] = drifts[last]
        for name, texts in _shapes(place).items():
            plain, *ours = medians(
                [partial(_plain, texts)] + [partial(way, texts) for way in ways.values()],
                TURNS,
            )
            for way, milliseconds in zip(ways, ours, strict=True):
                yield Row(f"rerank {name}, {way}", plain, milliseconds, drifts[way])


def _opened(place: ModelLocation) -> dict[str, CrossEncoder]:
    models: dict[str, CrossEncoder] = {}
    for runtime in (REFERENCE, *FASTER):
        try:
            models[runtime] = open_cross_encoder(place, runtime)
        except ModelError as exc:
            print(f"(no {runtime}: {exc})")
    return models


def _anew(model: CrossEncoder, texts: Sequence[str], unread: bool = True) -> object:
    """As for a question that was never asked: the library makes its tokens each time, so do we.

    Args:
        unread: whether no question before had these passages either.
    """
    if isinstance(model, OpenVinoCrossEncoder):
        model.tokenizer.forget(passages=unread)
    return model.score(QUESTION, texts)


def _plain(texts: Sequence[str], loaded: list[object] = []) -> object:  # noqa: B006 - kept on purpose
    """The library with its defaults: float32, batches of 32, in the order given."""
    if not loaded:
        from sentence_transformers import CrossEncoder as Library  # noqa: PLC0415 - heavy

        model = Library(spec_of("cross_encoder").source, device="cpu", local_files_only=True)
        model.model.float()
        loaded.append(model)
    pairs = [(QUESTION, text) for text in texts]
    return loaded[0].predict(pairs, show_progress_bar=False)  # type: ignore[attr-defined]


def _shapes(place: ModelLocation) -> dict[str, list[str]]:
    tokenizer = PairTokenizer(Path(place.spec.source) / TOKENIZER, 512)
    words = sample_words()
    mixed = [" ".join(words[50 * i :][: 20 + 6 * i]) for i in range(50)]
    np.random.default_rng(0).shuffle(mixed)
    return {
        "50 x 256 tokens": [text_of(256, QUESTION, tokenizer, 40 * i) for i in range(50)],
        "20 x 128 tokens": [text_of(128, QUESTION, tokenizer, 40 * i) for i in range(20)],
        "50 paragraphs of 20 to 314 words": mixed,
    }


def _drifts(models: dict[str, CrossEncoder], encoder: ModelLocation) -> dict[str, str]:
    """For each runtime, in words, how well it agrees with the reference."""
    vectors = open_encoder(encoder, "openvino-f32")
    groups, relevant = _squad_groups(vectors) if SQUAD.is_dir() else (None, [])
    if groups is None:
        groups = ranking_tasks(*sample_texts(), vectors)
    floor = noise_floor(
        np.concatenate([models[REFERENCE].score(g.query, g.far) for g in groups if g.far])
    )
    logits = {
        name: [model.score(group.query, group.passages) for group in groups]
        for name, model in models.items()
    }
    return {
        name: _drift(logits[REFERENCE], found, floor, relevant) for name, found in logits.items()
    }


def _drift(
    expected: list[FloatVector], found: list[FloatVector], floor: float, relevant: list[list[bool]]
) -> str:
    overlap, tau = ranking_agreement(expected, found, floor)
    words = f"overlap {overlap.value:.3f}, tau {tau.value:.3f}"
    if not relevant:
        return words
    return f"{words}, nDCG@10 {np.mean(list(map(_ndcg, found, relevant))):.4f}"


def _ndcg(logits: FloatVector, relevant: list[bool]) -> float:
    """nDCG@10 of one question; the ideal has every candidate that is relevant first."""
    gains = np.array(relevant, dtype=float)[np.argsort(-logits, kind="stable")]
    discounts = 1 / np.log2(np.arange(2, 12))
    ideal = (np.sort(gains)[::-1][:10] * discounts[: len(gains)]).sum()
    return float((gains[:10] * discounts).sum() / ideal) if ideal else 0.0


def _squad_groups(vectors: object) -> tuple[list[RankingTask], list[list[bool]]]:
    """Questions of SQuAD dev with their nearest paragraphs, and which of these are judged right."""
    dataset = read_dataset(SQUAD)
    asked = sorted(dataset.qrels)[:ASKED]
    texts = {document.passage: key for key, document in dataset.corpus.items()}
    questions = [dataset.queries[key] for key in asked]
    groups = ranking_tasks(questions, list(texts), vectors, DEPTH)  # type: ignore[arg-type]
    relevant = [
        [dataset.qrels[key].get(texts[passage], 0) > 0 for passage in group.passages]
        for key, group in zip(asked, groups, strict=True)
    ]
    return groups, relevant
