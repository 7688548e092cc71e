"""What is compared: search settings with a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import InputError
from core.evaluate.metrics import check_measure
from core.evaluate.questions.question_sets import Question
from core.schema import Chunking, SearchSettings
from core.search.fitted import FittedOn
from core.search_settings import FirstStageKind, FirstStageSettings, SecondStageSettings

MEASURES = ("nDCG@10", "RR@10", "P@5", "R@10", "Success@5", "AP", "Bpref", "Judged@10")
FIRST_NAMES: dict[FirstStageKind, str] = {
    "dense": "Dense", "bm25": "BM25", "hybrid": "Hybrid", "given": "Other engine"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Configuration:
    """Search settings that are measured under a name.

    ``reranker`` and ``runtime`` name what reads the candidates; empty is what is on. ``collection``
    is the id of one with the same documents cut differently; empty is the evaluation's own. ``run``
    names another engine's run, whose lists then are the first stage.
    ``fitted_on`` says what a part of the settings was fitted on, None when nothing was.
    """

    name: str
    settings: SearchSettings
    reranker: str = ""
    runtime: str = ""
    collection: str = ""
    run: str = ""
    fitted_on: FittedOn | None = None

    @property
    def reranked(self) -> bool:
        """Whether a cross-encoder reads the candidates."""
        return self.settings.second.enabled


@dataclass(frozen=True, slots=True)
class Plan:
    """One evaluation: every configuration on every question.

    ``baseline`` names the configuration that the others are compared with; the first of
    ``measures`` decides. ``leave_out_unjudged``: see ``core.evaluate.metrics``.
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
            raise InputError("Two configurations have the same name.", "Give each its own name.")
        if self.baseline not in names:
            raise InputError(f"The baseline {self.baseline!r} is not among the configurations.")
        if not self.questions or not self.measures:
            raise InputError("There is nothing to measure.", "Choose questions and measures.")
        for measure in self.measures:
            check_measure(measure)

    def configuration(self, name: str) -> Configuration:
        """The one of that name."""
        return next(c for c in self.configurations if c.name == name)


def presets(depth: int = 50, *, given: bool = False) -> tuple[Configuration, ...]:
    """What most people want to compare; the reranked ones read ``depth`` candidates.

    ``given``: there are lists of another engine, which come first then.

    >>> [configuration.name for configuration in presets()][:2]
    ['Dense', 'Dense, reranked']
    """
    plain: list[Configuration] = []
    kinds = [kind for kind in FIRST_NAMES if given or kind != "given"]
    for kind in sorted(kinds, key=lambda kind: kind != "given"):
        name = FIRST_NAMES[kind]
        alone = _settings(kind, depth, SecondStageSettings(enabled=False))
        reranked = _settings(kind, depth, SecondStageSettings())
        plain += [Configuration(name, alone), Configuration(f"{name}, reranked", reranked)]
    blended = _settings("dense", depth, SecondStageSettings(blend=0.7))
    skipping = _settings("dense", depth, SecondStageSettings(skip_predictor=True))
    return (
        *plain,
        Configuration("Dense, blended 70 : 30", blended),
        Configuration("Dense, reranked if the skip predictor says so", skipping),
    )


def depths(base: Configuration, candidates: tuple[int, ...]) -> tuple[Configuration, ...]:
    """The same configuration reading fewer or more candidates."""
    top_n = base.settings.top_n
    settings = [replace(base.settings, top_k=n, top_n=min(top_n, n)) for n in candidates]
    return tuple(replace(base, name=f"{base.name} of {s.top_k}", settings=s) for s in settings)


def variants(
    base: Configuration,
    rerankers: Sequence[str] = (),
    runtimes: Sequence[str] = (),
    chunkings: Mapping[str, str] | None = None,
) -> tuple[Configuration, ...]:
    """The same search read by another model or on another runtime, or of other chunks.

    Args:
        base: changed in one thing at a time.
        rerankers: names of the registry.
        runtimes: names such as ``openvino-f32``.
        chunkings: id of a collection with the same documents -> how it is cut, in words.

    >>> [variant.name for variant in variants(presets()[1], runtimes=["torch-fp32"])]
    ['Dense, reranked on torch-fp32']
    """
    return (
        *(replace(base, name=f"{base.name} by {name}", reranker=name) for name in rerankers),
        *(replace(base, name=f"{base.name} on {name}", runtime=name) for name in runtimes),
        *(
            replace(base, name=f"{base.name}, {words}", collection=id_)
            for id_, words in (chunkings or {}).items()
        ),
    )


def chunking_words(chunking: Chunking) -> str:
    """How a chunking is called in the name of a configuration.

    >>> chunking_words(Chunking(100, 20))
    '100/20 tokens'
    """
    return f"{chunking.size}/{chunking.overlap} tokens"


def _settings(kind: FirstStageKind, depth: int, second: SecondStageSettings) -> SearchSettings:
    first = FirstStageSettings(kind=kind)
    return SearchSettings(top_k=depth, top_n=min(5, depth), first=first, second=second)
