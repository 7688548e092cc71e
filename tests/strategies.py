"""Hypothesis strategies for the records that several tests need."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from core.schema import (
    Calibration,
    Candidate,
    Chunk,
    Comparison,
    Document,
    FloatVector,
    Hit,
    Reranked,
    SearchSettings,
    Timings,
    chunk_id,
)
from core.search.calibration import relevance
from core.search.comparison import Readings, reorder

finite = st.floats(-50, 50, width=32)


def make_chunk(ordinal: int, text: str = "", document: str = "a" * 64) -> Chunk:
    """A chunk of one page; its text is its ordinal unless given."""
    text = text or f"passage {ordinal}"
    return Chunk(
        id=chunk_id(document, "v1-200-40", ordinal),
        document_id=document,
        document_name="made.pdf",
        ordinal=ordinal,
        first_page=ordinal // 3 + 1,
        labels=("i",) * (ordinal < 3),
        last_page=ordinal // 3 + 1,
        start=100 * ordinal,
        end=100 * ordinal + len(text),
        text=text,
        tokens=len(text.split()),
    )


def make_document(letter: str) -> Document:
    """A record whose id is 64 times this letter."""
    return Document(letter * 64, f"{letter}.pdf", "", 1, 2, 10, datetime.now(UTC), f"rev-{letter}")


def make_candidates(scores: Sequence[float], texts: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """Candidates in the order given, ranks from 1."""
    chunks = [make_chunk(i, texts[i] if texts else "") for i in range(len(scores))]
    return tuple(
        Candidate(chunk, score, rank, (Hit(chunk.id, score, rank, "dense"),))
        for rank, (score, chunk) in enumerate(zip(scores, chunks, strict=True), start=1)
    )


def falling(texts: Sequence[str]) -> tuple[Candidate, ...]:
    """Candidates with these texts, the first one best."""
    return make_candidates([float(len(texts) - i) for i in range(len(texts))], texts)


def rerank(
    candidates: Sequence[Candidate],
    logits: FloatVector,
    shares: FloatVector,
    truncated: Sequence[bool],
) -> tuple[Reranked, ...]:
    """The candidates in the cross-encoder's order, all read in full; ``shares`` is relevance."""
    readings = Readings(logits, shares, truncated, ["full"] * len(candidates))
    return reorder(candidates, readings, blend=1.0)


def make_comparison(
    candidates: Sequence[Candidate],
    logits: Sequence[float],
    settings: SearchSettings | None = None,
    timings: tuple[float, float, float, float, float] = (1.0, 2.0, 3.0, 4.0, 10.0),
) -> Comparison:
    """A question whose candidates got these logits; their relevance is a plain sigmoid."""
    read = np.array(logits, dtype=np.float32)
    shares = relevance(read, Calibration())
    reranked = rerank(candidates, read, shares, [False] * len(candidates))
    times, settings = Timings(*timings, len(candidates)), settings or SearchSettings()
    return Comparison("q", "c", settings, "v", tuple(candidates), reranked, times, ())


@st.composite
def first_and_second_stage(
    draw: st.DrawFn, smallest: int = 1
) -> tuple[tuple[Candidate, ...], FloatVector]:
    """Candidates with falling scores, and a logit for each (ties are likely)."""
    scores = draw(st.lists(finite, min_size=smallest, max_size=30))
    logits = draw(
        st.lists(finite | st.sampled_from([0.0, 1.0]), min_size=len(scores), max_size=len(scores))
    )
    return make_candidates(sorted(scores, reverse=True)), np.array(logits, dtype=np.float32)
