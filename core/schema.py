"""The records that travel from a file to an answer.

All are frozen. Ranks and page numbers start at 1. Character offsets are Python string indices into
``PagedText.text``, end exclusive. Records survive JSON both ways through ``core.serialize``.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.document_text import (
    Box as Box,  # noqa: PLC0414 - all of these are re-exports
    Heading as Heading,  # noqa: PLC0414
    Note as Note,  # noqa: PLC0414
    NoteKind as NoteKind,  # noqa: PLC0414
    Page as Page,  # noqa: PLC0414
    PagedText as PagedText,  # noqa: PLC0414
    Part as Part,  # noqa: PLC0414
    PlaceUnit as PlaceUnit,  # noqa: PLC0414
)
from core.errors import InputError
from core.search_settings import SearchSettings as SearchSettings  # noqa: PLC0414 - a re-export

FloatVector = NDArray[np.float32]
FloatMatrix = NDArray[np.float32]
Stage = Literal["dense", "bm25", "fused", "given", "rerank"]
CHUNK_NAMESPACE = uuid.UUID("5ec0d100-0000-4000-8000-000000000000")


CHUNKING_VERSION = 2
"""Raised whenever the same file gets other text or other chunks: both are part of what is kept."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """How text is cut: ``size`` and ``overlap`` in tokens of the encoder."""

    size: int = 200
    overlap: int = 40

    def __post_init__(self) -> None:
        """Refuse what cannot be cut."""
        if not 64 <= self.size <= 512:
            raise InputError(
                f"A chunk size of {self.size} tokens is outside 64 to 512.",
                "Choose a size in this range.",
            )
        if not 0 <= self.overlap <= self.size // 2:
            raise InputError(
                f"An overlap of {self.overlap} tokens is too large for chunks of {self.size}.",
                "Choose an overlap of at most half the size.",
            )

    @property
    def fingerprint(self) -> str:
        """Names this chunking and the version of its algorithm."""
        return f"v{CHUNKING_VERSION}-{self.size}-{self.overlap}"


@dataclass(frozen=True, slots=True)
class Collection:
    """A workspace: documents that are searched together, all cut the same way."""

    id: str
    name: str
    chunking: Chunking
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A committed file. ``id`` is the sha256 of its bytes, ``size`` is in bytes.

    ``revision`` names what is indexed of it (bytes, chunking, encoder); only that can be found.
    ``pages`` counts its places, which are of the kind ``unit``.
    """

    id: str
    name: str
    title: str
    pages: int
    chunks: int
    size: int
    added_at: datetime
    revision: str
    status: Literal["indexed"] = "indexed"
    unit: PlaceUnit = "page"

    @property
    def counted(self) -> bool:
        """Whether its chunks are known; not while only its file is there and waits for repair."""
        return self.chunks >= 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, ``text`` exactly [start:end]; ``labels`` as printed on its pages.

    ``first_page`` and ``last_page`` count the document's places, whose ``unit`` need not be a page.
    """

    id: str
    document_id: str
    document_name: str
    ordinal: int
    first_page: int
    last_page: int
    start: int
    end: int
    text: str
    tokens: int
    heading: str = ""
    labels: tuple[str, ...] = ()
    unit: PlaceUnit = "page"

    @property
    def passage(self) -> str:
        """The text as a model reads it: the section heading first, unless it begins with it."""
        if not self.heading or _folded(self.text).startswith(_folded(self.heading)):
            return self.text
        return f"{self.heading}\n{self.text}"


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def chunk_id(document_id: str, fingerprint: str, ordinal: int) -> str:
    """The same piece of the same bytes, cut the same way, always has the same id."""
    return str(uuid.uuid5(CHUNK_NAMESPACE, f"{document_id}/{fingerprint}/{ordinal}"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a ranking: ``rank`` starts at 1, ``stage`` names who ranked it."""

    chunk_id: str
    score: float
    rank: int
    stage: Stage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A first-stage result with the hit of each retriever that found it.

    ``score`` is what the first stage ranked by (a cosine for dense), ``rank`` starts at 1.
    ``duplicates`` are ids of nearly equal chunks that it stands for. ``bm25`` is its BM25 score
    whoever found it, 0 without a word of the question; None when nobody counted.
    """

    chunk: Chunk
    score: float
    rank: int
    hits: tuple[Hit, ...]
    duplicates: tuple[str, ...] = ()
    bm25: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a text, offsets relative to that text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A chunk's best sentence: offsets into ``Chunk.text``, its logit under the heading."""

    span: Span
    logit: float


