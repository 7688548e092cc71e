"""What is converted to OpenVINO, as torch modules.

Imports torch at its top, so import it only where a loaded torch model is at hand: graphs.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize


class Logits(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Any transformers classifier: its logits, from those of the inputs that it knows."""

    def __init__(self, model: Any, inputs: Sequence[str] = ("token_type_ids",)) -> None:
        """``inputs`` are what the tokenizer gives to the model."""
        super().__init__()
        self.model = model
        known = int(getattr(model.config, "type_vocab_size", 0)) > 1
        self.typed = known and "token_type_ids" in inputs

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits, float32[batch, labels]."""
        types = {"token_type_ids": token_type_ids} if self.typed else {}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types).logits


class UnitVectors(nn.Module):  # type: ignore[misc]
    """All parts of a ``SentenceTransformer`` in a row, then length 1."""

    def __init__(self, parts: Any) -> None:
        super().__init__()
        self.parts = parts

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Vectors, float32[batch, dimension]."""
        features = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": token_type_ids,
        }
        vectors = self.parts(features)["sentence_embedding"]
        return normalize(vectors[:, : self.parts.truncate_dim], dim=1)


def example_inputs() -> dict[str, Tensor]:
    """Three inputs of 12 tokens, one of them padded, for tracing."""
    ids = torch.arange(1000, 1036).reshape(3, 12)
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 8:] = 0
    types[:, 6:] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
