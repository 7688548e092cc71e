"""OpenVINO graphs of BERT models, built from their weights alone: no torch, nothing converted.

What nobody reads is not computed. The logit is made from the first token's last state, so a
cross-encoder's last layer asks for that token only: see ``_first_token``. To add a mask to all
products of queries and keys is a sixth of the attention's time. Here each head has a dimension
more, in which every query has 1 and a key has 0, or ``HIDDEN`` when it is padding: the product then
holds the mask. (Another one is empty: bf16 is multiplied in pairs.) Neither is an approximation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.models.openvino.setup import import_openvino

HIDDEN = -10_000.0
"""Added to the attention of padding: its softmax is 0 in every precision."""
SPARE = 2
"""Dimensions that each head has more."""
_PLAIN = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
_MODULES = ["Transformer", "Pooling", "Normalize"]
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Weights = Mapping[str, NDArray[np.float32]]


def can_build(folder: Path) -> bool:
    """Whether a folder holds a plain BERT: a cross-encoder, or a bi-encoder with mean pooling."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
        plain = all(config.get(key, value) == value for key, value in _PLAIN.items())
        if not plain or config.get("is_decoder") or _changed(folder):
            return False
        modules = _modules(folder)
        if len(modules) > 1:
            return _pools_by_mean(folder, modules)
        return bool(config.get("architectures") == ["BertForSequenceClassification"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def _changed(folder: Path) -> bool:
    """Whether the library does more with texts or vectors than tokenizer file and graph do."""
    whole, texts, words = (
        _read_json(folder / name)
        for name in (
            *("config_sentence_transformers.json", "sentence_bert_config.json"),
            "tokenizer_config.json",
        )
    )
    untyped = "token_type_ids" not in words.get("model_input_names", ["token_type_ids"])
    return bool(whole.get("truncate_dim") or texts.get("do_lower_case") or untyped)


def _read_json(file: Path) -> dict[str, Any]:
    """A JSON object; of a file that is not there an empty one."""
    return dict(json.loads(file.read_bytes())) if file.is_file() else {}


def _modules(folder: Path) -> list[dict[str, str]]:
    """What sentence-transformers put together; newer ones write it for a cross-encoder too."""
    file = folder / "modules.json"
    return json.loads(file.read_bytes()) if file.is_file() else []


def _pools_by_mean(folder: Path, modules: list[dict[str, str]]) -> bool:
    pooling = json.loads((folder / modules[1]["path"] / "config.json").read_bytes())
    modes = {key for key, on in pooling.items() if key.startswith("pooling_mode_") and on is True}
    types = [module["type"].rsplit(".", 1)[-1] for module in modules]
    return (
        types == _MODULES
        and pooling.get("include_prompt", True)
        and modules[0]["path"] == ""
        and (modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean")
    )


def window(folder: Path) -> int:
    """The most tokens that such a model reads: what it has positions for and was trained on."""
    config = json.loads((folder / "config.json").read_bytes())
    tokenizer = _read_json(folder / "tokenizer_config.json")
    positions = int(config["max_position_embeddings"])
    return min(positions, int(tokenizer.get("model_max_length", positions)))


def own_length(folder: Path) -> int:
    """The most tokens that it reads when nobody says otherwise: as it was saved."""
    saved = _read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    return min(window(folder), int(saved or window(folder)))


def build_bert(folder: Path) -> Any:
    """The OpenVINO model of a folder for which ``can_build`` is true.

    Its inputs are input_ids, attention_mask and token_type_ids, int64[batch, tokens]; its output is
    the logits, float32[batch, labels], or unit vectors, float32[batch, width].

    Raises:
        ModelError: OpenVINO is missing, or the weights are not those of the configuration.
    """
    openvino = import_openvino()
    try:
        config = json.loads((folder / "config.json").read_bytes())
        bert = _Bert(_read(folder / "model.safetensors"), config)
        return openvino.Model([bert.output()], list(bert.inputs.values()), folder.name)
    except (OSError, ValueError, LookupError, RuntimeError) as exc:
        raise ModelError(
            f"The weights of {folder.name} do not match its configuration ({exc}).",
            "Download the model again, or choose another one.",
        ) from exc


def _read(file: Path) -> dict[str, NDArray[np.float32]]:
    from safetensors import SafetensorError  # noqa: PLC0415 - only who builds a graph needs it
    from safetensors.numpy import load_file  # noqa: PLC0415 - the same

    try:
        arrays = load_file(file)
    except SafetensorError as exc:
        raise ValueError(str(exc)) from exc
    return {
        name.removeprefix("bert."): np.asarray(array, np.float32) for name, array in arrays.items()
    }


@dataclass(frozen=True, slots=True)
class _Linear:
    """A linear layer: float32[outputs, inputs] and float32[outputs]."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


class _Bert:
    """The nodes of one graph; states are float32[batch, tokens, width]."""

    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        from openvino import opset13  # noqa: PLC0415 - imported with the library before

        self.ops = opset13
        self.weights = weights
        self.layers = int(config["num_hidden_layers"])
        self.heads = int(config["num_attention_heads"])
        self.size = int(config["hidden_size"]) // self.heads
        self.epsilon = float(config.get("layer_norm_eps", 1e-12))
        self.inputs = {name: self._input(name) for name in _INPUTS}
        mask = opset13.convert(self.inputs["attention_mask"], np.float32)
        self.mask = opset13.unsqueeze(mask, self._whole(2))
        self.padding = opset13.multiply(
            opset13.subtract(self._real(1.0), self.mask), self._real(HIDDEN)
        )

    def output(self) -> Any:
        """Logits where there is a classifier, else the unit vectors of the texts."""
        states = self._embedded()
        if "classifier.weight" not in self.weights:
            for number in range(self.layers):
                states = self._layer(states, number)
            return self._mean(states)
        for number in range(self.layers - 1):
            states = self._layer(states, number)
        first = self.ops.squeeze(self._first_token(states, self.layers - 1), self._whole(1))
        pooled = self.ops.tanh(self._linear(first, self._named("pooler.dense")))
        return self._linear(pooled, self._named("classifier"))

    def _embedded(self) -> Any:
        ops, zero = self.ops, self._whole(0)
        ids, types = self.inputs["input_ids"], self.inputs["token_type_ids"]
        length = ops.gather(ops.shape_of(ids), self._whole([1]), zero)
        positions = self._constant("embeddings.position_embeddings.weight")
        steps = ops.slice(positions, self._whole([0]), length, self._whole([1]), self._whole([0]))
        words = ops.gather(self._constant("embeddings.word_embeddings.weight"), ids, zero)
        kinds = ops.gather(self._constant("embeddings.token_type_embeddings.weight"), types, zero)
        return self._normalized(ops.add(ops.add(words, kinds), steps), "embeddings.LayerNorm")

    def _layer(self, states: Any, number: int) -> Any:
        """The states after a layer."""
        ops, name, wide = self.ops, f"encoder.layer.{number}.attention.self", self.size + SPARE
        marks = np.zeros((self.heads, wide), np.float32)
        marks[:, self.size] = 1.0
        shift = ops.multiply(self.padding, ops.constant(marks.reshape(1, 1, -1)))
        query = self._linear(states, self._widened(f"{name}.query", 1.0), f"layers.{number}.query")
        key = self._linear(states, self._widened(f"{name}.key", 0.0), f"layers.{number}.key")
        value = self._linear(states, self._named(f"{name}.value"), f"layers.{number}.value")
        products = ops.matmul(
            self._by_head(query, wide), self._by_head(ops.add(key, shift), wide), False, True
        )
        shares = ops.softmax(ops.multiply(products, self._real(self.size**-0.5)), -1)
        context = ops.matmul(shares, self._by_head(value, self.size), False, False)
        joined = ops.transpose(context, self._whole([0, 2, 1, 3]))
        joined = ops.reshape(joined, self._whole([0, 0, self.heads * self.size]), True)
        return self._after_attention(joined, states, number)

    def _first_token(self, states: Any, number: int) -> Any:
        """The first token's state after a layer, float32[batch, 1, width].

        With one query, q (W x) is (q W) x: the query is taken through the keys' weights once,
        instead of every token. What the keys' bias adds is the same for all tokens, so softmax does
        not see it. The values likewise: the tokens are averaged first, and their average goes
        through the weights.
        """
        ops, name = self.ops, f"encoder.layer.{number}.attention.self"
        by_head = (self.heads, self.size, -1)
        keys = ops.constant(self.weights[f"{name}.key.weight"].reshape(by_head))
        values = self._named(f"{name}.value")
        turned = np.ascontiguousarray(values.weight.reshape(by_head).swapaxes(1, 2))
        first = ops.slice(states, *(self._whole([n]) for n in (0, 1, 1, 1)))
        query = self._linear(first, self._named(f"{name}.query"))
        query = ops.reshape(query, self._whole([0, self.heads, 1, self.size]), True)
        question = ops.squeeze(ops.matmul(query, keys, False, False), self._whole(2))
        products = ops.multiply(
            ops.matmul(question, states, False, True), self._real(self.size**-0.5)
        )
        masked = ops.add(products, ops.transpose(self.padding, self._whole([0, 2, 1])))
        averages = ops.unsqueeze(
            ops.matmul(ops.softmax(masked, -1), states, False, False), self._whole(2)
        )
        context = ops.matmul(averages, ops.constant(turned), False, False)
        joined = ops.reshape(context, self._whole([0, 1, self.heads * self.size]), True)
        joined = ops.add(joined, ops.constant(values.bias.reshape(1, 1, -1)))
        return self._after_attention(joined, first, number)

    def _after_attention(self, context: Any, states: Any, number: int) -> Any:
        """The second half of a layer: what the attention found joins the states."""
        ops, name, short = self.ops, f"encoder.layer.{number}", f"layers.{number}"
        dense = self._named(f"{name}.attention.output.dense")
        attended = self._normalized(
            ops.add(self._linear(context, dense, f"{short}.attention"), states),
            f"{name}.attention.output.LayerNorm",
        )
        inner = self._linear(
            attended, self._named(f"{name}.intermediate.dense"), f"{short}.intermediate"
        )
        outer = self._linear(
            ops.gelu(inner, "erf"), self._named(f"{name}.output.dense"), f"{short}.output"
        )
        return self._normalized(ops.add(outer, attended), f"{name}.output.LayerNorm")

    def _mean(self, states: Any) -> Any:
        """The mean of the tokens that are no padding, as a unit vector."""
        ops, tokens = self.ops, self._whole([1])
        total = ops.reduce_sum(ops.multiply(states, self.mask), tokens, False)
        count = ops.maximum(ops.reduce_sum(self.mask, tokens, False), self._real(1e-9))
        return ops.normalize_l2(ops.divide(total, count), self._whole([1]), 1e-24, "max")

    def _by_head(self, projected: Any, size: int) -> Any:
        split = self.ops.reshape(projected, self._whole([0, 0, self.heads, size]), True)
        return self.ops.transpose(split, self._whole([0, 2, 1, 3]))

    def _widened(self, name: str, mark: float) -> _Linear:
        linear, wide = self._named(name), self.size + SPARE
        weight = np.zeros((self.heads, wide, linear.weight.shape[1]), np.float32)
        bias = np.zeros((self.heads, wide), np.float32)
        weight[:, : self.size] = linear.weight.reshape(self.heads, self.size, -1)
        bias[:, : self.size] = linear.bias.reshape(self.heads, self.size)
        bias[:, self.size] = mark
        return _Linear(weight.reshape(self.heads * wide, -1), bias.reshape(-1))

    def _named(self, name: str) -> _Linear:
        return _Linear(self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _linear(self, states: Any, linear: _Linear, name: str = "") -> Any:
        product = self.ops.matmul(states, self.ops.constant(linear.weight), False, True)
        if name:  # the int8 recipe knows the layer by it
            product.set_friendly_name(name)
        return self.ops.add(product, self.ops.constant(linear.bias))

    def _normalized(self, states: Any, name: str) -> Any:
        ops = self.ops
        scaled = ops.mvn(states, self._whole([-1]), True, self.epsilon, "inside_sqrt")
        weighted = ops.multiply(scaled, self._constant(f"{name}.weight"))
        return ops.add(weighted, self._constant(f"{name}.bias"))

    def _input(self, name: str) -> Any:
        node = self.ops.parameter([-1, -1], np.int64, name)
        node.output(0).get_tensor().set_names({name})
        return node

    def _constant(self, name: str) -> Any:
        return self.ops.constant(self.weights[name])

    def _real(self, value: float) -> Any:
        return self.ops.constant(np.float32(value))

    def _whole(self, value: Any) -> Any:
        return self.ops.constant(np.asarray(value, np.int64))
