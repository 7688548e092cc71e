"""The engine of the bench: two sides do the same work in turn, and each thing measured is a row.

A ratio is of one run: both sides took turns, so what else the machine did slowed both of them. It
is of processor time, of all cores together, because that bears a busy machine; the clock's figures
stand beside it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAIN, ONNX, INFINITY = "plain library", "onnxruntime int8", "infinity-emb"
TARGETS = {PLAIN: 1.0, ONNX: 2.5}
"""What a row must reach when nothing else is said; slower than the plain library is a failure."""
RACE_SECONDS = 25.0
"""A race takes no further turn after this, so that the whole bench ends within ten minutes."""


STILL_SECONDS = 0.05
"""The threads of a library that has just worked wait busily; they must not wait in our time."""


class Unavailable(Exception):
    """A side cannot be measured here; the message says why, for the table."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one thing took: seconds of all processors, seconds by the clock, most memory in MB.

    Memory is 0 where it was not measured.
    """

    processor: float
    clock: float
    memory: float = 0.0


Costs = Mapping[str, Cost]
Work = Callable[[], Costs]
"""Does something once; what was measured in it, by the name of its row."""


@dataclass(frozen=True, slots=True)
class Race:
    """The same work done by us and by others.

    Args:
        ours: our side.
        theirs: the others, by their name.
        targets: how many times as fast as the plain library each row should be.
        remarks: words for the last column, by the name of the row.
        turns: so many runs of each side, after one that does not count; with 1 it counts.
    """

    ours: Work
    theirs: Mapping[str, Work]
    targets: Mapping[str, float] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    turns: int = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, measured on two sides: medians."""

    name: str
    against: str
    ours: Cost
    theirs: Cost
    target: float = 0.0
    remark: str = ""

    @property
    def ratio(self) -> float:
        """How many times our processor time theirs is."""
        return self.theirs.processor / self.ours.processor

    @property
    def failed(self) -> bool:
        """Whether we are slower than plain code, which nobody would want."""
        return self.against == PLAIN and self.ratio < 1.0

    @property
    def line(self) -> str:
        """A line of the table."""
        clock = self.theirs.clock / self.ours.clock
        said = [self.remark] if self.remark else []
        if self.ours.memory and self.theirs.memory:
            said.append(f"memory x{self.ours.memory / self.theirs.memory:.2f}")
        return (
            f"| {self.name} | {self.against} | {_ms(self.theirs.processor)} "
            f"| {_ms(self.ours.processor)} | x{self.ratio:.2f} | {self._verdict} "
            f"| {_ms(self.theirs.clock)} | {_ms(self.ours.clock)} | x{clock:.2f} "
            f"| {', '.join(said)} |"
        )

    @property
    def _verdict(self) -> str:
        if self.failed:
            return "**slower**"
        if not self.target:
            return ""
        return f"x{self.target:g}{'' if self.ratio >= self.target else ' missed'}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be measured here, and why."""

    name: str
    why: str
    against: str = ""
    failed: bool = False

    @property
    def line(self) -> str:
        """A line of the table."""
        return f"| {self.name} | {self.against} | | | | | | | | not measured: {self.why} |"


HEAD = (
    "| what | against | theirs, ms | ours, ms | ratio | target "
    "| theirs, clock | ours, clock | ratio, clock | and |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def measured(name: str, race: Race) -> Iterator[Row | Missing]:
    """Run a race; one row for each thing and each of the others.

    Args:
        name: what stands in the table for a race that could not be run at all.
        race: both sides.
    """
    sides, absent = dict[str, Work](), list[Missing]()
    begun = time.monotonic()
    warm: dict[str, Costs] = {}
    for who, work in {"": race.ours, **race.theirs}.items():
        try:
            warm[who] = work()
        except Unavailable as exc:
            absent.append(Missing(name, str(exc), who))
            continue
        sides[who] = work
    turns = [warm] if race.turns == 1 else _turns(sides, race.turns, begun)
    if "" in sides:
        yield from _rows(race, turns)
    yield from absent


def _turns(sides: Mapping[str, Work], turns: int, begun: float) -> list[dict[str, Costs]]:
    """Each side once a turn; the first turn is always run."""
    taken: list[dict[str, Costs]] = []
    while len(taken) < turns and (not taken or time.monotonic() - begun < RACE_SECONDS):
        taken.append({who: work() for who, work in sides.items()})
    return taken


def _rows(race: Race, turns: Sequence[Mapping[str, Costs]]) -> Iterator[Row]:
    for name in turns[0][""]:
        ours = _median([turn[""][name] for turn in turns])
        for who in turns[0]:
            if who and name in turns[0][who]:
                target = TARGETS.get(who, 0.0)
                if who == PLAIN:
                    target = race.targets.get(name, target)
                theirs = _median([turn[who][name] for turn in turns])
                yield Row(name, who, ours, theirs, target, race.remarks.get(name, ""))


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.processor for cost in costs),
        statistics.median(cost.clock for cost in costs),
        statistics.median(cost.memory for cost in costs),
    )


def _ms(seconds: float) -> str:
    """Milliseconds, with a digit after the point where they are few."""
    return f"{1000 * seconds:.{0 if seconds >= 0.01 else 1}f}"


def spent(work: Callable[[], object]) -> Cost:
    """What this process takes to do something."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.process_time() - processor, time.perf_counter() - clock)


def timed(name: str, work: Callable[[], object]) -> Work:
    """Something done in this process, as a side of a race with one row."""

    def run() -> Costs:
        time.sleep(STILL_SECONDS)
        return {name: spent(work)}

    return run


def process(name: str, command: Callable[[], Sequence[str]]) -> Work:
    """A command run in a process of its own, as a side of a race.

    Args:
        name: the row of the whole process; what it reports itself (see ``report``) are more rows.
        command: makes the command; what that takes is not counted.
    """

    def run() -> Costs:
        words = command()
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
            begun = time.perf_counter()
            child = subprocess.Popen(words, cwd=ROOT, env=_environment(), stdout=out, stderr=errors)
            _, status, usage = os.wait4(child.pid, 0)
            clock = time.perf_counter() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            errors.seek(0)
            if child.returncode:
                raise Unavailable(f"{' '.join(words[1:4])} failed: {_last(errors.read())}")
            megabytes = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
            whole = Cost(usage.ru_utime + usage.ru_stime, clock, megabytes)
            return {name: whole, **_reported(out.read())}

    return run


def report(costs: Costs) -> None:
    """Print what a process measured of itself, for ``process`` to read."""
    print(REPORT + json.dumps({name: [c.processor, c.clock] for name, c in costs.items()}))


REPORT = "costs: "


def _reported(out: str) -> dict[str, Cost]:
    line = _last(out)
    if not line.startswith(REPORT):
        return {}
    return {name: Cost(*pair) for name, pair in json.loads(line.removeprefix(REPORT)).items()}


def _last(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _environment() -> dict[str, str]:
    """That of a person who has set nothing, and no hub is asked."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SECOND_LOOK_", "QDRANT_"))}
    return kept | {"HF_HUB_OFFLINE": "1"}
