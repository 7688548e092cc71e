"""The same question again: equal, or what changed and why. Every reason is made by rule.

Two comparisons are *equal* when both lists hold the same passages with the same text at the same
ranks, and no score differs by more than ``TOLERANCE``. Times, cache hits and the moment of asking
do not count. What changed around the lists (documents, models, settings, software) is reported
beside that, as the reason when the lists changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from core.history.records import IndexedDocument, Provenance
from core.schema import Comparison, ModelInfo, SearchSettings
from core.text.counting import counted

T = TypeVar("T")
TOLERANCE = 1e-4
"""Scores of the same model on the same machine differ by far less; another batch size, thread
count or processor moves the last bits of a float32."""

ReasonKind = Literal["question", "setting", "model", "added", "deleted", "reindexed", "software"]
ChangeKind = Literal["new", "gone", "text", "score", "order", "answer"]
MODEL_NAMES = {"encoder": "bi-encoder", "cross_encoder": "cross-encoder", "llm": "language model"}
_MODEL_FIELDS = {
    "name": "is a different one",
    "sha256": "has other weights",
    "max_length": "reads a different length",
    "runtime": "runs on a different runtime",
    "computed": "is computed by different versions",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Something around the lists that is not as it was."""

    kind: ReasonKind
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something in the lists that is not as it was.

    ``size`` counts passages; for ``score`` it is the largest difference.
    """

    kind: ChangeKind
    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Replay:
    """What asking again showed."""

    changes: tuple[Change, ...]
    reasons: tuple[Reason, ...]

    @property
    def equal(self) -> bool:
        """Whether both lists came out the same."""
        return not self.changes

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.equal:
            return "Equal: both lists are the same."
        if self.reasons:
            return "Not equal, and these changes explain it."
        return "Not equal, and no recorded change explains it."


@dataclass(frozen=True, slots=True)
class _Place:
    text: str
    rank: int
    score: float | None


def replay_of(
    old: Comparison, old_from: Provenance, new: Comparison, new_from: Provenance
) -> Replay:
    """How ``new``, the same question asked again, differs from ``old``, and what explains it."""
    changes = (
        *_changes(_first(old), _first(new), "The first list"),
        *_changes(_second(old), _second(new), "The reranked list"),
    )
    reasons = (
        *_question(old, new),
        *_settings(old, new),
        *_models(old.models, new.models),
        *_documents(old_from.documents, new_from.documents),
        *_software(old_from.software, new_from.software),
    )
    return Replay(changes, reasons)


def _first(of: Comparison) -> dict[str, _Place]:
    return {c.chunk.id: _Place(c.chunk.passage, c.rank, c.score) for c in of.candidates}


def _second(of: Comparison) -> dict[str, _Place]:
    return {r.chunk.id: _Place(r.chunk.passage, r.rank, r.logit) for r in of.reranked}


def _changes(old: Mapping[str, _Place], new: Mapping[str, _Place], where: str) -> Iterator[Change]:
    both = [(old[id_], new[id_]) for id_ in old if id_ in new]
    came, went = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    if came:
        yield Change("new", f"{where} has {_passages(came)} that were not in it.", came)
    if went:
        yield Change("gone", f"{where} no longer has {_passages(went)}.", went)
    rewritten = sum(before.text != after.text for before, after in both)
    if rewritten:
        yield Change("text", f"{where} has a different text in {_passages(rewritten)}.", rewritten)
    drifts = [_drift(before.score, after.score) for before, after in both]
    drifts = [drift for drift in drifts if drift > TOLERANCE]
    if drifts:
        text = f"{where} scores {_passages(len(drifts))} differently, by up to {max(drifts):.4g}."
        yield Change("score", text, max(drifts))
    moved = sum(before.rank != after.rank for before, after in both)
    if moved:
        yield Change("order", f"{where} ranks {_passages(moved)} differently.", moved)


def _drift(old: float | None, new: float | None) -> float:
    """The difference; infinite when only one of them is a score."""
    if old is None or new is None:
        return 0.0 if old is new else float("inf")
    return abs(old - new)


def _passages(count: int) -> str:
    return counted(count, "passage")


def _question(old: Comparison, new: Comparison) -> Iterator[Reason]:
    if old.query != new.query:
        yield Reason("question", f"The question is different: “{new.query}”.")


def _settings(old: Comparison, new: Comparison) -> Iterator[Reason]:
    for name, was, is_ in _differing(flat_settings(old.settings), flat_settings(new.settings)):
        yield Reason("setting", f"The setting {name} was {_shown(was)} and is {_shown(is_)}.")


def flat_settings(settings: SearchSettings) -> dict[str, Any]:
    """Nested settings as one level: ``first.kind``, ``filters.heading``, ..."""
    return _flat(asdict(settings))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _shown(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return f"{len(value)} chosen" if value else "all"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "nothing" if value is None or value == "" else str(value)


def _models(old: Sequence[ModelInfo], new: Sequence[ModelInfo]) -> Iterator[Reason]:
    before = {str(model.kind): model for model in old}
    after = {str(model.kind): model for model in new}
    for kind, name in MODEL_NAMES.items():
        was, is_ = before.get(kind), after.get(kind)
        if was is not None and is_ is not None:
            for field, what in _MODEL_FIELDS.items():
                had, has = getattr(was, field), getattr(is_, field)
                unknown = field == "computed" and not (had and has)
                if had != has and not unknown:
                    change = f"{_short(had)} → {_short(has)}"
                    yield Reason("model", f"The {name} {what}: {change}.")
        elif was != is_:
            yield Reason("model", f"There is {'no' if is_ is None else 'now a'} {name}.")


def _short(value: object) -> str:
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text


def _documents(
    old: Sequence[IndexedDocument] | None, new: Sequence[IndexedDocument] | None
) -> Iterator[Reason]:
    if old is None or new is None:
        return
    before, after = ({document.id: document for document in of} for of in (old, new))
    for id_, document in after.items():
        if id_ not in before:
            yield Reason("added", f"The document {document.name} was added.")
        elif before[id_].revision != document.revision:
            yield Reason("reindexed", f"The document {document.name} was indexed differently.")
    for id_, document in before.items():
        if id_ not in after:
            yield Reason("deleted", f"The document {document.name} was deleted.")


def _software(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    for name, was, is_ in _differing(dict(old), dict(new)):
        yield Reason("software", f"{name} was {was or 'missing'} and is {is_ or 'missing'}.")


def _differing(
    old: Mapping[str, T], new: Mapping[str, T]
) -> Iterator[tuple[str, T | None, T | None]]:
    """Names, in order, with what each was and is; None where it is missing."""
    for name in sorted(old.keys() | new.keys()):
        was, is_ = old.get(name), new.get(name)
        if was != is_:
            yield name, was, is_
