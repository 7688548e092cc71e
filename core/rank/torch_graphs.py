"""What is converted to OpenVINO, as torch modules.

Imports torch at its top, so import it only where a loaded torch model is at hand: conversion.py.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, scaled_dot_product_attention

HIDDEN = -10_000.0  # added to the attention of padding: its softmax is 0 in every precision


class Logits(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Any transformers classifier: its logits, from those of the inputs that it knows."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.typed = int(getattr(model.config, "type_vocab_size", 0)) > 1

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits, float32[batch, labels]."""
        known = {"token_type_ids": token_type_ids} if self.typed else {}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **known).logits


class BertLogits(nn.Module):  # type: ignore[misc]
    """A ``BertForSequenceClassification`` without the work whose result nobody reads.

    The logit is made from the first token's last state alone. So the last layer needs keys and
    values of all tokens, but query, feed-forward part and norms of one: of six layers at 256 tokens
    14 % of the multiplications are saved. Not an approximation: what is left out reaches no logit.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.bert, self.classifier = model.bert, model.classifier

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits, float32[batch, labels]."""
        states = self.bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        mask = (1.0 - attention_mask[:, None, None, :].to(states.dtype)) * HIDDEN
        *layers, last = self.bert.encoder.layer
        for layer in layers:
            states = _layer(layer, states, states, mask)
        first = _layer(last, states[:, :1], states, mask)
        return self.classifier(self.bert.pooler(first))


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
        return normalize(self.parts(features)["sentence_embedding"], dim=1)


def logits_module(model: Any) -> Any:
    """The cheapest module that gives a classifier's logits; the weights are shared, not copied."""
    plain_bert = type(model).__name__ == "BertForSequenceClassification"
    decoder = getattr(model.config, "is_decoder", False)
    return (BertLogits if plain_bert and not decoder else Logits)(model).eval()


def _layer(layer: Any, asking: Tensor, states: Tensor, mask: Tensor) -> Tensor:
    """One layer of BERT, its result for the ``asking`` states only."""
    attention = layer.attention.self

    def heads(projected: Tensor) -> Tensor:
        size = (
            projected.shape[0],
            -1,
            attention.num_attention_heads,
            attention.attention_head_size,
        )
        return projected.view(size).transpose(1, 2)

    context = scaled_dot_product_attention(
        heads(attention.query(asking)),
        heads(attention.key(states)),
        heads(attention.value(states)),
        attn_mask=mask,
    )
    width = attention.num_attention_heads * attention.attention_head_size
    joined = context.transpose(1, 2).reshape(asking.shape[0], -1, width)
    attended = layer.attention.output(joined, asking)
    return layer.output(layer.intermediate(attended), attended)


def example_inputs() -> dict[str, Tensor]:
    """Three inputs of 12 tokens, one of them padded, for tracing."""
    ids = torch.arange(1000, 1036).reshape(3, 12)
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 8:] = 0
    types[:, 6:] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
