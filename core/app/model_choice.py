"""The models that a person chose on the page, kept in the home folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.errors import InputError, SecondLookError, StoreError
from core.home.backup import SWITCHED_OFF
from core.home.files import keep_text
from core.models.registry import REGISTRY_FILE, ModelSpec, read_registry
from core.serialize import from_json, to_json
from core.settings import Settings
from core.text.hosts import host_of

CHOICE_FILE = "models.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the page; names as in the registry."""

    encoder: str = "bundled"
    cross_encoder: str = "bundled"
    runtime: str = "auto"


def read_choice(home: Path, name: str = CHOICE_FILE) -> Choice:
    """The choice that is kept in a home folder; the bundled models when there is none.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    try:
        return from_json(Choice, (home / name).read_bytes())
    except FileNotFoundError:
        return Choice()
    except (OSError, InputError) as exc:
        raise StoreError(
            f"The file {name} of the home folder, which stores the chosen models, cannot be read.",
            "Remove it to use the bundled models.",
        ) from exc


def keep_choice(home: Path, choice: Choice) -> None:
    """Write a choice; a crash leaves the old one or the new one.

    Raises:
        StoreError: it cannot be written.
    """
    keep_text(home / CHOICE_FILE, to_json(choice, indent=2))


def with_choice(settings: Settings) -> Settings:
    """The settings with the kept choice where the environment says nothing.

    Raises:
        StoreError: the choice cannot be read.
    """
    kept, unset = asdict(read_choice(settings.home)), asdict(Choice())
    changes = {name: kept[name] for name in kept if getattr(settings, name) == unset[name]}
    return replace(settings, **changes)


def set_by_environment(settings: Settings) -> list[str]:
    """Names of the variables that decide about a model, whatever is chosen on the page.

    Args:
        settings: as loaded, before a choice was put in.
    """
    unset = asdict(Choice())
    decided = (name for name in unset if getattr(settings, name) != unset[name])
    return [f"SECOND_LOOK_{name.upper()}" for name in decided]


def switched_off(home: Path) -> list[str]:
    """What a backup brought and does not use until its owner says so, a line each, in words."""
    return _said(home, SWITCHED_OFF)


def chosen_by_files(home: Path) -> list[str]:
    """The same of what is used: the models and addresses that the home folder's own files name."""
    return _said(home, "")


def _said(home: Path, before: str) -> list[str]:
    try:
        specs = read_registry(home / f"{before}{REGISTRY_FILE}").values()
        kept = asdict(read_choice(home, f"{before}{CHOICE_FILE}"))
    except SecondLookError as exc:
        return [ascii(exc.message)]
    lines = [f"{spec.kind.replace('_', '-')} {spec.name!r}: {_where(spec)}" for spec in specs]
    unset = asdict(Choice())
    chosen = [name for name in kept if kept[name] != unset[name]]
    return [*lines, *(f"chosen {name.replace('_', '-')}: {kept[name]!r}" for name in chosen)]


def _where(spec: ModelSpec) -> str:
    if spec.endpoint is None:
        return f"{spec.origin} {spec.source!r}"
    key = spec.endpoint.key_variable
    secret = f", with the key in {key}" if key else ""
    return f"sends questions and passages to {host_of(spec.source)!r}{secret}"
