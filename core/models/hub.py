"""Files of a model of the hub: from this machine's cache, else fetched; never a long wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.home.worker import BackgroundWorker
from core.models.registry import WEIGHTS, ModelSpec

PATIENCE_SECONDS = 5.0
_FILES = ("*.json", "*.txt", "*.model", WEIGHTS)  # no code, and no weights that can run code
_NEEDED = ("config.json", "tokenizer.json", WEIGHTS)
_BUNDLED = "Choose the bundled model, or a folder that sentence-transformers saved."


def cached_folder(spec: ModelSpec) -> Path | None:
    """The folder of a model that was fetched before, when all its files are there. No network."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - hub models only
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415 - the same

    folder = None
    for name in _NEEDED:
        try:
            path = try_to_load_from_cache(spec.source, name, revision=spec.revision or None)
        except HFValidationError as exc:
            raise _refused(spec, exc) from exc
        if not isinstance(path, str):
            return None
        folder = Path(path).parent
    return folder


def here(spec: ModelSpec) -> ModelSpec:
    """The spec with the folder that it was fetched to, if it was; no network is asked."""
    if spec.origin != "hub" or spec.local:
        return spec
    try:
        folder = cached_folder(spec)
    except ModelError:  # a name that can be none of the hub's: said when it is opened
        return spec
    return spec if folder is None else replace(spec, source=str(folder))


def offline() -> bool:
    """Whether the person said that the hub must not be asked (HF_HUB_OFFLINE)."""
    from huggingface_hub import constants  # noqa: PLC0415 - hub models only

    return bool(constants.HF_HUB_OFFLINE)


def located(spec: ModelSpec, endpoint: str | None = None) -> ModelSpec:
    """The spec with a folder of this machine as its source; fetched when it is not here yet.

    Args:
        spec: a model of any origin; only one of the hub can need the network.
        endpoint: another address of the hub than the usual one.

    Raises:
        ModelError: it is not here, and the hub may not be asked, does not answer within five
            seconds, or has no such model; or its folder is missing.
    """
    if spec.origin == "folder" and not spec.local:
        raise ModelError(
            f"The folder of {spec.name} is missing: {spec.source}.",
            f"Put it back, or take it out of registry.toml. {_BUNDLED}",
        )
    if spec.origin != "hub" or spec.local:
        return spec
    folder = cached_folder(spec)
    if folder is None:
        if offline():
            raise ModelError(
                f"{spec.name} was never fetched to this machine, and HF_HUB_OFFLINE forbids to "
                "ask the model hub.",
                _BUNDLED,
            )
        folder = _fetched(spec, endpoint)
    return replace(spec, source=str(folder))


def _fetched(spec: ModelSpec, endpoint: str | None) -> Path:
    from huggingface_hub import HfApi, snapshot_download  # noqa: PLC0415 - hub models only
    from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415 - the same

    disable_progress_bars()
    hub = HfApi(endpoint=endpoint)
    revision = spec.revision or None
    _in_time(spec, lambda: hub.model_info(spec.source, revision=revision, timeout=4.0))
    try:
        folder = snapshot_download(
            spec.source, revision=revision, endpoint=endpoint, allow_patterns=list(_FILES)
        )
    except (OSError, ValueError, RuntimeError) as exc:
        raise ModelError(
            f"The files of {spec.name} could not be fetched from the model hub "
            f"({type(exc).__name__}).",
            f"Check the connection and the space on the disk, then try again. {_BUNDLED}",
        ) from exc
    missing = [name for name in _NEEDED if not (Path(folder) / name).is_file()]
    if missing:
        raise ModelError(
            f"{spec.name} has no {', '.join(missing)} on the model hub.",
            "Choose a model that has its weights as safetensors and a fast tokenizer.",
        )
    return Path(folder)


def _in_time(spec: ModelSpec, ask: Callable[[], Any]) -> Any:
    """What the hub says of a model, or an error within five seconds: looking up a name can hang."""
    outcome: list[Any] = []
    worker = BackgroundWorker("ask-hub")
    worker.put(partial(_keep, ask, outcome))
    worker.wait(PATIENCE_SECONDS)
    if not outcome:
        raise ModelError(
            f"{spec.name} is not on this machine, and the model hub did not answer within "
            f"{PATIENCE_SECONDS:g} seconds.",
            f"Check the connection. {_BUNDLED}",
        )
    if isinstance(outcome[0], Exception):
        raise _refused(spec, outcome[0]) from outcome[0]
    return outcome[0]


def _keep(ask: Callable[[], Any], outcome: list[Any]) -> None:
    """Run in a thread: an exception is handed over and raised again where it is waited for."""
    from huggingface_hub import errors  # noqa: PLC0415 - hub models only

    try:
        outcome.append(ask())
    except (OSError, ValueError, RuntimeError, errors.HTTPError) as exc:  # type: ignore[attr-defined]
        outcome.append(exc)


def _refused(spec: ModelSpec, exc: Exception) -> ModelError:
    from huggingface_hub.errors import (  # noqa: PLC0415 - hub models only
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(exc, GatedRepoError):
        return ModelError(
            f"{spec.name} is given out by its authors on request only.",
            "Ask for it on its page of the hub and log in with `hf auth login`.",
        )
    if isinstance(exc, RepositoryNotFoundError | RevisionNotFoundError | HFValidationError):
        return ModelError(
            f"There is no folder {spec.name} here, and the model hub has no model of that name.",
            "Check the name: the hub's have the form owner/name.",
        )
    return ModelError(
        f"{spec.name} is not on this machine, and the model hub cannot be reached.",
        f"Check the connection. {_BUNDLED}",
    )
