"""What was learned for a home folder: fits that are used and measured, one training, its models."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from core.errors import InputError, StoreError
from core.evaluate.configurations import Configuration
from core.home.files import keep_text
from core.learn import recipe as files
from core.learn.abstention_fit import AbstentionFit
from core.learn.finetune import FineTuning, card
from core.learn.groups import Group, split
from core.learn.recipe import Recipe, Training
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import Learned
from core.models.registry import REGISTRY_FILE, ModelSpec, verified_hash
from core.schema import SearchSettings
from core.search_settings import Fitted, SecondStageSettings
from core.serialize import from_json, to_json

Fit = Learned | SkipPredictorFit | AbstentionFit
NAMES: dict[type[Fit], str] = {
    Learned: "weights",
    SkipPredictorFit: "skip predictor",
    AbstentionFit: "abstention",
}
"""What was fitted -> how it is called in words and on the command line."""


def with_fit(second: SecondStageSettings, fit: Fit) -> SecondStageSettings:
    """The settings with what was fitted, and the models that it belongs to."""
    if isinstance(fit, Learned):
        return replace(second, fits=replace(second.fits, weights=Fitted(fit.weights, fit.models)))
    if isinstance(fit, SkipPredictorFit):
        fitted = Fitted(fit.numbers, fit.models)
        return replace(second, fits=replace(second.fits, skip_predictor=fitted))
    fitted = Fitted((fit.threshold,), fit.models)
    return replace(second, fits=replace(second.fits, abstention=fitted))


def with_fits(base: Configuration, fits: dict[str, Fit]) -> tuple[Configuration, ...]:
    """The same configuration with each of these alone.

    Args:
        base: one that a cross-encoder reads.
        fits: how each is called -> it.

    Raises:
        InputError: no cross-encoder reads the candidates, so that there is nothing to apply.
    """
    if fits and not base.reranked:
        raise InputError(
            f"What was fitted changes nothing in {base.name!r}: no cross-encoder reads it.",
            "Measure it with a configuration that is reranked.",
        )
    return tuple(_with(base, name, fit) for name, fit in fits.items())


def _with(base: Configuration, name: str, fit: Fit) -> Configuration:
    second = with_fit(base.settings.second, fit)
    if isinstance(fit, SkipPredictorFit):
        second = replace(second, skip_predictor=True)  # else it decides nothing
    settings = replace(base.settings, second=second)
    name = f"{base.name} with the {name}"
    fitted_on = replace(fit.fitted_on, held_out=fit.verdict)
    return replace(base, name=name, settings=settings, fitted_on=fitted_on)


class Learnable(Protocol):
    """Something fitted that may be refused, with the reason in words."""

    @property
    def accepted(self) -> bool:
        """Whether it may be used."""
        ...

    @property
    def verdict(self) -> str:
        """Why, in one sentence."""
        ...


Kind = TypeVar("Kind", bound=Learnable)


class Adopted(Generic[Kind]):
    """The fits of one kind that are used.

    Args:
        path: of the file; a missing one holds nothing.
        kind: what it holds, collection id -> fit.
        refused: what is said to who wants to use one that was refused.
    """

    def __init__(self, path: Path, kind: type[dict[str, Kind]], refused: str) -> None:
        self._path = path
        self._kind = kind
        self._refused = refused

    def all(self) -> dict[str, Kind]:
        """Collection id -> what is used there.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            return from_json(self._kind, self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, InputError) as exc:
            raise StoreError(
                f"The file {self._path.name} of the home folder cannot be read.",
                "Remove it: then what was learned is not used.",
            ) from exc

    def of(self, collection_id: str) -> Kind | None:
        """What is used for a collection.

        Raises:
            StoreError: the file cannot be read.
        """
        return self.all().get(collection_id)

    def adopt(self, collection_id: str, fit: Kind) -> None:
        """Use it for a collection from now on.

        Raises:
            InputError: it was refused.
            StoreError: the choice cannot be kept.
        """
        if not fit.accepted:
            raise InputError(self._refused, fit.verdict)
        self._keep(self.all() | {collection_id: fit})

    def revert(self, collection_id: str) -> None:
        """Use nothing learned of this kind for a collection any more."""
        self._keep({key: fit for key, fit in self.all().items() if key != collection_id})

    def _keep(self, adopted: dict[str, Kind]) -> None:
        keep_text(self._path, to_json(adopted, indent=1))


