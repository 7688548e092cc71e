"""Reading a PDF in a child process that can be stopped.

A hostile or broken PDF may hang, crash or exhaust a parser. The child is a fresh interpreter
that imports nothing but the reader; it has limits on memory and processor time where the
system offers them, and a wall clock everywhere.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from core.errors import DocumentRefused, StoreDamaged
from core.ingest import refusals
from core.ingest.packing import load_paged_text, save_paged_text
from core.ingest.pdf import check_bytes, extract
from core.schema import PagedText
from core.settings import Limits

__all__ = ["load_paged_text", "parse", "save_paged_text"]

_DONE, _REFUSED, _MEMORY = 0, 3, 4
_ROOT = Path(__file__).parents[2]
_MB = 1024 * 1024


def parse(data: bytes, limits: Limits) -> PagedText:
    """Read a PDF in a child process.

    Raises:
        DocumentRefused: the file is not indexed; the code and the message say why.

    """
    check_bytes(data, limits)
    with tempfile.TemporaryDirectory(prefix="second-look-") as folder:
        source, result = Path(folder, "in.pdf"), Path(folder, "out")
        source.write_bytes(data)
        status = _run_child(source, result, limits)
        found = result.read_bytes() if result.exists() else b""
    return _understand(status, found, limits)


def _run_child(source: Path, result: Path, limits: Limits) -> int:
    """Exit status of the child; negative when a signal ended it."""
    command = [sys.executable, "-m", "core.ingest.worker", str(source), str(result)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [*command, json.dumps(asdict(limits))],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.parse_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise refusals.timeout(limits.parse_seconds) from exc
    return done.returncode


def _understand(status: int, found: bytes, limits: Limits) -> PagedText:
    if status == _DONE:
        try:
            return load_paged_text(found)
        except StoreDamaged as exc:
            raise refusals.damaged("the reader stopped half-way") from exc
    if status == _REFUSED:
        said = json.loads(found)
        raise DocumentRefused(said["code"], said["message"], said["advice"])
    if status == _MEMORY:
        raise refusals.out_of_memory(limits.parse_memory_mb)
    if status in _processor_signals():
        raise refusals.timeout(limits.parse_seconds)
    raise refusals.damaged("reading it makes the PDF reader crash")


def _processor_signals() -> set[int]:
    """Exit status of a child that used up its processor time."""
    import signal  # noqa: PLC0415 - SIGXCPU exists on some systems only

    return {-signal.SIGXCPU} if hasattr(signal, "SIGXCPU") else set()


def _limit_this_process(limits: Limits) -> None:
    """Bound memory and processor time, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    memory = limits.parse_memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    seconds = limits.parse_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(source: Path, result: Path, limits: Limits) -> int:
    """The child's whole life; its exit status."""
    try:
        result.write_bytes(save_paged_text(extract(source.read_bytes(), limits)))
    except DocumentRefused as exc:
        said = {"code": exc.code, "message": exc.message, "advice": exc.advice}
        result.write_text(json.dumps(said), encoding="utf-8")
        return _REFUSED
    except MemoryError:
        return _MEMORY
    return _DONE


def main() -> None:
    """Read argv: the PDF, the result's path, the limits as JSON."""
    logging.disable(logging.CRITICAL)
    limits = Limits(**json.loads(sys.argv[3]))
    _limit_this_process(limits)
    status = _work(Path(sys.argv[1]), Path(sys.argv[2]), limits)
    os._exit(status)  # a thread that hangs in pypdf must not keep the process alive


if __name__ == "__main__":
    main()
