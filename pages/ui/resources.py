"""All caches: the engine of this process, and results that are the same for the same input."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import streamlit as st

from core.answer.evidence import Evidence, evidence_of
from core.app.engine import Engine, open_engine
from core.app.model_manager import OpenedReranker
from core.app.opening import rebuild_home
from core.app.tour import Probe, ProbeOutcome, Speed, demonstrate
from core.evaluate.outcome import Outcome
from core.evaluate.regressions import Cause
from core.explain.conflicts import Conflict, all_conflicts
from core.explain.occlusion import Explanation, explain
from core.explain.suspicion import Suspicion, suspicions
from core.explain.what_if import WhatIf, what_if
from core.ingest.chunking import SpanFunction, chunk
from core.learn.fits import Tuning
from core.models.language import language_warning
from core.models.registry import spec_of
from core.models.tokens import TokenSpans
from core.models.torch_models import NliCrossEncoder, load_nli
from core.ports import CrossEncoder
from core.samples import SampleQuestion, sample_documents, sample_questions
from core.schema import (
    Answer,
    Candidate,
    Chunk,
    Chunking,
    Comparison,
    Document,
    Reranked,
    SearchSettings,
    Stage,
    sha256_hex,
)
from core.search.cache import CachedCrossEncoder
from core.search.cascade import Pace, cheap_logits, measure_pace
from core.settings import Settings, load_settings
from core.text.hosts import is_loopback
from core.text.spelling import Vocabulary, offered_words, vocabulary_of
from core.text.words import missing_words

_LOG = logging.getLogger(__name__)
FIRST_SCREEN_SECONDS = 1.0
COMPARISONS = 150
SPELLED = 20_000


def _values() -> Mapping[str, str]:
    """The secrets file, overruled by the environment."""
    secrets: dict[str, str] = {}
    if st.secrets.load_if_toml_exists():
        secrets = {key: str(value) for key, value in st.secrets.items()}
    return {**secrets, **os.environ}


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings of this process."""
    return load_settings(_values())


def exposed(address: str | None, *, login: bool) -> str:
    """What to say where other machines can open the page without a login; else empty.

    >>> exposed("localhost", login=False), exposed("0.0.0.0", login=True)
    ('', '')
    """
    if login or (address and is_loopback(address)):
        return ""
    return (
        f"Other machines can open this page ({address or 'all addresses'}), and there is no login. "
        "Whoever opens it sees all documents, the history of everybody's questions and all notes, "
        "and can use the language model that is set. How to change that: docs/login.md"
    )


@st.cache_resource(show_spinner="Opening your library …")
def engine() -> Engine:
    """The one engine of this process; models load behind it."""
    if warning := exposed(st.get_option("server.address"), login="auth" in _values()):
        _LOG.warning(warning)
    return open_engine(settings(), models_after=FIRST_SCREEN_SECONDS, stays=True)


@st.cache_resource(show_spinner=False)
def tuning() -> Tuning:
    """What was learned for this home folder, and the training of this process."""
    return Tuning(settings().home)


def prepare_rebuild() -> Path:
    """Move damaged parts of the home folder aside; the next start indexes the originals again."""
    return rebuild_home(settings())


def _models(comparison: Comparison) -> tuple[str, ...]:
    return tuple(info.computation for info in comparison.models)


def fingerprint(comparison: Comparison) -> str:
    """Names a comparison, and all its parts, in caches and keys: what was asked, and when."""
    asked = comparison.query, comparison.settings, comparison.corpus_version, comparison.asked_at
    return hashlib.sha256(repr((asked, _models(comparison))).encode()).hexdigest()[:16]


_BY_NAME: dict[str | type, Callable[[Any], Any]] = {Comparison: fingerprint}


@st.cache_resource(show_spinner=False)
def _comparisons() -> dict[tuple[object, ...], Comparison]:
    """Whole comparisons by what was asked, and under which conditions; the oldest first."""
    return {}


def comparison_in_parts(
    engine: Engine,
    collection_id: str,
    query: str,
    search: SearchSettings,
    quote_depth: int,
    read_by: tuple[str, str] = ("", ""),
) -> Generator[Comparison, None, None]:
    """A comparison as it grows; the whole alone when it was made under the same conditions.

    One of before a noise floor was measured, or another runtime taken, is not shown for one of now.
    Nothing is kept of one that was not taken to its end. ``read_by`` names another reranker than
    the one that is on, and its runtime.
    """
    by = reranker(engine, *read_by) if any(read_by) else None
    version = engine.library.corpus_version(collection_id)
    under = engine.model_manager.conditions(version, by.info if by else None)
    key, kept = (collection_id, query, search, quote_depth, read_by, under), _comparisons()
    if key in kept:
        yield kept[key]
        return
    asked = engine.searcher.in_parts(collection_id, query, search, quote_depth, by)
    with closing(asked) as parts:
        for part in parts:
            yield part
    kept[key] = part
    while len(kept) > COMPARISONS:
        kept.pop(next(iter(kept)), None)


