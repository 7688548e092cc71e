"""What is compared: search settings with a name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import InputError
from core.evaluate.metrics import check_measure
from core.evaluate.question_sets import Question
from core.schema import SearchSettings
from core.search_settings import FirstStageKind, FirstStageSettings, SecondStageSettings

MEASURES = ("nDCG@10", "RR@10", "P@5", "R@10", "Success@5", "AP", "Bpref", "Judged@10")
FIRST_NAMES: dict[FirstStageKind, str] = {"dense": "Dense", "bm25": "BM25", "hybrid": "Hybrid"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Search settings that are measured under a name."""

    name: str
    settings: SearchSettings

    @property
    def reranked(self) -> bool:
        """Whether a cross-encoder reads the candidates."""
        return self.settings.second.enabled


@dataclass(frozen=True, slots=True)
class Plan:
    """One evaluation: every configuration on every question.

    ``baseline`` names the configuration that the others are compared with; the first of
    ``measures`` decides. ``leave_out_unjudged``: see ``core.evaluate.lists``.
    """

    set_name: str
    questions: tuple[Question, ...]
    configurations: tuple[Configuration, ...]
    baseline: str
    leave_out_unjudged: bool
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        """Refuse what cannot be measured, before any search has run."""
        names = [configuration.name for configuration in self.configurations]
        if len(set(names)) != len(names):
            raise InputError("Two configurations have the same name.", "Give each its own.")
        if self.baseline not in names:
            raise InputError(f"The baseline {self.baseline!r} is not among the configurations.")
        if not self.questions or not self.measures:
            raise InputError("There is nothing to measure.", "Choose questions and measures.")
        for measure in self.measures:
            check_measure(measure)

    def configuration(self, name: str) -> Configuration:
        """The one of that name."""
        return next(found for found in self.configurations if found.name == name)


def presets(depth: int = 50) -> tuple[Configuration, ...]:
    """What most people want to compare; the reranked ones read ``depth`` candidates.

    >>> [configuration.name for configuration in presets()][:2]
    ['Dense', 'Dense, reranked']
    """
    made: list[Configuration] = []
    for kind, name in FIRST_NAMES.items():
        alone = _settings(kind, depth, SecondStageSettings(enabled=False))
        made.append(Configuration(name, alone))
        reranked = _settings(kind, depth, SecondStageSettings())
        made.append(Configuration(f"{name}, reranked", reranked))
    blended = _settings("dense", depth, SecondStageSettings(blend=0.7))
    gated = _settings("dense", depth, SecondStageSettings(gate=True))
    return (
        *made,
        Configuration("Dense, blended 70 : 30", blended),
        Configuration("Dense, reranked if the gate says so", gated),
    )


def depths(base: Configuration, candidates: tuple[int, ...]) -> tuple[Configuration, ...]:
    """The same configuration reading fewer or more candidates."""
    return tuple(
        Configuration(f"{base.name} of {depth}", _deep(base.settings, depth))
        for depth in candidates
    )


def _deep(settings: SearchSettings, depth: int) -> SearchSettings:
    return replace(settings, top_k=depth, top_n=min(settings.top_n, depth))


def _settings(kind: FirstStageKind, depth: int, second: SecondStageSettings) -> SearchSettings:
    first = FirstStageSettings(kind=kind)
    return SearchSettings(top_k=depth, top_n=min(5, depth), first=first, second=second)