LEARNED_FILE = "learned.json"
SKIP_PREDICTORS_FILE = "skip_predictors.json"
ABSTENTIONS_FILE = "abstentions.json"
_SOURCE = "Questions and grades are those of one home folder, judged or made from its documents."


class Tuning:
    """One per home folder: the fits that are used, of each kind, and one training."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.training = FineTuning(home / "training")
        self.weights = Adopted(
            home / LEARNED_FILE, dict[str, Learned], "These weights were refused."
        )
        self.skip_predictors = Adopted(
            home / SKIP_PREDICTORS_FILE,
            dict[str, SkipPredictorFit],
            "This skip predictor was refused.",
        )
        self.abstentions = Adopted(
            home / ABSTENTIONS_FILE, dict[str, AbstentionFit], "This threshold was refused."
        )

    def applied(
        self, settings: SearchSettings, collection_id: str, *, weights: bool = True
    ) -> SearchSettings:
        """The settings with what was learned for a collection; weights where they are wanted.

        Each with the models it belongs to: a search with others sets it aside, and says so.

        Raises:
            StoreError: a file cannot be read.
        """
        second = settings.second
        for fit in self.fits(collection_id).values():
            if weights or not isinstance(fit, Learned):
                second = with_fit(second, fit)
        return replace(settings, second=second)

    def fits(self, collection_id: str) -> dict[str, Fit]:
        """What is used for a collection: a name of ``NAMES`` -> the fit.

        Raises:
            StoreError: a file cannot be read.
        """
        kept = (self.weights, self.skip_predictors, self.abstentions)
        fits: list[Fit | None] = [adopted.of(collection_id) for adopted in kept]
        return {NAMES[type(fit)]: fit for fit in fits if fit is not None}

    def start(self, base: ModelSpec, groups: Sequence[Group], recipe: Recipe) -> Training:
        """Split the questions by document and begin a training.

        Raises:
            InputError: there are too few questions, or the model is not a folder on this machine.
        """
        if not base.local:
            raise InputError(
                f"{base.name} is not a folder on this machine.",
                "Choose the bundled cross-encoder or a local one on the Models page.",
            )
        parts = split(groups, recipe.seed)
        training = Training(Path(base.source), recipe, parts.train, parts.dev, parts.test)
        self.training.start(training)
        return training

    def take(self, base: ModelSpec, *, all_the_same: bool = False) -> str:
        """Put the trained model into the registry of the home folder; returns its name.

        The model before stays as it is, under its own name.

        Args:
            base: the model that the training began with.
            all_the_same: take it although its gain is not settled.

        Raises:
            ModelError: there is no result yet.
            InputError: the model is refused, or its gain is not settled.
            StoreError: it cannot be written.
        """
        outcome = self.training.outcome()
        if outcome.standing == "refused":
            raise InputError("This model does not help on the test questions.", outcome.reason)
        if outcome.standing == "open" and not all_the_same:
            raise InputError("Nobody knows yet whether this model helps.", outcome.reason)
        name = f"tuned-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        folder = self._home / "models" / name
        text = card(outcome, self._spec(), name, base.license or "other", _SOURCE)
        try:
            shutil.copytree(self.training.folder / files.MODEL, folder)
            (folder / "README.md").write_text(text, encoding="utf-8")
            digest = verified_hash(ModelSpec(name, str(folder)))
            registry = self._home / REGISTRY_FILE
            known = registry.read_text(encoding="utf-8") if registry.exists() else ""
        except OSError as exc:
            raise StoreError(
                f"The trained model cannot be kept ({exc.strerror}).", "Free some space."
            ) from exc
        keep_text(registry, known + _entry(name, digest, base))
        return name

    def _spec(self) -> Training:
        return from_json(Training, (self.training.folder / files.SPEC).read_text(encoding="utf-8"))

    def close(self) -> None:
        """End a running training; its checkpoints stay."""
        self.training.stop()


def _entry(name: str, digest: str, base: ModelSpec) -> str:
    """A ``[[model]]`` of the registry; name and hash are ours: nothing to escape."""
    languages = ", ".join(f'"{language}"' for language in base.languages)
    return (
        f'\n[[model]]\nname = "{name}"\nkind = "cross_encoder"\norigin = "folder"\n'
        f'source = "models/{name}"\nsha256 = "{digest}"\nlicense = "{base.license}"\n'
        f"languages = [{languages}]\nmax_length = {base.max_length}\n"
    )
