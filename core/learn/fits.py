"""What was learned for a home folder: the fits in use, one training and its models."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, StoreError
from core.home.files import keep_text
from core.learn import recipe as files
from core.learn.abstention_fit import AbstentionFit
from core.learn.active_fits import Adopted
from core.learn.finetune import FineTuning, card
from core.learn.groups import Group, split
from core.learn.measured import NAMES, Fit, with_fit
from core.learn.recipe import Recipe, Training
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import Learned
from core.models.registry import REGISTRY_FILE
from core.models.spec import ModelSpec, verified_hash
from core.schema import SearchSettings
from core.serialize import from_json

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
        """What is used for a collection: a name of ``core.learn.measured.NAMES`` -> the fit.

        Raises:
            StoreError: a file cannot be read.
        """
        kept = (self.weights, self.skip_predictors, self.abstentions)
        found: list[Fit | None] = [one.of(collection_id) for one in kept]
        return {NAMES[type(fit)]: fit for fit in found if fit is not None}

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


def with_weights(settings: SearchSettings, learned: Learned) -> SearchSettings:
    """The same question asked with learned weights."""
    return replace(settings, second=with_fit(settings.second, learned))