@dataclass(frozen=True, slots=True)
class Reranked:
    """A passage after the second stage.

    ``logit`` is the raw cross-encoder score, ``relevance`` its calibrated 0..1 value for display.
    ``rank_delta`` = candidate rank - rank: positive means it moved up. ``truncated`` says that
    the model did not see the whole passage. ``scored`` says who gave the logit: the ``full``
    model, the ``cheap`` pass of a cascade, or ``no`` one; then both numbers are None and the
    passage stands below all scored ones in first-stage order. ``model_rank`` is its place by the
    full model's logits alone (from 1), which a blend may leave; None when that did not read it.
    """

    chunk: Chunk
    logit: float | None
    relevance: float | None
    rank: int
    rank_delta: int
    truncated: bool
    quote: Quote | None = None
    scored: Literal["full", "cheap", "no"] = "full"
    model_rank: int | None = None


@dataclass(frozen=True, slots=True)
class SkipDecision:
    """Whether this question would do without the cross-encoder, and why, in one sentence.

    ``advised``: it would. ``margin`` is what the first passage is ahead of the third in first-stage
    score, ``agreement`` the overlap of its first three with those of BM25 (0..1), or of the
    candidates' own words where BM25 did not search; None without the bi-encoder.
    """

    advised: bool
    reason: str
    margin: float
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each stage; ``pairs`` is how many pairs the reranking asked for."""

    encode_ms: float
    search_ms: float
    rerank_ms: float
    quotes_ms: float
    total_ms: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """relevance = sigmoid(slope * logit + intercept): Platt (1999), fitted on judged pairs."""

    slope: float = 1.0
    intercept: float = 0.0


UNCALIBRATED = Calibration()
"""The plain sigmoid."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as it was loaded: ``sha256`` is of its weights file, ``max_length`` in tokens.

    ``computed`` names what else decides its digits on this runtime: the versions of the library
    and of the graph, the int8 recipe. ``calibration`` says what a cross-encoder's logits mean.
    """

    name: str
    kind: Literal["encoder", "cross_encoder", "llm"]
    sha256: str
    max_length: int
    runtime: str = "torch-fp32"
    computed: str = ""
    calibration: Calibration = UNCALIBRATED

    @property
    def computation(self) -> str:
        """Names all that decides its digits, as JSON: that cannot mix up where a part ends."""
        return json.dumps([self.name, self.sha256, self.max_length, self.runtime, self.computed])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that one question produced; page, command line and export draw from it.

    ``notes`` tell what the settings left out, made by rule. ``noise_floor`` is the
    logit, ``cosine_floor`` the cosine, that off-topic questions reach in this collection with
    these models; None as long as it was not measured. ``calibration`` made every relevance: the
    cross-encoder's own, or the one that the noise floor anchors.
    """

    query: str
    collection: str
    settings: SearchSettings
    corpus_version: str
    candidates: tuple[Candidate, ...]
    reranked: tuple[Reranked, ...]
    timings: Timings
    models: tuple[ModelInfo, ...]
    cache_hits: int = 0
    asked_at: datetime | None = None
    skip: SkipDecision | None = None
    notes: tuple[Note, ...] = ()
    noise_floor: float | None = None
    cosine_floor: float | None = None
    calibration: Calibration = UNCALIBRATED


@dataclass(frozen=True, slots=True)
class Citation:
    """A [n] in an answer.

    ``number`` is as written, ``answer_span`` where it stands. ``chunk_id`` is None and ``verified``
    False when no supplied passage has that number. ``quote`` is the part of the chunk's text that
    supports the sentence best, ``page`` the page it begins on, said in ``where``.
    """

    number: int
    answer_span: Span
    chunk_id: str | None
    page: int | None
    quote: Span | None
    verified: bool
    where: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """Supported: it holds a verified citation. ``lacking``: a number, or most words, not there."""

    span: Span
    supported: bool
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its checked citations.

    ``mode`` is ``quotes`` for the extractive answer and ``llm`` otherwise. ``abstained`` says
    that the passages hold no answer; ``incomplete`` says why the text was cut, if it was.
    """

    text: str
    mode: Literal["quotes", "llm"]
    citations: tuple[Citation, ...]
    sentences: tuple[AnswerSentence, ...]
    abstained: bool
    model: str
    passages: tuple[str, ...] = field(default=())
    incomplete: str = ""


def sha256_hex(data: bytes) -> str:
    """The id of a document: the sha256 of its bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
