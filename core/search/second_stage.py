"""What the cross-encoder does with the candidates: all of them, the best, or as many as fit.

Whatever is left out keeps its place below what was read, and a sentence says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.schema import Candidate, FloatVector, Note, Reranked, SkipDecision
from core.search.calibration import relevance
from core.search.cascade import CHEAP_CHARACTERS, beginning, chosen
from core.search.comparison import Readings, Scored, reorder
from core.search.reading import PairReader, read_in_time
from core.search.skip_predictor import BUNDLED, SkipPredictor, decide
from core.search_settings import SecondStageSettings
from core.text.counting import counted

ALGORITHM_VERSION = 2
"""Raised whenever the same candidates and logits get another order: kept rankings are of one."""


@dataclass(frozen=True, slots=True)
class SecondStage:
    """The final order; ``pairs`` were asked for, ``hits`` of them were known before."""

    reranked: tuple[Reranked, ...]
    skip: SkipDecision
    notes: tuple[Note, ...] = ()
    pairs: int = 0
    hits: int = 0


def second_in_parts(
    candidates: Sequence[Candidate],
    reader: PairReader,
    settings: SecondStageSettings,
    first_read: int,
) -> Iterator[SecondStage]:
    """Rerank the candidates as the settings say; the skip predictor is asked in any case.

    The last part is the result. Before it come the first ``first_read`` candidates, in their old
    order; a cascade or a time limit reads in an order of its own: then there is no such part.

    Args:
        candidates: the first stage's list.
        reader: reads the question with a passage; its deadline must have begun already.
        settings: what is read, and how the final order is made.
        first_read: candidates that are read before the rest.
    """
    weights, fitted = settings.fits.weights, settings.fits.skip_predictor
    skip = decide(reader.query, candidates, SkipPredictor(*fitted.numbers) if fitted else BUNDLED)
    left_out = _left_out(skip, settings)
    if left_out or not candidates:
        n = len(candidates)
        unread = Readings(np.zeros(n, np.float32), np.zeros(n, np.float32), [False] * n, ["no"] * n)
        notes = (Note("not reranked", left_out),) if left_out else ()
        yield SecondStage(reorder(candidates, unread, blend=1.0), skip, notes)
        return
    before = reader.cross_encoder.hits
    if 0 < settings.cascade < len(candidates):
        readings, pairs = _cascade(candidates, reader, settings.cascade)
    else:
        logits = np.empty(0, np.float32)
        if first_read < len(candidates) and reader.deadline.never:
            first = candidates[:first_read]
            logits = reader.score([candidate.chunk.passage for candidate in first])
            readings, pairs = _readings(logits, [False] * first_read, ["full"] * first_read, reader)
            yield SecondStage(reorder(first, readings, blend=0.0), skip, (), pairs)
        readings, pairs = _all(candidates, logits, reader)
    yield SecondStage(
        reranked=reorder(candidates, readings, settings.blend, weights.numbers if weights else ()),
        skip=skip,
        notes=_notes(readings.scored, settings),
        pairs=pairs,
        hits=min(pairs, reader.cross_encoder.hits - before),  # a window is a part of a pair
    )


def _left_out(skip: SkipDecision, settings: SecondStageSettings) -> str:
    if not settings.enabled:
        return "Reranking is switched off in the settings."
    if settings.skip_predictor and skip.advised:
        return f"The cross-encoder was skipped. {skip.reason}"
    return ""


def _all(
    candidates: Sequence[Candidate], logits: FloatVector, reader: PairReader
) -> tuple[Readings, int]:
    """``logits`` are those of the first candidates, as far as they are read already."""
    passages = [candidate.chunk.passage for candidate in candidates]
    logits = np.concatenate([logits, read_in_time(reader, passages[len(logits) :])])
    scored: list[Scored] = ["no" if np.isnan(logit) else "full" for logit in logits]
    return _readings(logits, _truncated(passages, scored, reader), scored, reader)


def _cascade(
    candidates: Sequence[Candidate], reader: PairReader, most: int
) -> tuple[Readings, int]:
    """The cheap pass may take half of the time; the full one goes from its best downwards."""
    passages = [candidate.chunk.passage for candidate in candidates]
    cheap = read_in_time(
        replace(reader, deadline=reader.deadline.half()), [beginning(text) for text in passages]
    )
    read = [i for i in range(len(candidates)) if not np.isnan(cheap[i])]
    best = [read[i] for i in chosen([candidates[i] for i in read], cheap[read], most)]
    full = np.full(len(candidates), np.nan, dtype=np.float32)
    full[best] = read_in_time(reader, [passages[i] for i in best])
    scored: list[Scored] = [
        "no" if np.isnan(c) else "cheap" if np.isnan(f) else "full"
        for c, f in zip(cheap, full, strict=True)
    ]
    truncated = _truncated(passages, scored, reader)
    readings, pairs = _readings(np.where(np.isnan(full), cheap, full), truncated, scored, reader)
    return readings, pairs + scored.count("full")


def _readings(
    logits: FloatVector, truncated: list[bool], scored: list[Scored], reader: PairReader
) -> tuple[Readings, int]:
    logits = np.nan_to_num(logits)
    shown = relevance(logits, reader.calibration)
    return Readings(logits, shown, truncated, scored), len(scored) - scored.count("no")


def _truncated(passages: Sequence[str], scored: Sequence[Scored], reader: PairReader) -> list[bool]:
    """Whether the model that gave the score saw only the beginning of a passage."""
    flags = [
        kind == "cheap" and len(text) > CHEAP_CHARACTERS
        for text, kind in zip(passages, scored, strict=True)
    ]
    if reader.windows:
        return flags
    full = [i for i, kind in enumerate(scored) if kind == "full"]
    truncated = reader.cross_encoder.truncated(reader.query, [passages[i] for i in full])
    for i, flag in zip(full, truncated, strict=True):
        flags[i] = flag
    return flags


def _notes(scored: Sequence[Scored], settings: SecondStageSettings) -> tuple[Note, ...]:
    unread, cheap, n = scored.count("no"), scored.count("cheap"), len(scored)
    notes = list[Note]()
    if unread:
        verb = "was" if unread == 1 else "were"
        part = f"{unread} of {counted(n, 'passage')} {verb}"
        notes.append(Note("not read", f"{part} not read within {settings.budget_ms} ms."))
    if cheap:
        part = f"{cheap} of {counted(n, 'passage')}"
        said = f"{part} had only the quick pass: their first {CHEAP_CHARACTERS} characters."
        notes.append(Note("quick pass only", said))
    return tuple(notes)
