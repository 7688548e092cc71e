"""What computed a score or a vector: one name for it, wherever something is kept by it.

Weights alone do not say it. The same weights give other last digits on another runtime, by another
version of its library, from a graph that was built otherwise, and other digits altogether from
another int8 recipe. ``ModelInfo.computed`` holds what differs within one runtime.
"""

from __future__ import annotations

import json
from importlib.metadata import version

from core.schema import ModelInfo


def torch_computation() -> str:
    """The versions that decide torch's digits, for example ``torch 2.9.0, transformers 4.57.1``."""
    return f"torch {version('torch')}, transformers {version('transformers')}"


def computation_key(info: ModelInfo) -> str:
    """Names weights, window, runtime and what computed: what has this name has the same digits.

    As JSON, which cannot mix up where one part ends and the next begins.

    >>> computation_key(ModelInfo("m", "encoder", "ab", 256, "torch-fp32", "torch 2"))
    '["m", "ab", 256, "torch-fp32", "torch 2"]'
    """
    return json.dumps([info.name, info.sha256, info.max_length, info.runtime, info.computed])
