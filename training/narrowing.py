"""A BERT with narrower feed-forward parts, by least squares and without training.

Half of what a layer computes is a feed-forward part of 1,536 neurons. They are taken out one by
one, always the one whose loss the others can make up for best, and the weights of those that stay
are moved so that they do (the optimal brain surgeon: Hassibi and Stork, 1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
DAMPING = 0.01
"""Of the mean second moment, added to every neuron's own."""
FIRST_TOKEN = 30.0
"""In the last layer the first token counts so much: the others are read by nobody."""


def narrow(model: Any, batches: Sequence[Any], width: int) -> None:
    """Leave so many neurons in each feed-forward part of a BERT.

    Args:
        model: changed in place, layer by layer from below; each sees what the narrowed ones give.
        batches: what the model reads, some thousands of tokens in all.
        width: how many neurons stay, fewer than there are.
    """
    import torch  # noqa: PLC0415 - loaded already

    layers = model.bert.encoder.layer
    for number, layer in enumerate(layers):
        values, weights = _values(model, batches, number, number == len(layers) - 1)
        dense, before = layer.output.dense, layer.intermediate.dense
        matrix = dense.weight.detach().numpy().astype(np.float64)
        mean = np.average(values, axis=0, weights=weights)
        centred = (values - mean) * np.sqrt(weights)[:, None]
        kept, narrowed = fewer_inputs(matrix, (centred.T @ centred).astype(np.float64), width)
        moved = matrix @ mean - narrowed @ mean[kept]
        with torch.no_grad():
            dense.weight = torch.nn.Parameter(torch.tensor(narrowed, dtype=torch.float32))
            dense.bias += torch.tensor(moved, dtype=torch.float32)
            before.weight = torch.nn.Parameter(before.weight[kept].clone())
            before.bias = torch.nn.Parameter(before.bias[kept].clone())
        dense.in_features = before.out_features = width
    model.config.intermediate_size = width


def _values(
    model: Any, batches: Sequence[Any], number: int, last: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the neurons of a layer give for each token, float32[tokens, neurons], and its weight."""
    import torch  # noqa: PLC0415 - loaded already

    encoder, rows, weights = model.bert.encoder, [], []
    layers = encoder.layer
    encoder.layer = layers[: number + 1]
    hook = encoder.layer[number].output.dense.register_forward_pre_hook(
        lambda _, given: rows.append(given[0])
    )
    with torch.no_grad():
        for batch in batches:
            model(**batch)
            there = batch["attention_mask"].bool()
            weight = torch.ones(there.shape)
            weight[:, 0] = FIRST_TOKEN if last else 1.0
            rows[-1] = rows[-1][there].numpy()
            weights.append(weight[there].numpy())
    hook.remove()
    encoder.layer = layers
    return np.concatenate(rows), np.concatenate(weights)


def fewer_inputs(matrix: Matrix, moments: Matrix, width: int) -> tuple[NDArray[np.intp], Matrix]:
    """The inputs that stay, rising, and the weights that they have then, float64[outputs, width].

    Args:
        matrix: the weights, float64[outputs, inputs].
        moments: of the inputs, float64[inputs, inputs].
        width: how many stay.
    """
    inputs = len(moments)
    inverse = np.linalg.inv(moments + DAMPING * np.trace(moments) / inputs * np.eye(inputs))
    weights, there = matrix.copy(), np.ones(inputs, bool)
    for _ in range(inputs - width):
        own = np.where(there, np.diag(inverse), 1.0)
        price = np.where(there, np.square(weights).sum(axis=0) / own, np.inf)
        out = int(price.argmin())
        row = inverse[out] / own[out]
        weights -= np.outer(weights[:, out], row)
        inverse -= np.outer(inverse[:, out], row)
        there[out] = False
        weights[:, out] = inverse[out] = inverse[:, out] = 0.0
    kept = np.flatnonzero(there)
    return kept, weights[:, kept]
