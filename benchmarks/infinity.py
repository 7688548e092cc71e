"""infinity-emb reranks in an environment of its own: it needs older libraries than we do.

``make infinity`` makes that environment once. Its Python runs this file, which reads questions
from the standard input and says what each took; ``Infinity`` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ENVIRONMENT = Path(sys.prefix) / "infinity"


class Infinity:
    """A running engine of the other environment; use it as a context manager."""

    def __init__(self, model: Path) -> None:
        python = ENVIRONMENT / "bin" / "python"
        self._process = subprocess.Popen(
            [python, __file__, model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Infinity:
        """It loads while it is first asked."""
        return self

    def __exit__(self, *_: object) -> None:
        """Its standard input ends, and so does it."""
        with suppress(BrokenPipeError):
            self._pipe(self._process.stdin).close()
        self._process.wait(timeout=60)

    def rerank(self, question: str, passages: Sequence[str]) -> tuple[float, float, list[float]]:
        """Seconds of the processors and of the clock, and a logit a passage, in the order given.

        Raises:
            EOFError: it ended.
        """
        asked = self._pipe(self._process.stdin)
        try:
            asked.write(json.dumps([question, list(passages)]) + "\n")
            asked.flush()
        except BrokenPipeError:
            raise EOFError from None
        answer = self._pipe(self._process.stdout).readline()
        if not answer:
            raise EOFError
        processor, clock, logits = json.loads(answer)
        return processor, clock, logits

    @staticmethod
    def _pipe(end: IO[str] | None) -> IO[str]:
        assert end is not None
        return end


async def _serve(model: str) -> None:
    from infinity_emb import AsyncEmbeddingEngine, EngineArgs  # noqa: PLC0415 - only over there

    arguments: Any = EngineArgs(
        model_name_or_path=model,
        engine="torch",
        device="cpu",
        dtype="float32",
        model_warmup=False,
    )
    engine = AsyncEmbeddingEngine.from_args(arguments)
    async with engine:  # it gives itself no name there
        for line in sys.stdin:
            question, passages = json.loads(line)
            clock, processor = time.perf_counter(), time.process_time()
            found, _ = await engine.rerank(query=question, docs=passages, raw_scores=True)
            taken = [time.process_time() - processor, time.perf_counter() - clock]
            logits = {each.index: float(each.relevance_score) for each in found}
            scores = [logits[i] for i in range(len(passages))]
            sys.__stdout__.write(json.dumps([*taken, scores]) + "\n")  # type: ignore[union-attr]
            sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
