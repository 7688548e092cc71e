"""A child process of ours that can be stopped: files are opened in nothing else, models first here.

A hostile or broken PDF may hang, crash or exhaust a parser, and a model its runtime. The child is a
fresh interpreter that imports little; it bounds its own memory and processor time where the system
offers that, and the parent holds a wall clock everywhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.errors import DocumentRefused, NotFound

if sys.platform != "win32":
    import resource

DONE, REFUSED, OUT_OF_MEMORY = 0, 3, 4
"""Exit statuses: the result is written; a refusal is written; memory ran out."""

_ROOT = Path(__file__).parents[2]
_MB = 1024 * 1024
_LARGEST_RESULT_MB = 512
_NICE = 5


def run_child(module: str, data: bytes, arguments: list[str], seconds: float) -> tuple[int, bytes]:
    """Run ``python -m module SOURCE RESULT arguments...`` with the data in the file SOURCE.

    Returns:
        The exit status (negative when a signal ended it; ``OUT_OF_MEMORY`` also when PDFium gave
        up for want of memory), and what it wrote to RESULT.

    Raises:
        TimeoutError: it was stopped after ``seconds`` of wall clock.
    """
    with tempfile.TemporaryDirectory(prefix="second-look-") as folder:
        source, result, words = (Path(folder, name) for name in ("in", "out", "words"))
        source.write_bytes(data)
        command = [sys.executable, "-m", module, str(source), str(result), *arguments]
        try:
            with words.open("wb") as errors:
                done = subprocess.run(
                    command,
                    env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    timeout=seconds,
                    check=False,
                )
        except subprocess.TimeoutExpired as exc:
            raise TimeoutError from exc
        status = _meaning(done.returncode, silent=words.stat().st_size == 0)
        return status, result.read_bytes() if result.exists() else b""


def _meaning(status: int, *, silent: bool) -> int:
    """PDFium ends without a word when it gets no memory; other libraries say why they abort."""
    return OUT_OF_MEMORY if silent and status == -signal.SIGABRT else status


def report_from_child(work: Callable[[], bytes], result: Path) -> int:
    """In the child: write what ``work`` gives, or the words of its refusal; the exit status."""
    try:
        result.write_bytes(work())
    except (DocumentRefused, NotFound) as exc:
        code = getattr(exc, "code", None)
        record = {"code": code, "message": exc.message, "advice": exc.advice}
        result.write_text(json.dumps(record), encoding="utf-8")
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    return DONE


def reported_error(result: bytes) -> DocumentRefused | NotFound:
    """In the parent: the error that ``report_from_child`` wrote, as it was."""
    record = json.loads(result)
    if record["code"] is None:
        return NotFound(record["message"], record["advice"])
    return DocumentRefused(record["code"], record["message"], record["advice"])


def be_polite() -> None:
    """Let people who search go before this process, which may be busy with a hostile file."""
    if hasattr(os, "nice"):
        os.nice(_NICE)


def confine_this_process(memory_mb: int, seconds: int) -> None:
    """Bound memory, processor time and written bytes of this process, where the system can."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MB, memory_mb * _MB))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_RESULT_MB * _MB,) * 2)
    allow_processor_time(seconds)


def allow_processor_time(seconds: int) -> None:
    """End this process by a signal once it has used so much processor time since its start."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def out_of_processor_time(status: int) -> bool:
    """Whether a child ended because it used up its processor time."""
    return hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU
