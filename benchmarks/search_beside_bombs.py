"""How much a search is slowed while hostile files are read and their pages drawn.

Indexes the sample documents, then asks questions in turns: ``--searches`` in a quiet engine, as
many while one thread reads the bombs of the tests over and over (as the one worker would) and two
draw their first pages (as many as may at once). Prints the 50th and 95th percentile in seconds
and their ratios.

    python -m benchmarks.search_beside_bombs --searches 20
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.search_while_indexing import searched, wait_while
from core.app.engine import Engine, open_engine
from core.errors import SecondLookError
from core.explain.highlight import render_page
from core.ingest.jobs.worker import parse
from core.samples import sample_documents
from core.settings import Limits, load_settings
from tests.attack.bombs import BOMBS

READ = ("pages_almost_the_same", "xobject_tree", "page_listed_300_times", "endless_drawing")
DRAWN = ("many_images", "endless_drawing", "xobject_tree")
DRAWERS, TURNS = 2, 4


def _again_and_again(
    work: Callable[[bytes], object], bombs: Sequence[bytes], stopped: threading.Event
) -> None:
    """Work on these bombs until ``stopped`` is set."""
    for bomb in itertools.cycle(bombs):
        if stopped.is_set():
            return
        with suppress(SecondLookError):
            work(bomb)


@contextmanager
def bombarded() -> Iterator[None]:
    """While this is open, hostile files are read and drawn."""
    stopped = threading.Event()
    read = (lambda bomb: parse(bomb, Limits()), [BOMBS[name]() for name in READ], stopped)
    draw = (lambda bomb: render_page(bomb, 1, 1200), [BOMBS[name]() for name in DRAWN], stopped)
    threads = [
        threading.Thread(target=_again_and_again, args=work) for work in (read, *[draw] * DRAWERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def measured(engine: Engine, searches: int) -> tuple[list[float], list[float]]:
    """Seconds of each search, quiet and bombarded, in ``TURNS`` turns."""
    quiet: list[float] = []
    beside: list[float] = []
    searched(engine, 3, 0.0)  # the first ones are slower
    for _ in range(TURNS):
        quiet += searched(engine, searches // TURNS, 0.0)
        with bombarded():
            beside += searched(engine, searches // TURNS, 0.0)
    return quiet, beside


def ratios(quiet: list[float], beside: list[float]) -> tuple[float, float]:
    """How many times as long the 50th and the 95th percentile took."""
    middle, high = np.percentile(beside, [50, 95]) / np.percentile(quiet, [50, 95])
    return float(middle), float(high)


def with_samples(home: Path) -> Engine:
    """An engine with the bundled models and the sample documents."""
    engine = open_engine(replace(load_settings({}), home=home))
    engine.jobs.add(engine.library.collections()[0].id, sample_documents())
    wait_while(engine)
    return engine


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=20)
    with tempfile.TemporaryDirectory() as home:
        engine = with_samples(Path(home))
        quiet, beside = measured(engine, parser.parse_args().searches)
        engine.close()
    for name, seconds in (("quiet", quiet), ("beside bombs", beside)):
        middle, high = np.percentile(seconds, [50, 95])
        print(f"| {name} | {len(seconds)} | {middle:.2f} | {high:.2f} |")
    print("| ratio | | x{:.2f} | x{:.2f} |".format(*ratios(quiet, beside)))


if __name__ == "__main__":
    main()
