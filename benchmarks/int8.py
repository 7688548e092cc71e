"""Both bundled models in dynamic int8 on onnxruntime, as FlashRank and fastembed run theirs.

    python -m benchmarks.int8 FOLDER      # export both graphs there; needs torch, once

The weights are the same; ``quantize_dynamic`` makes them int8 with its defaults.
"""

from __future__ import annotations

import logging
import shutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from benchmarks.measuring import Unavailable
from benchmarks.plain import Array, Models, cross_encoder_folder, encoder_folder

BATCH = 64  # fastembed's, in the order given, each as long as its longest
LONGEST = {"encoder": 256, "cross_encoder": 512}
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(folder: Path) -> None:
    """Write both graphs and their tokenizers."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - the bench's

    for kind, source in {
        "encoder": encoder_folder(),
        "cross_encoder": cross_encoder_folder(),
    }.items():
        graph = folder / f"{kind}-f32.onnx"
        _export(kind, source, graph)
        quantize_dynamic(graph, folder / f"{kind}.onnx", weight_type=QuantType.QInt8)
        graph.unlink()
        shutil.copy(source / "tokenizer.json", folder / f"{kind}.json")


def _export(kind: str, source: Path, graph: Path) -> None:
    import torch  # noqa: PLC0415 - heavy
    from transformers import (  # noqa: PLC0415 - heavy
        AutoModel,
        AutoModelForSequenceClassification,
        AutoTokenizer,
    )

    head = AutoModel if kind == "encoder" else AutoModelForSequenceClassification
    model = head.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()

    class Traced(torch.nn.Module):  # type: ignore[misc]
        """One tensor in, by place, one out: what the exporter can follow."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            """The first output of the model."""
            return self.model(**dict(zip(INPUTS, inputs, strict=True)))[0]

    example = AutoTokenizer.from_pretrained(source)([("a", "b c")] * 2, return_tensors="pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter says that it is older
        torch.onnx.export(
            Traced(),
            tuple(example[name] for name in INPUTS),
            graph,
            dynamo=False,
            input_names=list(INPUTS),
            output_names=["found"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in INPUTS},
        )


def load(folder: Path | None) -> Models:
    """Both models of a folder that ``export`` wrote; no torch is loaded.

    Without a folder the models say that they are not here (``Unavailable``) when they are used.
    """
    if folder is None:
        return Models(lambda _: _missing(), lambda _: _missing())
    bi_encoder, cross_encoder = _Model(folder, "encoder"), _Model(folder, "cross_encoder")
    return Models(
        lambda texts: bi_encoder(texts, _mean),
        lambda pairs: cross_encoder(pairs, lambda logits, _: logits[:, 0]),
    )


def int8_option(folder: Path | None) -> list[str]:
    """What makes a plain program use the models of a folder.

    Raises:
        Unavailable: there is none.
    """
    return ["--int8", str(folder or _missing())]


def _missing() -> NoReturn:
    raise Unavailable("onnxruntime is not installed; `make bench` installs it")


class _Model:
    def __init__(self, folder: Path, kind: str) -> None:
        import onnxruntime  # noqa: PLC0415 - the bench's
        from tokenizers import Tokenizer  # noqa: PLC0415 - the library's own

        self._tokenizer: Any = Tokenizer.from_file(str(folder / f"{kind}.json"))
        self._tokenizer.enable_truncation(LONGEST[kind])
        self._tokenizer.enable_padding()
        self._session = onnxruntime.InferenceSession(str(folder / f"{kind}.onnx"))

    def __call__(self, inputs: Sequence[Any], pooled: Any) -> Array:
        batches = [inputs[i : i + BATCH] for i in range(0, len(inputs), BATCH)]
        return np.concatenate([self._run(batch, pooled) for batch in batches])

    def _run(self, batch: Sequence[Any], pooled: Any) -> Array:
        read = self._tokenizer.encode_batch(list(batch))
        columns = (
            [e.ids for e in read],
            [e.attention_mask for e in read],
            [e.type_ids for e in read],
        )
        arrays = [np.array(column, dtype=np.int64) for column in columns]
        (found,) = self._session.run(None, dict(zip(INPUTS, arrays, strict=True)))
        result: Array = pooled(found, arrays[1])
        return result


def _mean(tokens: Array, mask: Array) -> Array:
    """The mean of each text's tokens, as a unit vector."""
    weights = mask[:, :, None].astype(np.float32)
    vectors: Array = (tokens * weights).sum(axis=1) / weights.sum(axis=1)
    unit: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    logging.getLogger().setLevel(logging.ERROR)  # quantize_dynamic recommends a step for images
    export(Path(sys.argv[1]))
