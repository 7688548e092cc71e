"""One command, one table: ``python -m benchmarks``. Ends with 1 where plain code is faster.

A race is one piece of work on two sides (``benchmarks.measuring``); a module of them has a
function ``races`` and a line in ``RACES``. The table goes to the screen and, after a whole run, to
``benchmarks/RESULTS.md``, which has one for each kind of processor: a run takes the place of its
own kind's only.

    python -m benchmarks [first page asking serving clients capacity]  # these alone
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import asking, capacity, clients, first_minute, page, serving
from benchmarks.measuring import HEAD, PLAIN, ROOT, Missing, Race, Row, measured
from core.models.openvino.setup import processor_name

TITLE = "# Measured by `make bench`"
MADE = (
    "Ours beside what a person writes with the plain library, in the same run. What a row is, and "
    "what fails the bench: "
    "[decision 122](../docs/decisions/0122-the-bench-runs-what-a-person-writes.md)."
)
RESULTS = Path(__file__).parent / "RESULTS.md"
RACES: Mapping[str, Callable[[Path | None], Iterable[tuple[str, Race]]]] = {
    "first": first_minute.races,
    "page": page.races,
    "asking": asking.races,
    "serving": serving.races,
    "clients": clients.races,
}
CAPACITY = "capacity"
QUIET_LOAD = 0.5
"""A core; above it the clock's figures say more of the machine than of us."""
LIMIT_SECONDS = 600.0
"""The last figures take about a minute and a half; no race begins after what is left then."""
LAST_SECONDS = 90.0


def processor() -> str:
    """The kind of machine: its processor, what that can do, and how many cores are here."""
    return f"{processor_name()}, {os.cpu_count()} cores"


def warning(load: float, cores: int) -> str:
    """What to know about a busy machine, or nothing.

    >>> warning(0.4, 2)
    ''
    >>> warning(1.2, 2)
    'The machine was busy (load 0.6 a core): compare ratios of processor time only.'
    """
    if load / cores <= QUIET_LOAD:
        return ""
    busy = f"The machine was busy (load {load / cores:.1f} a core)"
    return f"{busy}: compare ratios of processor time only."


def heading() -> str:
    """The day, how busy the machine was, and how the figures were made."""
    load = os.getloadavg()[0]
    return (
        f"Load {load:.1f} at the start, {time.strftime('%Y-%m-%d')}. "
        "Milliseconds of processor time, all cores together, beside the clock's; medians of runs "
        f"in turn. {warning(load, os.cpu_count() or 1)}".rstrip()
    )


def with_table(before: str, kind: str, table: str) -> str:
    """The results with this table for a kind of machine; those of other kinds stay, in order.

    >>> one = with_table("", "old, 2 cores", "a")
    >>> both = with_table(with_table(one, "new, 2 cores", "b"), "old, 2 cores", "c")
    >>> print(both.replace(MADE, "(how)"))
    # Measured by `make bench`
    <BLANKLINE>
    (how)
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
    return f"{TITLE}\n\n{MADE}\n" + "".join(f"\n## {t}\n\n{body}\n" for t, body in tables.items())


def int8_models(folder: Path) -> Path | None:
    """The folder of the int8 models, made now; None where onnxruntime is not installed."""
    if find_spec("onnxruntime") is None or find_spec("onnx") is None:
        return None
    command = [sys.executable, "-m", "benchmarks.int8", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def rows(chosen: Iterable[str], int8: Path | None, until: float) -> Iterator[Row | Missing]:
    """All rows of these races; none begins after that moment of ``time.monotonic``."""
    for kind in chosen:
        for name, race in RACES[kind](int8):
            if time.monotonic() > until:
                yield Missing(name, "ten minutes were over")
            else:
                yield from measured(name, race)


def verdict(found: Iterable[Row | Missing]) -> str:
    """Which rows fail the bench, in a sentence; empty when none does."""
    failed = [
        f"{row.name} (x{row.ratio:.2f})" for row in found if isinstance(row, Row) and row.failed
    ]
    return f"Slower than the {PLAIN}: {'; '.join(failed)}." if failed else ""


def main(arguments: list[str] | None = None) -> int:
    """Measure and print a table in Markdown; a whole run is kept. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure this machine."
    )
    names = [*RACES, CAPACITY]
    parser.add_argument("chosen", nargs="*", choices=[[], *names], metavar="|".join(names))
    chosen = parser.parse_args(arguments).chosen or names
    kind, lines, found = processor(), [heading(), "", HEAD], list[Row | Missing]()
    until = time.monotonic() + LIMIT_SECONDS - LAST_SECONDS
    print(f"{kind}\n", *lines, sep="\n", flush=True)
    with TemporaryDirectory() as folder:
        for row in rows([k for k in chosen if k != CAPACITY], int8_models(Path(folder)), until):
            found.append(row)
            lines.append(row.line)
            print(row.line, flush=True)
    if CAPACITY in chosen:
        large = ["", capacity.HEAD, *(figure.line for figure in capacity.figures())]
        lines += large
        print(*large, sep="\n", flush=True)
    slower = verdict(found)
    if slower:
        lines += ["", slower]
        print(f"\n{slower}", file=sys.stderr)
    if chosen == names:
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
        RESULTS.write_text(with_table(before, kind, "\n".join(lines)), encoding="utf-8")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
