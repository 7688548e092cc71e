"""A cross-encoder that says whether two sentences contradict each other, when a person has one.

None comes with the project. Any folder that sentence-transformers or transformers saved will do, if
the model gives one score for each of its classes and one class is called contradiction.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.models.registry import ModelSpec, verified_hash
from core.models.torch_models import import_sentence_transformers, loading
from core.schema import FloatVector

BATCH = 16
_ADVICE = (
    "Set SECOND_LOOK_NLI to the folder of a natural language inference model, for example "
    "cross-encoder/nli-deberta-v3-base, or to nothing: then rules alone look for contradictions."
)


def contradiction_class(labels: Mapping[int, str]) -> int:
    """Which class of a model means that two texts contradict each other.

    Raises:
        ModelError: none does, or more than one.

    >>> contradiction_class({0: "ENTAILMENT", 1: "NEUTRAL", 2: "CONTRADICTION"})
    2
    """
    classes = [number for number, label in labels.items() if "contradict" in str(label).lower()]
    if len(classes) != 1 or len(labels) < 2:
        raise ModelError(
            f"Its classes are {', '.join(map(str, labels.values()))}: none is contradiction.",
            _ADVICE,
        )
    return classes[0]


class NliCrossEncoder:
    """Behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self._model = model
        self._class = contradiction_class(model.config.id2label)
        self._lock = threading.Lock()

    def contradiction(self, pairs: Sequence[tuple[str, str]]) -> FloatVector:
        """How sure it is that the second text contradicts the first: float32[len(pairs)], 0..1."""
        if not pairs:
            return np.zeros(0, dtype=np.float32)
        with self._lock:
            chances = self._model.predict(
                list(pairs), batch_size=BATCH, apply_softmax=True, show_progress_bar=False
            )
        return np.asarray(chances, dtype=np.float32)[:, self._class]


def load_nli(folder: str, threads: int = 2) -> NliCrossEncoder:
    """Load the model of a folder; the network is never asked.

    Raises:
        ModelError: the folder, its weights or its class of contradictions are not there.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ModelError(f"SECOND_LOOK_NLI is {folder}, which is not a folder.", _ADVICE)
    verified_hash(ModelSpec(path.name, str(path)))
    library = import_sentence_transformers(threads)
    with loading(path.name, _ADVICE):
        model = library.CrossEncoder(str(path), device="cpu", local_files_only=True)
    return NliCrossEncoder(model, path.name)
