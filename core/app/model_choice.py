"""The models that a person chose on the page, kept in the home folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError, StoreError
from core.home.files import keep_text
from core.serialize import from_json, to_json
from core.settings import Settings

CHOICE_FILE = "models.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the page; names as in the registry."""

    encoder: str = "bundled"
    cross_encoder: str = "bundled"
    runtime: str = "auto"


def read_choice(home: Path) -> Choice:
    """The choice that is kept in a home folder; the bundled models when there is none.

    Raises:
        StoreError: the file is there and cannot be read.
    """
    try:
        return from_json(Choice, (home / CHOICE_FILE).read_bytes())
    except FileNotFoundError:
        return Choice()
    except (OSError, InputError) as exc:
        raise StoreError(
            f"The file {CHOICE_FILE} of the home folder, which keeps the chosen models, cannot be "
            "read.",
            "Remove it: then the bundled models are used.",
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
    kept = read_choice(settings.home)
    return replace(
        settings,
        encoder=kept.encoder if settings.encoder == "bundled" else settings.encoder,
        cross_encoder=(
            kept.cross_encoder if settings.cross_encoder == "bundled" else settings.cross_encoder
        ),
        runtime=kept.runtime if settings.runtime == "auto" else settings.runtime,
    )


def set_by_environment(settings: Settings) -> list[str]:
    """Names of the variables that decide about a model, whatever is chosen on the page.

    Args:
        settings: as loaded, before a choice was put in.
    """
    named = {
        "SECOND_LOOK_ENCODER": settings.encoder != "bundled",
        "SECOND_LOOK_CROSS_ENCODER": settings.cross_encoder != "bundled",
        "SECOND_LOOK_RUNTIME": settings.runtime != "auto",
    }
    return [name for name, decides in named.items() if decides]
