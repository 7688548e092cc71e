"""Why rerank: a demonstration, and probes of the four reasons run on both models.

A probe is a question and a few pieces of text, of which one answers. A model is right when it
ranks that piece first. The probes are data (``samples/tour.toml``); nobody chooses among them by
what a model says.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from pydantic import ConfigDict, with_config

from core.app.retriever import TwoStageRetriever
from core.errors import InputError, StoreError
from core.home.files import keep_text
from core.ports import CrossEncoder, Encoder
from core.samples import SAMPLES, read_toml
from core.schema import Comparison
from core.serialize import from_json, to_json

TOUR_FILE = "tour.toml"
OWN_FILE = "tour.json"
ProbeReason = Literal["negation", "answer_type", "vocabulary", "chunk_artefact", "own"]
REASONS: tuple[ProbeReason, ...] = get_args(ProbeReason)
MOST_OTHERS = 9
SPEED_PAIRS = 32
QUESTION = "Can I approve my own travel expenses?"
SENTENCES = (
    "Expense reports are approved by your direct manager within five working days.",
    "You can approve travel expenses for your team in the expense portal.",
    "Self-approval of expense reports is strictly forbidden.",
    "Travel expenses must be submitted within 30 days of the trip.",
    "The travel desk books flights and hotels for employees.",
)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Probe:
    """A question, the piece that answers it, and ``others`` that do not."""

    reason: ProbeReason
    question: str
    answer: str
    others: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a probe that cannot be lost or won."""
        pieces = [self.answer.strip(), *(text.strip() for text in self.others)]
        if not self.question.strip() or not all(pieces):
            raise InputError("A probe needs a question, its answer, and other passages.")
        if not 1 <= len(self.others) <= MOST_OTHERS or len(set(pieces)) < len(pieces):
            raise InputError(
                f"A probe needs 1 to {MOST_OTHERS} other passages, all different.",
                "Write each passage on a line of its own.",
            )


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What each model ranked first; ``before`` and ``after`` are ranks of the answer, from 1."""

    probe: Probe
    bi_first: str
    cross_first: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Of ``probes``, how many each model had right; ``repaired`` and ``spoiled`` by the second."""

    probes: int
    bi_right: int
    cross_right: int
    repaired: int
    spoiled: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds to encode one question, and to read one pair of ``pairs``, measured here."""

    encode_ms: float
    pair_ms: float
    pairs: int


def demonstrate(encoder: Encoder, cross_encoder: CrossEncoder) -> Comparison:
    """The five sentences, found by the bi-encoder and reordered by the cross-encoder."""
    retriever = TwoStageRetriever(encoder, cross_encoder)
    retriever.index(SENTENCES)
    return retriever.compare(QUESTION, top_k=5, top_n=1)


def tour_probes(folder: Path = SAMPLES) -> list[Probe]:
    """The probes of a folder, in the order of its ``tour.toml``.

    Raises:
        NotFound: the folder has no such file.
        InputError: the file is not TOML, or a probe in it has the wrong form.
    """
    return read_toml(folder / TOUR_FILE, "probe", Probe)


def run_probe(probe: Probe, encoder: Encoder, cross_encoder: CrossEncoder) -> ProbeOutcome:
    """Let both models rank the pieces of a probe: by cosine, and by logit; ties keep their order.

    The answer is the last of the pieces, so a tie counts against the model.
    """
    pieces = [*probe.others, probe.answer]
    cosines = encoder.encode(pieces) @ encoder.encode_query(probe.question)
    logits = cross_encoder.score(probe.question, pieces)
    bi, cross = (np.argsort(-scores, kind="stable").tolist() for scores in (cosines, logits))
    last = len(pieces) - 1
    return ProbeOutcome(
        probe, pieces[bi[0]], pieces[cross[0]], 1 + bi.index(last), 1 + cross.index(last)
    )


def totals(outcomes: Sequence[ProbeOutcome]) -> Totals:
    """Counts over outcomes.

    >>> totals([])
    Totals(probes=0, bi_right=0, cross_right=0, repaired=0, spoiled=0)
    """
    return Totals(
        len(outcomes),
        sum(o.before == 1 for o in outcomes),
        sum(o.after == 1 for o in outcomes),
        sum(o.before > 1 and o.after == 1 for o in outcomes),
        sum(o.before == 1 and o.after > 1 for o in outcomes),
    )


def measure_speed(probes: Sequence[Probe], encoder: Encoder, cross_encoder: CrossEncoder) -> Speed:
    """Time both models on texts of the probes; the first call of each does not count."""
    question = probes[0].question
    texts = [text for probe in probes for text in (probe.answer, *probe.others)][:SPEED_PAIRS]
    encoder.encode_query(question)
    cross_encoder.score(question, texts[:1])
    begun = time.perf_counter()
    encoder.encode_query(question)
    encoded = time.perf_counter()
    cross_encoder.score(question, texts)
    read = time.perf_counter()
    return Speed(1000 * (encoded - begun), 1000 * (read - encoded) / len(texts), len(texts))


class OwnProbes:
    """The probes that people added, in one small file of the home folder."""

    def __init__(self, path: Path) -> None:
        """The file is made when the first probe is added."""
        self._path = path

    def all(self) -> tuple[Probe, ...]:
        """The probes, oldest first.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            return from_json(tuple[Probe, ...], self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, InputError) as exc:
            raise StoreError(
                f"Your probes cannot be read: {exc}.",
                f"Move {self._path.name} out of the home folder, or repair it.",
            ) from exc

    def add(self, question: str, answer: str, others: Sequence[str]) -> None:
        """Add a probe.

        Raises:
            InputError: it cannot be won or lost.
            StoreError: it cannot be kept.
        """
        kept = tuple(text.strip() for text in others if text.strip())
        probe = Probe("own", question.strip(), answer.strip(), kept)
        keep_text(self._path, to_json((*self.all(), probe)))

    def remove(self, index: int) -> None:
        """Forget the probe at this place, from 0."""
        probes = self.all()
        keep_text(self._path, to_json((*probes[:index], *probes[index + 1 :])))
