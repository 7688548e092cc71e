"""How long a search takes while a large PDF is being indexed, with the scheduler and without it.

Indexes the sample documents, asks ``--searches`` questions in a quiet engine, then joins the
given PDFs to one of ``--pages`` pages, indexes it, and asks the same questions meanwhile, with
``--pause`` seconds between two: once with only the lock of each model, once behind the scheduler.
Prints the 50th and 95th percentile in seconds, and how fast the indexing went on.

    python -m benchmarks.search_while_indexing A.pdf B.pdf --pages 500 --searches 30
"""

from __future__ import annotations

import argparse
import io
import itertools
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pypdf import PdfReader, PdfWriter

from core.app.engine import Engine, open_engine
from core.ingest.jobs.queue import Job
from core.models.loading import Models
from core.ports import CrossEncoder, Encoder
from core.samples import sample_documents, sample_questions
from core.schema import SearchSettings
from core.settings import load_settings

POLL_SECONDS = 0.05


def joined(paths: Sequence[Path], pages: int) -> bytes:
    """One PDF of the first ``pages`` pages of all files, one after the other."""
    writer = PdfWriter()
    for page in itertools.islice((p for path in paths for p in PdfReader(path).pages), pages):
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def wait_while(engine: Engine, *stages: str) -> None:
    """Until no job waits, runs, or (when named) is in one of these stages."""
    while any(
        not job.finished and (not stages or job.progress.stage in stages)
        for job in engine.jobs.snapshot()
    ):
        time.sleep(POLL_SECONDS)


def searched(
    engine: Engine, searches: int, pause: float, *, during: Job | None = None
) -> list[float]:
    """Seconds of each search without kept scores; those that end after ``during`` do not count."""
    questions = itertools.cycle(question.text for question in sample_questions())
    collection = engine.library.collections()[0].id
    taken: list[float] = []
    for question in itertools.islice(questions, searches):
        engine.scores.clear()
        begun = time.perf_counter()
        engine.searcher.compare(collection, question, SearchSettings(top_k=50))
        ended = time.perf_counter()
        if during and during.id not in {j.id for j in engine.jobs.snapshot() if not j.finished}:
            break
        taken.append(ended - begun)
        time.sleep(pause)
    return taken


def line(name: str, seconds: Sequence[float], tokens_per_second: float = 0.0) -> str:
    """One row of the table."""
    middle, high = np.percentile(seconds, [50, 95])
    return f"| {name} | {len(seconds)} | {middle:.2f} | {high:.2f} | {tokens_per_second:.0f} |"


class Unscheduled(Models):
    """The models as they come, each behind its own lock only."""

    def wait(self) -> tuple[Encoder, CrossEncoder]:
        """Without the scheduler."""
        return self.plain()

    def wait_in_background(self) -> Encoder:
        """Without the scheduler."""
        return self.plain()[0]


def searched_while_indexing(
    engine: Engine, pdf: bytes, searches: int, pause: float
) -> tuple[list[float], float]:
    """Seconds of each search, and the tokens indexed a second meanwhile."""
    (job,) = engine.jobs.add(engine.library.collections()[0].id, [("large.pdf", pdf)])
    wait_while(engine, "parse", "chunk")
    begun, before = time.perf_counter(), engine.meter.tokens
    taken = searched(engine, searches, pause, during=job)
    speed = (engine.meter.tokens - before) / (time.perf_counter() - begun)
    engine.jobs.cancel(job.id)
    wait_while(engine)
    return taken, speed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pdfs", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--searches", type=int, default=30)
    parser.add_argument("--pause", type=float, default=1.0)
    arguments = parser.parse_args()
    asked = (arguments.searches, arguments.pause)
    large = joined(arguments.pdfs, arguments.pages)
    with tempfile.TemporaryDirectory() as home:
        engine = open_engine(replace(load_settings({}), home=Path(home)))
        engine.jobs.add(engine.library.collections()[0].id, sample_documents())
        wait_while(engine)
        print("| engine | searches | p50 s | p95 s | indexed tokens/s |\n|---|---|---|---|---|")
        print(line("quiet", searched(engine, *asked)), flush=True)
        for name, models in (
            ("indexing, locks only", Unscheduled),
            ("indexing, scheduler", Models),
        ):
            engine.models.__class__ = (
                models  # the same loaded models, with and without the scheduler
            )
            print(line(name, *searched_while_indexing(engine, large, *asked)), flush=True)
        engine.close()


if __name__ == "__main__":
    main()
