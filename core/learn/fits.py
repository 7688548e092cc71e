"""What was learned for a home folder: fits that are used and measured, one training, its models."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, StoreError
from core.evaluate.configurations import Configuration
from core.home.files import keep_text
from core.learn import recipe as files
from core.learn.abstention_fit import AbstentionFit
from core.learn.finetune import FineTuning, card
from core.learn.groups import TrainingGroup, split
from core.learn.recipe import Training, TrainingRecipe
from core.learn.significance import reason, standing
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import WeightsFit
from core.models.registry import REGISTRY_FILE, ModelSpec, verified_hash
from core.schema import SearchSettings
from core.search_settings import Fitted, SecondStageSettings
from core.serialize import from_json, to_json

Fit = WeightsFit | SkipPredictorFit | AbstentionFit
NAMES: dict[type[Fit], str] = {
    WeightsFit: "weights",
    SkipPredictorFit: "skip predictor",
    AbstentionFit: "abstention",
}
"""What was fitted -> how it is called in words and on the command line."""


@dataclass(frozen=True, slots=True)
class ActiveFits:
    """What was fitted for a collection and is used there."""

    weights: WeightsFit | None = None
    skip_predictor: SkipPredictorFit | None = None
    abstention: AbstentionFit | None = None

    @property
    def by_name(self) -> dict[str, Fit]:
        """A name of ``NAMES`` -> the fit."""
        fits = (self.weights, self.skip_predictor, self.abstention)
        return {NAMES[type(fit)]: fit for fit in fits if fit is not None}


def with_fit(second: SecondStageSettings, fit: Fit) -> SecondStageSettings:
    """The settings with what was fitted, and the models that it belongs to."""
    fitted = {_field(type(fit)): Fitted(fit.numbers, fit.models)}
    return replace(second, fits=replace(second.fits, **fitted))


def _field(kind: type[Fit]) -> str:
    """Its field in ``ActiveFits`` and in the settings of a search."""
    return NAMES[kind].replace(" ", "_")


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
            f"The fit has no effect on {base.name!r}, which is not reranked.",
            "Measure it with a reranked configuration.",
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


FITS_FILE = "fits.json"
_SOURCE = "Questions and grades are those of one home folder, judged or made from its documents."


class Tuning:
    """One per home folder: the fits that are used in each collection, and one training."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.training = FineTuning(home / "training")

    def active(self, collection_id: str) -> ActiveFits:
        """What is used for a collection.

        Raises:
            StoreError: the file cannot be read.
        """
        return self._all().get(collection_id, ActiveFits())

    def adopt(self, collection_id: str, fit: Fit) -> None:
        """Use a fit for a collection from now on.

        Raises:
            InputError: it was refused.
            StoreError: the choice cannot be kept.
        """
        if not fit.accepted:
            raise InputError("What was fitted was refused.", fit.verdict)
        self._keep(collection_id, type(fit), fit)

    def revert(self, collection_id: str, kind: type[Fit]) -> None:
        """Use no fit of this kind for a collection any more."""
        self._keep(collection_id, kind, None)

    def applied(
        self, settings: SearchSettings, collection_id: str, *, weights: bool = True
    ) -> SearchSettings:
        """The settings with what was fitted for a collection; weights where they are wanted.

        Each with the models it belongs to: a search with others sets it aside, and says so.

        Raises:
            StoreError: the file cannot be read.
        """
        second = settings.second
        for fit in self.active(collection_id).by_name.values():
            if weights or not isinstance(fit, WeightsFit):
                second = with_fit(second, fit)
        return replace(settings, second=second)

    def _all(self) -> dict[str, ActiveFits]:
        try:
            return from_json(dict[str, ActiveFits], (self._home / FITS_FILE).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, InputError) as exc:
            raise StoreError(
                f"The file {FITS_FILE} of the home folder cannot be read.",
                "Remove it: then what was fitted is not used.",
            ) from exc

    def _keep(self, collection_id: str, kind: type[Fit], fit: Fit | None) -> None:
        every, change = self._all(), dict[str, Any]({_field(kind): fit})
        every[collection_id] = replace(every.get(collection_id, ActiveFits()), **change)
        keep_text(self._home / FITS_FILE, to_json(every, indent=1))

    def start(
        self, base: ModelSpec, groups: Sequence[TrainingGroup], recipe: TrainingRecipe
    ) -> Training:
        """Split the questions by document and begin a training.

        Raises:
            InputError: there are too few questions, or the model is not a folder on this machine.
        """
        if not base.local:
            raise InputError(
                f"{base.name} is not a folder on this machine.",
                "Choose the bundled cross-encoder or a local one on the Models page.",
            )
        training = Training(Path(base.source), recipe, *split(groups, recipe.seed))
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
        result = self.training.result()
        worth, why = standing(result.difference), reason(result.difference)
        if worth == "refused":
            raise InputError("This model does not help on the test questions.", why)
        if worth == "open" and not all_the_same:
            raise InputError("It is not settled whether this model helps.", why)
        name = f"tuned-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        folder = self._home / "models" / name
        text = card(result, self.training.spec(), name, base.license or "other", _SOURCE)
        try:
            shutil.copytree(self.training.folder / files.MODEL, folder)
            (folder / "README.md").write_text(text, encoding="utf-8")
            digest = verified_hash(ModelSpec(name, str(folder)))
            registry = self._home / REGISTRY_FILE
            entries = registry.read_text(encoding="utf-8") if registry.exists() else ""
        except OSError as exc:
            raise StoreError(
                f"The trained model cannot be kept ({exc.strerror}).", "Free some space."
            ) from exc
        keep_text(registry, entries + _entry(name, digest, base))
        return name

    def close(self) -> None:
        """End a running training; its checkpoints stay."""
        self.training.stop()


def _entry(name: str, digest: str, base: ModelSpec) -> str:
    """A ``[[model]]`` of the registry; name and hash are ours: nothing to escape."""
    languages = ", ".join(f'"{language}"' for language in base.languages)
    return (
        f'\n[[model]]\nname = "{name}"\nkind = "cross_encoder"\norigin = "folder"\n'
        f'source = "models/{name}"\nsha256 = "{digest}"\nlicense = "{base.license}"\n'
        f"languages = [{languages}]\n"
        + (f"max_length = {base.max_length}\n" if base.max_length else "")
    )
