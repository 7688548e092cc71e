"""Make an int8 graph of a cross-encoder, beside its weights and tied to them by their hash.

Calibrates on question-passage pairs of the training data (JSON lines, gzipped, with ``query``,
``positive`` and ``negatives``), one pair a batch and unpadded, so that ranges are those of real
tokens. nncf is not among the requirements, it is needed here only:

    pip install nncf==3.4.0
    python -m benchmarks.quantize PAIRS.jsonl.gz --pairs 200

Whether the graph is used is decided by the agreement check (docs/decisions/0041).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.rank.conversion import save_graph
from core.rank.graphs import converted_graph, quantized_graph, sign
from core.rank.models import cross_encoder_spec
from core.rank.openvino_setup import openvino_core
from core.rank.runtimes import Place, open_cross_encoder
from core.rank.tokens import TOKENIZER, Ids, PairTokenizer, padded


def calibration(path: Path, tokenizer: PairTokenizer) -> Iterator[dict[str, Ids]]:
    """The right and one wrong passage of each question, tokenized."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            for passage in (entry["positive"], entry["negatives"][0]):
                yield padded(tokenizer(entry["query"], [passage]))


def main() -> None:
    """Convert, quantize, save, sign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs_file", type=Path)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--smooth", type=float, default=0.95, help="SmoothQuant's alpha")
    parser.add_argument("--ignore", nargs="*", default=[], help="patterns of operations to leave")
    arguments = parser.parse_args()
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import nncf  # noqa: PLC0415 - after the line above
    from nncf.quantization.advanced_parameters import (  # noqa: PLC0415 - the same
        AdvancedQuantizationParameters,
        AdvancedSmoothQuantParameters,
    )

    spec = cross_encoder_spec(arguments.model)
    with tempfile.TemporaryDirectory() as home:
        info = open_cross_encoder(Place(spec, Path(home), 2), "openvino-f32").info
        model = openvino_core().read_model(converted_graph(Path(home), info.sha256))
        tokenizer = PairTokenizer(Path(spec.source) / TOKENIZER, info.max_length)
        items = list(islice(calibration(arguments.pairs_file, tokenizer), arguments.pairs))
        quantized = nncf.quantize(
            model,
            nncf.Dataset(items),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(items),
            ignored_scope=nncf.IgnoredScope(patterns=arguments.ignore, validate=False),
            advanced_parameters=AdvancedQuantizationParameters(
                smooth_quant_alphas=AdvancedSmoothQuantParameters(matmul=arguments.smooth)
            ),
        )
        save_graph(quantized, quantized_graph(spec))
    sign(quantized_graph(spec), info.sha256, info.max_length)
    print(f"{quantized_graph(spec)}: {len(items)} pairs")


if __name__ == "__main__":
    main()
