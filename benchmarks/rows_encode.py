"""The encoder: every runtime that this machine has against the library as it comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.rows import Row, medians, sample_words
from core.errors import ModelError
from core.models.registry import spec_of
from core.models.runtime import FASTER, REFERENCE, ModelLocation, open_encoder
from core.models.runtime_selection.agreement import vector_agreement
from core.ports import Encoder


def rows() -> Iterator[Row]:
    """64 passages as chunks are: the plain one cuts at 256 tokens, so they are no longer."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy

    words = sample_words()
    texts = [" ".join(words[30 * i :][: 20 + (37 * i) % 148]) for i in range(64)]
    plain = SentenceTransformer(spec_of("encoder").source, device="cpu", local_files_only=True)
    with tempfile.TemporaryDirectory() as home:
        models: dict[str, Encoder] = {}
        for runtime in (REFERENCE, *FASTER):
            try:
                models[runtime] = open_encoder(
                    ModelLocation(spec_of("encoder"), Path(home), 2), runtime
                )
            except ModelError as exc:
                print(f"(no {runtime}: {exc})")
        expected = models[REFERENCE].encode(texts)
        base, *ours = medians(
            [
                partial(plain.encode, texts, show_progress_bar=False),
                *(partial(model.encode, texts) for model in models.values()),
            ]
        )
        for (name, model), milliseconds in zip(models.items(), ours, strict=True):
            cosine = vector_agreement(expected, model.encode(texts))[0].value
            remark = f"least cosine {cosine:.5f}"
            yield Row(f"encode 64 passages of 20 to 167 words, {name}", base, milliseconds, remark)