def comparison(
    engine: Engine,
    collection_id: str,
    query: str,
    search: SearchSettings,
    quote_depth: int,
    read_by: tuple[str, str] = ("", ""),
) -> Comparison:
    """The whole of ``comparison_in_parts``."""
    *_, whole = comparison_in_parts(engine, collection_id, query, search, quote_depth, read_by)
    return whole


@st.cache_data(show_spinner=False, max_entries=100)
def cheap_pass(
    _engine: Engine, corpus_version: str, query: str, _candidates: tuple[Candidate, ...]
) -> tuple[tuple[float, ...], Pace]:
    """What the cheap pass of a cascade gives these candidates, and the pace of both passes."""
    del corpus_version  # part of the cache key only
    _, cross_encoder = _engine.models.wait()
    reader = CachedCrossEncoder(cross_encoder, _engine.scores)
    with _engine.models.scheduler.searching():
        cheap = cheap_logits(reader, query, _candidates)
        pace = measure_pace(cross_encoder, query, _candidates)
    return tuple(float(logit) for logit in cheap), pace


@st.cache_resource(show_spinner=False, max_entries=20)
def first_passages(
    _engine: Engine, collection_id: str, corpus_version: str, most: int = 60
) -> tuple[Chunk, ...]:
    """Passages of a collection, some of each document, read once for each corpus version."""
    del corpus_version  # part of the cache key only
    documents = _engine.library.documents(collection_id)[:most]
    each = max(1, most // max(1, len(documents)))
    chunks_of_documents = (
        _engine.corpora.chunks(collection_id, document.id)[:each] for document in documents
    )
    return tuple(chunk for chunks in chunks_of_documents for chunk in chunks)


def forget_comparisons() -> None:
    """After another reranker was chosen: what was computed is of the old one."""
    _comparisons().clear()
    cheap_pass.clear()
    quote_answer.clear()


@st.cache_resource(show_spinner=False, max_entries=3)
def opened_reranker(_engine: Engine, name: str, runtime: str) -> OpenedReranker:
    """A reranker beside the one that is on, with what opening it took; three stay loaded."""
    return _engine.model_manager.open_reranker(name, runtime)


def reranker(engine: Engine, name: str, runtime: str) -> CrossEncoder:
    """A reranker beside the one that is on."""
    return opened_reranker(engine, name, runtime).model


@st.cache_data(show_spinner=False, max_entries=60)
def page_picture(_engine: Engine, document_id: str, page: int, width: int) -> bytes:
    """A page as PNG."""
    return _engine.pages.picture(document_id, page, width)


@st.cache_data(show_spinner=False)
def suggested_questions() -> list[SampleQuestion]:
    """The questions that come with the sample documents."""
    return sample_questions()


@st.cache_resource(show_spinner="Loading the contradiction model …")
def _nli(folder: str, threads: int) -> NliCrossEncoder:
    return load_nli(folder, threads)


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs={Reranked: hash})
def _conflicts(_engine: Engine, top: tuple[Reranked, ...], nli: str) -> tuple[Conflict, ...]:
    if not nli:
        return all_conflicts(top)
    reader = _nli(nli, _engine.settings.threads)
    with _engine.models.scheduler.searching():
        return all_conflicts(top, reader)


def conflicts(engine: Engine, top: tuple[Reranked, ...]) -> tuple[Conflict, ...]:
    """What contradicts what in the top n: by rule, and by the model of the settings if any."""
    return _conflicts(engine, top, engine.settings.nli)


@st.cache_resource(show_spinner=False, max_entries=50, hash_funcs=_BY_NAME)
def warnings(
    _engine: Engine, comparison: Comparison, most: int | None = None
) -> dict[str, tuple[Suspicion, ...]]:
    """What is suspicious about the candidates, about the first ``most`` if given, by chunk id."""
    chunks = [candidate.chunk for candidate in comparison.candidates[:most]]
    return {c.id: suspicions(c, _engine.pages.text(c.document_id)) for c in chunks}


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=_BY_NAME)
def quote_answer(_engine: Engine, stage: Stage, comparison: Comparison) -> Answer:
    """The extractive answer, computed once for a comparison and a list."""
    return _engine.quote_answer(comparison, stage)


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=_BY_NAME)
def foreign(_engine: Engine, comparison: Comparison) -> str:
    """What to know about a language that the cross-encoder was not made for; empty if nothing."""
    top = [item.chunk for item in comparison.reranked[: comparison.settings.top_n]]
    return language_warning(top, _engine.model_manager.spec("cross_encoder"), comparison.query)


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=_BY_NAME)
def evidence(_engine: Engine, comparison: Comparison, misspelled: bool) -> Evidence:
    """How far the answer can be relied on."""
    unknown = bool(foreign(_engine, comparison))
    cross_encoder = _engine.models.wait()[1]
    return evidence_of(comparison, cross_encoder, foreign=unknown, misspelled=misspelled)


