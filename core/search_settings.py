"""What a question is asked with: every choice a person has, with the range of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.errors import InputError

FirstStageKind = Literal["dense", "bm25", "hybrid", "given"]
"""``given``: the list that another engine gave, where a file of the collection holds it."""
Fusion = Literal["rrf", "weighted"]


def _within(value: float, low: float, high: float, what: str) -> None:
    if not low <= value <= high:
        raise InputError(
            f"{what} of {value} is outside {low} to {high}.", "Choose a value in this range."
        )


@dataclass(frozen=True, slots=True)
class FirstStageSettings:
    """Who finds the candidates.

    ``dense_weight`` is the share of the bi-encoder in a weighted fusion: 1 is its order alone, 0
    that of BM25. ``collapse_duplicates`` keeps one of several nearly equal chunks.
    """

    kind: FirstStageKind = "dense"
    fusion: Fusion = "rrf"
    dense_weight: float = 0.5
    collapse_duplicates: bool = False

    def __post_init__(self) -> None:
        """Refuse a weight that is none."""
        _within(self.dense_weight, 0.0, 1.0, "A dense weight")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which chunks may be found at all; an empty value filters nothing.

    Pages start at 1 and include both ends; a chunk passes when one of its pages does. ``heading``
    is part of the section's title, in any case. Dates are days in UTC, both ends included.
    """

    first_page: int = 0
    last_page: int = 0
    heading: str = ""
    added_from: date | None = None
    added_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse a range that is empty."""
        if self.first_page < 0 or self.last_page < 0:
            raise InputError("A page number below 1 does not exist.", "Pages start at 1.")
        if self.last_page and self.last_page < self.first_page:
            raise InputError(f"Pages {self.first_page} to {self.last_page} are not a range.")
        if self.added_from and self.added_to and self.added_to < self.added_from:
            raise InputError(f"{self.added_from} to {self.added_to} is not a range of days.")

    @property
    def empty(self) -> bool:
        """Whether everything passes."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Fitted:
    """Numbers that were fitted; ``models`` names with which (``core.search.fitted.models_key``).

    With other models, or without a name, they are not used.
    """

    numbers: tuple[float, ...]
    models: str = ""


@dataclass(frozen=True, slots=True)
class Fits:
    """What was fitted on one's own questions; None is the way without it.

    ``weights``: in the order of ``core.search.ordering.FEATURES``; they take the blend's place.
    ``skip_predictor``: intercept, margin, agreement and threshold of a ``SkipPredictor``, in place
    of the bundled one.
    ``abstention``: one number, the logit that the best passage of an answer must be above. It
    decides nothing but whether quotes abstain.
    """

    weights: Fitted | None = None
    skip_predictor: Fitted | None = None
    abstention: Fitted | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a skip predictor or a threshold."""
        for fitted, count in (self.skip_predictor, 4), (self.abstention, 1):
            if fitted is not None and len(fitted.numbers) != count:
                raise InputError(f"{fitted.numbers} were fitted, where {count} are needed.")


@dataclass(frozen=True, slots=True)
class SecondStageSettings:
    """What the cross-encoder does with the candidates.

    ``enabled``: False leaves the first stage's order.
    ``blend``: weight of the cross-encoder in the final order, 1 is its order alone; below it cosine
    and BM25 share the rest, 2 to 1.
    ``cascade``: 0, or how many candidates the full model reads after a cheap pass over all.
    ``budget_ms``: 0, or the time after which no further candidate is read.
    ``windows``: long passages are read in parts, and the best part counts.
    ``skip_predictor``: leave out the cross-encoder where it is not expected to change anything.
    ``fits``: what was fitted on one's own questions.
    """

    enabled: bool = True
    blend: float = 1.0
    cascade: int = 0
    budget_ms: int = 0
    windows: bool = False
    skip_predictor: bool = False
    fits: Fits = Fits()

    def __post_init__(self) -> None:
        """Refuse what no page offers."""
        _within(self.blend, 0.0, 1.0, "A blend")
        _within(self.cascade, 0, 1000, "A cascade")
        _within(self.budget_ms, 0, 600_000, "A budget in milliseconds")


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What a question is asked with. No ``document_ids`` means all documents."""

    top_k: int = 50
    top_n: int = 5
    document_ids: tuple[str, ...] = ()
    first: FirstStageSettings = FirstStageSettings()
    filters: Filters = Filters()
    second: SecondStageSettings = SecondStageSettings()

    def __post_init__(self) -> None:
        """Refuse what no page offers."""
        if not 1 <= self.top_k <= 1000:
            raise InputError(f"{self.top_k} candidates is outside 1 to 1000.")
        if not 1 <= self.top_n <= self.top_k:
            raise InputError(
                f"The top {self.top_n} cannot be taken from {self.top_k} candidates.",
                "Choose a top n no larger than the number of candidates.",
            )
