"""One command, one table: ``python -m benchmarks``. Ratios are of figures of the same run.

Another row: write a module ``rows_*.py`` with a function ``rows`` that yields ``Row`` or
``Figure``, and add it to ``MAKERS``. The table goes to the screen and to ``benchmarks/RESULTS.md``,
which has one for each kind of processor: a run takes the place of its own kind's only.

    python -m benchmarks [rerank encode sharing store]     # only these; RESULTS.md stays
"""

from __future__ import annotations

import argparse
import os
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
from core.models.openvino.setup import processor_name

TITLE = "# Measured by `make bench`"
RESULTS = Path(__file__).parent / "RESULTS.md"
MAKERS: Mapping[str, Callable[[], Iterable[Row | Figure]]] = {
    "rerank": rows_rerank.rows,
    "encode": rows_encode.rows,
    "sharing": rows_sharing.rows,
    "store": rows_store.rows,
    "second": rows_second_stage.rows,
    "first": rows_first_stage.figures,
}


def processor() -> str:
    """The kind of machine: its processor, what that can do, and how many cores are here."""
    return f"{processor_name()}, {os.cpu_count()} cores"


def heading() -> str:
    """How busy the machine was, and the day."""
    return (
        f"Load {os.getloadavg()[0]:.1f} at the start, {time.strftime('%Y-%m-%d')}, "
        f"medians of {RUNS} runs in turn, of {TURNS} for rerank.\n\n{HEAD}"
    )


def with_table(before: str, kind: str, table: str) -> str:
    """The results with this table for a kind of machine; those of other kinds stay, in order.

    >>> one = with_table("", "old, 2 cores", "a")
    >>> print(with_table(with_table(one, "new, 2 cores", "b"), "old, 2 cores", "c"))
    # Measured by `make bench`
    <BLANKLINE>
    ## old, 2 cores
    <BLANKLINE>
    c
    <BLANKLINE>
    ## new, 2 cores
    <BLANKLINE>
    b
    <BLANKLINE>
    """
    parts = [part.split("\n", 1) for part in before.split("\n## ")[1:]]
    tables = {title: body.strip() for title, body in parts} | {kind: table}
    return f"{TITLE}\n" + "".join(f"\n## {t}\n\n{body}\n" for t, body in tables.items())


def main(arguments: list[str] | None = None) -> None:
    """Measure and print a table in Markdown; a whole run is kept."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure this machine."
    )
    parser.add_argument("chosen", nargs="*", choices=[[], *MAKERS], metavar="|".join(MAKERS))
    chosen = parser.parse_args(arguments).chosen
    kind, lines = processor(), [heading()]
    print(f"{kind}\n\n{lines[0]}", flush=True)
    for name in chosen or MAKERS:
        for row in MAKERS[name]():
            lines.append(row.line)
            print(row.line, flush=True)
    if not chosen:
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
        RESULTS.write_text(with_table(before, kind, "\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