@st.cache_resource(show_spinner=False, max_entries=3)
def _vocabulary(_engine: Engine, collection_id: str, corpus_version: str) -> Vocabulary:
    documents = _engine.library.documents(collection_id)
    read = (chunks(_engine, collection_id, each.id, corpus_version) for each in documents)
    return vocabulary_of(chunk.passage for part in read for chunk in part)


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=_BY_NAME)
def did_you_mean(_engine: Engine, collection_id: str, comparison: Comparison) -> dict[str, str]:
    """Words of the question that the collection does not have, and what was perhaps meant.

    Nothing where every word was found, in another language, and in a collection of more than
    ``SPELLED`` passages, whose words would take seconds to count.
    """
    passages = [candidate.chunk.passage for candidate in comparison.candidates]
    documents = _engine.library.documents(collection_id)
    many = sum(document.chunks for document in documents) > SPELLED
    if many or not missing_words(comparison.query, passages) or foreign(_engine, comparison):
        return {}
    known = _vocabulary(_engine, collection_id, comparison.corpus_version)
    return offered_words(comparison.query, known)


@st.cache_resource(show_spinner=False)
def samples() -> list[tuple[str, bytes]]:
    """Name and bytes of the sample documents."""
    return sample_documents()


@st.cache_data(show_spinner=False)
def sample_ids() -> dict[str, str]:
    """The document id of every sample document, by its name."""
    return {name: sha256_hex(data) for name, data in samples()}


@st.cache_resource(show_spinner=False)
def _tokenizer(folder: str) -> TokenSpans:
    return TokenSpans(Path(folder))


def _token_spans(engine: Engine) -> SpanFunction:
    """The encoder's tokens; a bundled encoder needs only its tokenizer file for that."""
    spec = spec_of("encoder", engine.settings.encoder)
    if spec.local and engine.models.status.state != "ready":
        return _tokenizer(spec.source)
    return engine.models.wait()[0].token_spans


@st.cache_resource(show_spinner=False, max_entries=20)
def cut(
    _engine: Engine, _document: Document, document_id: str, chunking: Chunking
) -> tuple[Chunk, ...]:
    """A document as another chunking would cut it; nothing is stored."""
    paged = _engine.pages.text(document_id)
    return tuple(chunk(paged, document_id, _document.name, chunking, _token_spans(_engine)))


@st.cache_resource(show_spinner=False, max_entries=500)
def chunks(
    _engine: Engine, collection_id: str, document_id: str, corpus_version: str
) -> tuple[Chunk, ...]:
    """The chunks of a document, read once for each corpus version."""
    del corpus_version  # part of the cache key only
    return tuple(_engine.corpora.chunks(collection_id, document_id))


@st.cache_data(show_spinner=False, max_entries=50)
def causes(
    _engine: Engine, ends: tuple[str, str], corpus_version: str, name: str, measure: str
) -> list[Cause]:
    """Why values of a configuration changed between two evaluations, by their ids."""
    del corpus_version  # part of the cache key only
    return _engine.evaluations.causes(*ends, name, measure)


@st.cache_resource(show_spinner=False, max_entries=20)
def outcome(_engine: Engine, evaluation_id: str, seconds: float) -> Outcome:
    """What a finished evaluation found; ``seconds`` it took, another number for another run."""
    del seconds  # part of the cache key only
    return _engine.evaluations.outcome(evaluation_id)


@st.cache_data(show_spinner=False, max_entries=500)
def _explanation(
    _engine: Engine, query: str, _chunk: Chunk, chunk_id: str, models: tuple[str, ...]
) -> Explanation:
    del chunk_id, models  # parts of the cache key only
    encoder, cross_encoder = _engine.models.wait()
    with _engine.models.scheduler.searching():
        return explain(query, _chunk, encoder, cross_encoder)


def explanation(engine: Engine, comparison: Comparison, chunk: Chunk) -> Explanation:
    """Why a passage of a comparison stands where it stands."""
    return _explanation(engine, comparison.query, chunk, chunk.id, _models(comparison))


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=_BY_NAME)
def edited(_engine: Engine, comparison: Comparison, query: str, text: str, chunk_id: str) -> WhatIf:
    """The comparison's passages with an edited question, and one with another text."""
    _, cross_encoder = _engine.models.wait()
    with _engine.models.scheduler.searching():
        return what_if(query, text, chunk_id, comparison, cross_encoder)


@st.cache_data(show_spinner=False)
def demonstration(_engine: Engine) -> Comparison:
    """Both lists of the question of the welcome."""
    return demonstrate(*_engine.models.wait())


@st.cache_resource(show_spinner=False)
def tour_outcomes(models: tuple[str, ...]) -> dict[Probe, ProbeOutcome]:
    """The tour's outcomes with these models in this process, to be added to."""
    del models  # the cache key only
    return {}


@st.cache_resource(show_spinner=False)
def tour_speeds() -> dict[tuple[str, ...], Speed]:
    """The tour's speeds in this process, by models, to be added to."""
    return {}
