"""Questions to an engine that runs: reranking, encoding, a comparison with and without quotes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.infinity import ENVIRONMENT, Infinity
from benchmarks.int8 import load
from benchmarks.measuring import INFINITY, ONNX, PLAIN, Cost, Costs, Race, Unavailable, Work, timed
from benchmarks.plain import (
    Models,
    best_sentences,
    cross_encoder_folder,
    library,
    nearest,
    reranked,
)
from core.app.engine import Engine, open_engine
from core.models.opening import ModelOpener
from core.models.openvino.setup import fast_bf16
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, OpenVinoCrossEncoder, open_cross_encoder
from core.models.runtime_selection.agreement import noise_floor, ranking_agreement
from core.models.runtime_selection.material import RankingTask, ranking_tasks, sample_texts
from core.models.tokens import TOKENIZER, PairTokenizer
from core.ports import CrossEncoder, Encoder
from core.samples import sample_documents, sample_questions
from core.schema import FloatVector, SearchSettings
from core.settings import load_settings

QUESTION = sample_questions()[0].text
QUOTES = 5
"""So many passages of each list get their best sentence: as many as an answer uses."""
RERANK_TARGET = 8.0 if fast_bf16() else 3.0
"""With matrix instructions (Intel's AMX, AMD's bf16), and without."""
COMPARE, QUOTED = "compare, 50 candidates", f"compare, 50 candidates, {QUOTES} quotes of each list"


def races(int8: Path | None) -> Iterator[tuple[str, Race]]:
    """Each race and its name.

    Args:
        int8: the folder of ``benchmarks.int8``, if there is one.
    """
    others = {PLAIN: library(), ONNX: load(int8)}
    with TemporaryDirectory() as folder:
        opener = ModelOpener(Path(folder), load_settings({}).threads, "auto")
        encoder = opener.encoder(spec_of("encoder"))
        yield from _reranking(opener, encoder, others)
        yield "encode 64 passages", _encoding(encoder, others)
        with engine_with_samples(Path(folder)) as engine:
            yield COMPARE, _comparing(engine, others, COMPARE, 0)
            yield QUOTED, _comparing(engine, others, QUOTED, QUOTES)


def _reranking(
    opener: ModelOpener, encoder: Encoder, others: Mapping[str, Models]
) -> Iterator[tuple[str, Race]]:
    """What a fresh home starts with, and int8, if a measurement must choose it."""
    location = ModelLocation(spec_of("cross_encoder"), opener.home, opener.threads)
    models = [opener.cross_encoder(location.spec)]
    if models[0].info.runtime != "openvino-int8":
        models.append(open_cross_encoder(location, "openvino-int8"))
    drifts = _drifts(models, others, ranking_tasks(*sample_texts(), encoder))
    with ExitStack() as stack:
        infinity = None
        if ENVIRONMENT.exists():
            infinity = stack.enter_context(Infinity(cross_encoder_folder()))
        for model, (shape, texts) in itertools.product(models, _shapes(models[0])):
            name = f"rerank {shape}, {model.info.runtime}"
            theirs = {who: timed(name, partial(_predict, it, texts)) for who, it in others.items()}
            theirs[INFINITY] = _Elsewhere(name, infinity, texts)
            drift = {name: drifts[model.info.runtime]}
            ours = timed(name, partial(_anew, model, texts))
            yield name, Race(ours, theirs, {name: RERANK_TARGET}, drift)


def _shapes(model: CrossEncoder) -> list[tuple[str, list[str]]]:
    """Fifty passages as they come, and twenty that are cut so that each pair has 128 tokens."""
    passages = sample_texts()[1]
    tokenizer = PairTokenizer(cross_encoder_folder() / TOKENIZER, model.info.max_length)
    mean = np.mean([len(pair) for pair in tokenizer(QUESTION, passages[:50])])
    words, texts = " ".join(passages).split(), list[str]()
    for i in range(20):
        text = words[40 * i :][:128]
        while len(tokenizer(QUESTION, [" ".join(text)])[0]) > 128:
            text.pop()
        texts.append(" ".join(text))
    return [(f"50 passages ({mean:.0f} tokens mean)", passages[:50]), ("20 x 128 tokens", texts)]


def _anew(model: CrossEncoder, texts: Sequence[str]) -> object:
    """As for a question that was never asked: the library makes its tokens each time, so do we."""
    if isinstance(model, OpenVinoCrossEncoder):
        model.tokenizer.passages.forget()
    return model.score(QUESTION, texts)


def _predict(models: Models, texts: Sequence[str]) -> object:
    return models.predict([(QUESTION, text) for text in texts])


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The side of infinity-emb, which says itself what it took."""

    name: str
    engine: Infinity | None
    texts: Sequence[str]

    def __call__(self) -> Costs:
        if self.engine is None:
            raise Unavailable("`make infinity` installs it, in an environment of its own")
        try:
            processor, clock, _ = self.engine.rerank(QUESTION, self.texts)
        except EOFError:
            raise Unavailable("it is installed, but ends when it is asked") from None
        return {self.name: Cost(processor, clock)}


