"""Run as a process of its own: what does one file cost the child that reads it, and the parent?

``python -m tests.attack.measure FILE [draw]`` prints one line of JSON.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cost:
    """How a file ended: a refusal's code or ``done``; peaks of memory in MB.

    ``seconds`` are of the clock, ``processor_seconds`` of the child: a busy machine stretches
    only the first.
    """

    outcome: str
    message: str
    seconds: float
    processor_seconds: float
    child_mb: float
    parent_mb: float


def cost(path: Path, *options: str) -> Cost:
    """What reading (or drawing) this file costs, measured in a fresh process."""
    command = [sys.executable, "-m", "tests.attack.measure", str(path), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    return Cost(**json.loads(done.stdout))


def _end_of(data: bytes, draw: bool) -> tuple[str, str]:
    """The outcome, and the message of a refusal."""
    from core.errors import DocumentRefused
    from core.explain.highlight import render_page
    from core.ingest.jobs.worker import parse
    from core.settings import Limits

    try:
        if draw:
            render_page(data, 1, 1200)
        else:
            assert parse(data, Limits()).text.strip()
    except DocumentRefused as exc:
        return exc.code, exc.message
    return "done", ""


def _peak_of_children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def processor_seconds() -> float:
    """What all children of this process that ended have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _own_peak() -> float:
    """From /proc, because getrusage counts what the process was before it became this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Measure the file that argv names."""
    data = Path(sys.argv[1]).read_bytes()
    begun = time.perf_counter()
    outcome, message = _end_of(data, "draw" in sys.argv)
    seconds = time.perf_counter() - begun
    used = processor_seconds()
    found = Cost(outcome, message, seconds, used, _peak_of_children(), _own_peak())
    print(json.dumps(vars(found)))  # noqa: T201 - its purpose


if __name__ == "__main__":
    main()
