"""What was measured of each model's runtimes, kept in the home folder."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from core.errors import InputError, NotFound
from core.models.openvino.int8 import FOLDER, file_mark, found_recipe
from core.models.openvino.setup import openvino_version, processor_name
from core.models.runtime import ModelLocation
from core.models.runtime_selection.selection import RuntimeChoice
from core.models.spec import verified_hash
from core.serialize import from_json, to_json

Kind = Literal["encoder", "cross_encoder"]
_LOG = logging.getLogger(__name__)


def saved_choice(place: ModelLocation, kind: Kind) -> RuntimeChoice:
    """What was measured of a model on this machine with these versions.

    Raises:
        NotFound: nothing was, or it was another machine or another version.
        ModelError: the model's files are not there, or OpenVINO is not installed.
    """
    try:
        choice = from_json(RuntimeChoice, _choice_file(place, kind).read_bytes())
    except (OSError, InputError) as exc:
        raise NotFound("No runtime was measured yet.") from exc
    if not choice.trials or choice.where != where(place):
        raise NotFound("The runtimes were measured on another machine or with other versions.")
    return choice


def choices(home: Path) -> list[RuntimeChoice]:
    """All choices that are kept in a home folder, for a page to show."""
    found = []
    for file in sorted((home / FOLDER).glob("*.json")):
        try:
            found.append(from_json(RuntimeChoice, file.read_bytes()))
        except (OSError, InputError):
            _LOG.warning("%s is not readable and will be measured again.", file.name)
    return found


def where(place: ModelLocation) -> str:
    """What the figures depend on: processor, cores, versions, and the int8 recipe, if any."""
    made = file_mark(found_recipe(place.home, verified_hash(place.spec)))
    return (
        f"{processor_name()}, {place.threads} threads, openvino {openvino_version()}, "
        f"torch {version('torch')}, int8 recipe {made}"
    )


def keep_choice(choice: RuntimeChoice, place: ModelLocation, kind: Kind) -> None:
    """Keep what was measured of a model, for this machine with these versions."""
    file = _choice_file(place, kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(to_json(replace(choice, where=where(place)), indent=2), encoding="utf-8")
    part.replace(file)


def _choice_file(place: ModelLocation, kind: Kind) -> Path:
    weights = verified_hash(place.spec)
    if not weights:
        raise NotFound(f"The weights of {place.spec.name} are not known by hash.")
    return place.home / FOLDER / f"{kind}-{weights[:16]}.json"
