"""What is converted to OpenVINO, as torch modules.

Imports torch at its top, so import it only where a loaded torch model is at hand: conversion.py.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, scaled_dot_product_attention

HIDDEN = -10_000.0
"""Added to the attention of padding: its softmax is 0 in every precision."""
SPARE = 2
"""Dimensions that each head has more: one for the mask, one because bf16 is multiplied in pairs."""


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

    The logit is made from the first token's last state alone. So the last layer asks for one token
    only, and padding is hidden by the keys themselves: see ``_FirstToken`` and ``_Layer``. Neither
    is an approximation.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.bert, self.classifier = model.bert, model.classifier
        *layers, last = model.bert.encoder.layer
        self.layers = nn.ModuleList(_Layer(layer) for layer in layers)
        self.last = _FirstToken(last)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Logits, float32[batch, labels]."""
        embedded = self.bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        states, padding = _read(embedded, self.layers, attention_mask)
        return self.classifier(self.bert.pooler(self.last(states, padding)))


def _read(embedded: Tensor, layers: Any, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
    """The states after these layers, and what hides padding from a further one."""
    states, padding = embedded, (1.0 - attention_mask.to(embedded.dtype)) * HIDDEN
    for layer in layers:
        states = layer(states, padding)
    return states, padding


class _Layer(nn.Module):  # type: ignore[misc]
    """One layer of BERT whose keys say themselves that they are padding.

    To add a mask to all products of queries and keys is a sixth of the attention's time. Here each
    head has a dimension more, in which every query has 1 and a key has 0, or ``HIDDEN`` when it is
    padding: the product then holds the mask. (Another one is empty: bf16 is multiplied in pairs.)
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention = layer.attention.self
        self.layer, self.value = layer, attention.value
        self.heads, self.size = attention.num_attention_heads, attention.attention_head_size
        self.query = self._widened(attention.query, mark=1.0)
        self.key = self._widened(attention.key, mark=0.0)
        marks = torch.zeros(self.heads, self.size + SPARE)
        marks[:, self.size] = 1.0
        self.register_buffer("marks", marks.flatten())

    def _widened(self, linear: Any, mark: float) -> Any:
        wide = self.size + SPARE
        weight = torch.zeros(self.heads, wide, linear.in_features)
        bias = torch.zeros(self.heads, wide)
        weight[:, : self.size] = linear.weight.detach().view(self.heads, self.size, -1)
        bias[:, : self.size] = linear.bias.detach().view(self.heads, self.size)
        bias[:, self.size] = mark
        found = nn.Linear(linear.in_features, self.heads * wide)
        found.weight, found.bias = nn.Parameter(weight.flatten(0, 1)), nn.Parameter(bias.flatten())
        return found

    def forward(self, states: Tensor, padding: Tensor) -> Tensor:
        """The states after this layer, float32[batch, tokens, width]."""

        def heads(projected: Tensor, size: int) -> Tensor:
            return projected.view(projected.shape[0], -1, self.heads, size).transpose(1, 2)

        wide = self.size + SPARE
        context = scaled_dot_product_attention(
            heads(self.query(states), wide),
            heads(self.key(states) + padding[:, :, None] * self.marks, wide),
            heads(self.value(states), self.size),
            scale=self.size**-0.5,
        )
        joined = context.transpose(1, 2).reshape(states.shape[0], -1, self.heads * self.size)
        attended = self.layer.attention.output(joined, states)
        return self.layer.output(self.layer.intermediate(attended), attended)


class _FirstToken(nn.Module):  # type: ignore[misc]
    """The last layer of BERT, its result for the first token only.

    With one query, q (W x) is (q W) x: the query is taken through the keys' weights once, instead
    of every token. What the keys' bias adds is the same for all tokens, so softmax does not see it.
    The values likewise: the tokens are averaged first, and their average goes through the weights.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention = layer.attention.self
        self.layer, self.query = layer, attention.query
        self.heads, self.size = attention.num_attention_heads, attention.attention_head_size
        by_head = (self.heads, self.size, -1)
        self.register_buffer("key", attention.key.weight.detach().view(by_head))
        self.register_buffer("value", attention.value.weight.detach().view(by_head).mT.contiguous())
        self.register_buffer("bias", attention.value.bias.detach())

    def forward(self, states: Tensor, padding: Tensor) -> Tensor:
        """The first token's state, float32[batch, 1, width]."""
        batch, first = states.shape[0], states[:, :1]
        query = self.query(first).view(batch, self.heads, 1, self.size)
        asked = torch.matmul(query, self.key).view(batch, self.heads, -1)
        products = torch.matmul(asked, states.transpose(1, 2)) * self.size**-0.5 + padding[:, None]
        averages = torch.matmul(products.softmax(dim=-1), states)
        context = torch.matmul(averages.view(batch, self.heads, 1, -1), self.value)
        joined = context.view(batch, 1, self.heads * self.size) + self.bias
        attended = self.layer.attention.output(joined, first)
        return self.layer.output(self.layer.intermediate(attended), attended)


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


class BertUnitVectors(nn.Module):  # type: ignore[misc]
    """The same of a ``SentenceTransformer`` whose first part is BERT; for its layers see above."""

    def __init__(self, bert: Any, parts: Any) -> None:
        super().__init__()
        self.embeddings, self.parts = bert.embeddings, parts
        self.layers = nn.ModuleList(_Layer(layer) for layer in bert.encoder.layer)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Vectors, float32[batch, dimension]."""
        embedded = self.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        states, _ = _read(embedded, self.layers, attention_mask)
        features = {"token_embeddings": states, "attention_mask": attention_mask}
        for part in self.parts:
            features = part(features)
        return normalize(features["sentence_embedding"], dim=1)


def logits_module(model: Any) -> Any:
    """The cheapest module that gives a classifier's logits."""
    plain = _plain_bert(model, "BertForSequenceClassification")
    return (BertLogits if plain else Logits)(model).eval()


def vectors_module(model: Any) -> Any:
    """The cheapest module that gives a ``SentenceTransformer``'s vectors."""
    first, *rest = model
    bert = getattr(first, "auto_model", None)
    if _plain_bert(bert, "BertModel"):
        return BertUnitVectors(bert, nn.ModuleList(rest)).eval()
    return UnitVectors(model).eval()


def _plain_bert(model: Any, name: str) -> bool:
    """Whether this is BERT's reading of a text, and not its writing."""
    return type(model).__name__ == name and not getattr(model.config, "is_decoder", False)


def example_inputs() -> dict[str, Tensor]:
    """Three inputs of 12 tokens, one of them padded, for tracing."""
    ids = torch.arange(1000, 1036).reshape(3, 12)
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 8:] = 0
    types[:, 6:] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
