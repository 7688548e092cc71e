"""What was learned for a home folder: weights and gates in use, one training and its models."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from core.errors import InputError, StoreError
from core.home.kept import keep_text
from core.learn import recipe as files
from core.learn.finetune import FineTuning, card
from core.learn.gate_fit import GateFit
from core.learn.groups import Group, split
from core.learn.recipe import Recipe, Training
from core.learn.silence_fit import SilenceFit
from core.learn.weights import Learned
from core.rank.registry import REGISTRY_FILE
from core.rank.spec import ModelSpec, verified_hash
from core.schema import SearchSettings
from core.serialize import from_json, to_json

LEARNED_FILE = "learned.json"
GATES_FILE = "gates.json"
SILENCES_FILE = "silences.json"
_SOURCE = "Questions and grades are those of one home folder, judged or made from its documents."

Kept = TypeVar("Kept")
Fit = TypeVar("Fit", Learned, GateFit, SilenceFit)


class Tuning:
    """One per home folder."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.training = FineTuning(home / "training")

    def adopted(self) -> dict[str, Learned]:
        """Learned weights that are used, by collection id.

        Raises:
            StoreError: the file cannot be read.
        """
        return self._read(dict[str, Learned], LEARNED_FILE)

    def adopt(self, collection_id: str, learned: Learned) -> None:
        """Use these weights for a collection.

        Raises:
            InputError: they were refused.
            StoreError: the choice cannot be kept.
        """
        self._adopt(
            LEARNED_FILE, self.adopted, collection_id, learned, "These weights were refused."
        )

    def revert(self, collection_id: str) -> None:
        """Use no learned weights for a collection any more."""
        self._revert(LEARNED_FILE, self.adopted, collection_id)

    def gates(self) -> dict[str, GateFit]:
        """Gates fitted on own questions that are used, by collection id.

        Raises:
            StoreError: the file cannot be read.
        """
        return self._read(dict[str, GateFit], GATES_FILE)

    def adopt_gate(self, collection_id: str, fit: GateFit) -> None:
        """Judge the questions of a collection by this gate.

        Raises:
            InputError: it was refused.
            StoreError: the choice cannot be kept.
        """
        self._adopt(GATES_FILE, self.gates, collection_id, fit, "This gate was refused.")

    def revert_gate(self, collection_id: str) -> None:
        """Judge the questions of a collection by the gate that comes along again."""
        self._revert(GATES_FILE, self.gates, collection_id)

    def silences(self) -> dict[str, SilenceFit]:
        """Fitted thresholds for silence that are used, by collection id.

        Raises:
            StoreError: the file cannot be read.
        """
        return self._read(dict[str, SilenceFit], SILENCES_FILE)

    def adopt_silence(self, collection_id: str, fit: SilenceFit) -> None:
        """Let quotes of a collection be silent by this threshold.

        Raises:
            InputError: it was refused.
            StoreError: the choice cannot be kept.
        """
        self._adopt(SILENCES_FILE, self.silences, collection_id, fit, "This threshold was refused.")

    def revert_silence(self, collection_id: str) -> None:
        """Let quotes of a collection be silent by its noise floor again."""
        self._revert(SILENCES_FILE, self.silences, collection_id)

    def applied(
        self, settings: SearchSettings, collection_id: str, *, weights: bool = True
    ) -> SearchSettings:
        """The settings with what was learned for a collection: gate, silence, wanted weights.

        Each with the models it belongs to: a search with others sets it aside, and says so.

        Raises:
            StoreError: a file cannot be read.
        """
        learned = self.adopted().get(collection_id) if weights else None
        gate = self.gates().get(collection_id)
        if gate is not None:
            second = replace(settings.second, gate_model=gate.numbers, gate_for=gate.models)
            settings = replace(settings, second=second)
        silence = self.silences().get(collection_id)
        if silence is not None:
            second = replace(
                settings.second, silent_below=silence.threshold, silent_for=silence.models
            )
            settings = replace(settings, second=second)
        return settings if learned is None else with_weights(settings, learned)

    def _read(self, kind: type[Kept], name: str) -> Kept:
        try:
            return from_json(kind, (self._home / name).read_bytes())
        except FileNotFoundError:
            return kind()
        except (OSError, InputError) as exc:
            raise StoreError(
                f"The file {name} of the home folder cannot be read.",
                "Remove it: then what was learned is not used.",
            ) from exc

    def _adopt(
        self, name: str, read: Callable[[], dict[str, Fit]], collection_id: str, fit: Fit, why: str
    ) -> None:
        if not fit.accepted:
            raise InputError(why, fit.verdict)
        self._keep(name, read() | {collection_id: fit})

    def _revert(self, name: str, read: Callable[[], dict[str, Fit]], collection_id: str) -> None:
        self._keep(name, {key: fit for key, fit in read().items() if key != collection_id})

    def _keep(self, name: str, adopted: dict[str, Fit]) -> None:
        keep_text(self._home / name, to_json(adopted, indent=1))

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
    second = replace(settings.second, weights=learned.weights, weights_for=learned.models)
    return replace(settings, second=second)
