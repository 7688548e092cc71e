"""A graph of one linear layer, for tests only."""

import numpy as np

from core.models.openvino.setup import import_openvino, openvino_core

NAME = "a layer"
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def graph(weights, before=None):
    """A graph of one linear layer, its bias 0."""
    openvino = import_openvino()
    from openvino import opset13 as ops

    values = ops.parameter([-1, -1, weights.shape[1]], np.float32, "values")
    source = before(values) if before else ops.relu(values)
    product = ops.matmul(source, ops.constant(weights), False, True)
    product.set_friendly_name(NAME)
    bias = ops.constant(np.zeros((1, 1, len(weights)), np.float32))
    return openvino.Model([ops.add(product, bias)], [values], "made")


def outputs(model, values):
    """What a graph gives for some values, in float32."""
    compiled = openvino_core().compile_model(model, "CPU", F32)
    return compiled([values])[0]