def _drifts(
    models: Sequence[CrossEncoder], others: Mapping[str, Models], tasks: Sequence[RankingTask]
) -> dict[str, str]:
    """For each runtime, how well its order agrees with float32's, and that of the other int8."""
    plain = [_scores(others[PLAIN], task.query, task.passages) for task in tasks]
    off_topic = [_scores(others[PLAIN], task.query, task.far) for task in tasks if task.far]
    floor = noise_floor(np.concatenate(off_topic))

    def tau(logits: list[FloatVector]) -> str:
        return f"tau {ranking_agreement(plain, logits, floor)[1].value:.3f}"

    try:
        scores = [_scores(others[ONNX], task.query, task.passages) for task in tasks]
        beside = f" ({ONNX}: {tau(scores)})"
    except Unavailable:
        beside = ""  # its row says why
    return {
        model.info.runtime: tau([model.score(task.query, task.passages) for task in tasks]) + beside
        for model in models
    }


def _scores(models: Models, question: str, passages: Sequence[str]) -> FloatVector:
    scores: FloatVector = models.predict([(question, passage) for passage in passages])
    return scores


def _encoding(encoder: Encoder, others: Mapping[str, Models]) -> Race:
    """Passages that the library does not cut either."""
    texts = sample_texts()[1][:64]
    name = f"encode 64 passages, {encoder.info.runtime}"
    theirs = {who: timed(name, partial(models.encode, texts)) for who, models in others.items()}
    cosine = (others[PLAIN].encode(texts) * encoder.encode(texts)).sum(axis=1).min()
    ours = timed(name, partial(encoder.encode, texts))
    return Race(ours, theirs, {name: 3.0}, {name: f"least cosine {cosine:.5f}"})


@contextmanager
def engine_with_samples(home: Path) -> Iterator[Engine]:
    """An engine with the bundled models and the sample documents."""
    engine = open_engine(replace(load_settings({}), home=home))
    engine.jobs.add(engine.library.collections()[0].id, sample_documents())
    while engine.jobs.busy():
        time.sleep(0.05)
    yield engine
    engine.close()


def _comparing(engine: Engine, others: Mapping[str, Models], name: str, quotes: int) -> Race:
    """A question that nobody asked before, of the same passages on each side."""
    collection = engine.library.collections()[0].id
    whole = engine.searcher.compare(collection, QUESTION, SearchSettings(top_k=1000))
    passages = [candidate.chunk.passage for candidate in whole.candidates]
    questions = itertools.cycle(question.text for question in sample_questions())

    def ours() -> object:
        engine.scores.clear()
        return engine.searcher.compare(collection, next(questions), SearchSettings(), quotes)

    sides = {who: _by_hand(models, passages, name, quotes) for who, models in others.items()}
    return Race(timed(name, ours), sides, {name: RERANK_TARGET})


def _by_hand(models: Models, passages: Sequence[str], name: str, quotes: int) -> Work:
    questions = itertools.cycle(question.text for question in sample_questions())
    vectors = list[np.ndarray]()

    def ask() -> object:
        if not vectors:
            vectors.append(models.encode(passages))
        question = next(questions)
        left = [passages[i] for i in nearest(question, vectors[0], models)]
        right = reranked(question, left, models)
        chosen = dict.fromkeys([*left[:quotes], *(text for _, text in right[:quotes])])
        return right, best_sentences(question, list(chosen), models) if quotes else []

    return timed(name, ask)
