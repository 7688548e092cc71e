"""How a linear layer's weights become int8: equal channels, least squares, rounding with feedback.

Compared with plain rounding the error of a layer's outputs is about half (docs/decisions/0041).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.models.openvino.int8 import Site

Matrix = NDArray[np.floating]
BALANCES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
RIDGE = 1e-3
DAMPING = 5e-3
TRIED = 4000
"""Tokens on which a balance is tried."""
BLOCK = 128
EMPTY = 1e-9
"""The reach of an output without weights, which has a scale all the same."""


def rounded_tokens(values: Matrix, both_signs: bool) -> Matrix:
    """What int8 leaves of each row: 255 levels of both signs, or 256 from zero on.

    Example: with both signs a row ``[1, -0.5]`` keeps its 1 and has -64/127 for the other.
    """
    levels = 127 if both_signs else 255
    reach = np.maximum(_loudest(values, 1)[:, None], 1e-12)
    rounded: Matrix = values / reach  # then in place: what a layer reads is large
    rounded *= levels
    np.round(rounded, out=rounded)
    rounded *= reach / levels
    return rounded


def _loudest(values: Matrix, axis: int) -> Matrix:
    """The greatest distance from zero along an axis."""
    loudest: Matrix = np.maximum(values.max(axis=axis), -values.min(axis=axis))
    return loudest


def balanced(values: Matrix, weights: Matrix, balance: float) -> NDArray[np.float32]:
    """Each channel's divisor, float32[inputs], the geometric mean 1.

    Its reach to the power ``balance``, over the reach of its weights to the rest of the power.
    """
    loud = np.maximum(_loudest(values, 0), 1e-6)
    heavy = np.maximum(np.abs(weights).max(axis=0), 1e-6)
    raw = loud**balance / heavy ** (1 - balance)
    divisors: NDArray[np.float32] = (raw / np.exp(np.log(raw).mean())).astype(np.float32)
    return divisors


def fit(values: Matrix, weights: Sequence[Matrix], shift: float) -> tuple[list[Site], float]:
    """The layers that read the same values, and the relative error of their outputs.

    Args:
        values: what the layers read, float32[tokens, inputs].
        weights: of each layer, float32[outputs, inputs].
        shift: added to the values, so that they have one sign; 0 when they have both.
    """
    joined = np.concatenate(weights)
    shifted = values + np.float32(shift)
    smooth = _best_smooth(shifted, joined, not shift)
    rounded = rounded_tokens(shifted / smooth, not shift)
    moments = (rounded.T @ rounded).astype(np.float64)
    target = _least_squares(shifted, rounded, joined, smooth, moments)
    del shifted
    scales = clipped_scales(target, np.diag(moments))
    whole = rounded_weights(target, moments, scales)
    products = rounded @ (whole * scales[:, None]).astype(np.float32).T
    wanted = values @ joined.T
    correction = (wanted - products).mean(axis=0)
    error = np.square(wanted - products - correction).sum()
    borders = np.cumsum([len(matrix) for matrix in weights])[:-1]
    sites = [
        Site(smooth, *parts, shift)
        for parts in zip(
            np.split(whole.astype(np.int8), borders),
            np.split(scales.astype(np.float32), borders),
            np.split(correction.astype(np.float32), borders),
            strict=True,
        )
    ]
    return sites, float(np.sqrt(error / np.square(wanted - wanted.mean(axis=0)).sum()))


def _best_smooth(values: Matrix, weights: Matrix, both_signs: bool) -> NDArray[np.float32]:
    """The divisors whose rounded values, and plainly rounded weights, give the least error."""
    some = values[:TRIED]
    wanted = some @ weights.T

    def error(smooth: NDArray[np.float32]) -> float:
        scaled = weights * smooth
        steps = np.maximum(np.abs(scaled).max(axis=1, keepdims=True), EMPTY) / 127
        by_weights = some @ (np.round(scaled / steps) * steps / smooth).T
        by_values = (rounded_tokens(some / smooth, both_signs) * smooth) @ weights.T
        # feedback will leave about 0.6 of the weights' rounding error
        return float(
            np.square(by_values - wanted).sum() + 0.36 * np.square(by_weights - wanted).sum()
        )

    return min((balanced(values, weights, balance) for balance in BALANCES), key=error)


def _least_squares(
    values: Matrix,
    rounded: Matrix,
    weights: Matrix,
    smooth: NDArray[np.float32],
    moments: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weights that make of the rounded values what the given ones make of the exact values."""
    ridge = RIDGE * np.mean(np.diag(moments)) * np.eye(len(moments))
    crossed = (values.T @ rounded).astype(np.float64)
    wanted = weights.astype(np.float64) @ crossed + (weights * smooth) @ ridge
    return np.asarray(np.linalg.solve(moments + ridge, wanted.T).T, np.float64)


def clipped_scales(weights: Matrix, importance: Matrix) -> NDArray[np.float64]:
    """The scale of each output, from 0.7 to 1 of its reach over 127, with the least error."""
    reach = np.maximum(np.abs(weights).max(axis=1), EMPTY) / 127
    tried = np.linspace(0.7, 1, 13)[:, None] * reach
    errors = [
        (np.square(_grid(weights, steps[:, None]) * steps[:, None] - weights) * importance).sum(1)
        for steps in tried
    ]
    best: NDArray[np.float64] = tried[np.argmin(errors, axis=0), np.arange(len(reach))]
    return best


def rounded_weights(weights: Matrix, moments: Matrix, scales: Matrix) -> NDArray[np.float64]:
    """Weights on their grid, column by column: the columns to come make up for each rounding.

    GPTQ (Frantar et al., arXiv:2210.17323), the loudest inputs first.

    Args:
        weights: float64[outputs, inputs].
        moments: of the inputs, float64[inputs, inputs].
        scales: of the outputs.
    """
    damped = moments + DAMPING * np.mean(np.diag(moments)) * np.eye(len(moments))
    order = np.argsort(-np.diag(damped), kind="stable")
    upper = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    left = weights[:, order].astype(np.float64)
    whole = np.zeros_like(left)
    for begin in range(0, len(order), BLOCK):
        end = min(begin + BLOCK, len(order))
        whole[:, begin:end] = _rounded_block(left, upper, scales, begin, end)
    return whole[:, np.argsort(order)]


def _rounded_block(
    left: Matrix, upper: Matrix, scales: Matrix, begin: int, end: int
) -> NDArray[np.float64]:
    """Some columns on their grid; ``left``, float64, then holds what later columns make up for."""
    errors = np.zeros((len(left), end - begin))
    whole = np.zeros((len(left), end - begin))
    for column in range(begin, end):
        place = column - begin
        whole[:, place] = _grid(left[:, column], scales)
        rest = left[:, column] - whole[:, place] * scales
        errors[:, place] = rest / upper[column, column]
        after = slice(column + 1, end)
        left[:, after] -= np.outer(errors[:, place], upper[column, after])
    left[:, end:] -= errors @ upper[begin:end, end:]
    return whole


def _grid(weights: Matrix, steps: Matrix) -> Matrix:
    return np.clip(np.round(weights / steps), -127, 127)
