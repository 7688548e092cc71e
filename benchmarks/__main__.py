"""One command, one table: ``python -m benchmarks``. Ratios are of figures of the same run.

Another row: write a module ``rows_*.py`` with a function ``rows`` that yields ``Row`` or
``Figure``, and add it to ``MAKERS``. The table goes to the screen and to ``benchmarks/RESULTS.md``.

    python -m benchmarks [rerank encode sharing store]     # only these; RESULTS.md stays
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from benchmarks import (
    rows_encode,
    rows_first_stage,
    rows_rerank,
    rows_second_stage,
    rows_sharing,
    rows_store,
)
from benchmarks.rows import HEAD, RUNS, Figure, Row
from benchmarks.rows_rerank import TURNS
from core.rank.openvino_setup import processor_name

RESULTS = Path(__file__).parent / "RESULTS.md"
MAKERS: Mapping[str, Callable[[], Iterable[Row | Figure]]] = {
    "rerank": rows_rerank.rows,
    "encode": rows_encode.rows,
    "sharing": rows_sharing.rows,
    "store": rows_store.rows,
    "second": rows_second_stage.rows,
    "first": rows_first_stage.figures,
}


def heading() -> str:
    """The machine, how busy it was, and the day."""
    return (
        f"{processor_name()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, "
        f"{time.strftime('%Y-%m-%d')}, medians of {RUNS} runs in turn, "
        f"of {TURNS} for rerank.\n\n{HEAD}"
    )


def main(chosen: list[str]) -> None:
    """Measure and print a table in Markdown; a whole run is kept."""
    lines = [heading()]
    print(lines[0], flush=True)
    for name in chosen or MAKERS:
        for row in MAKERS[name]():
            lines.append(row.line)
            print(row.line, flush=True)
    if not chosen:
        table = "\n".join(lines)
        RESULTS.write_text(f"# Measured by `make bench`\n\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
