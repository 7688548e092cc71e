"""A child process of ours that can be stopped: PDFs are opened in nothing else.

A hostile or broken PDF may hang, crash or exhaust a parser. The child is a fresh interpreter
that imports little; it bounds its own memory and processor time where the system offers that,
and the parent holds a wall clock everywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

DONE, REFUSED, OUT_OF_MEMORY = 0, 3, 4
"""Exit statuses: the result is written; a refusal is written; memory ran out."""

_ROOT = Path(__file__).parents[1]
_MB = 1024 * 1024
_LARGEST_RESULT_MB = 512


def run_child(module: str, data: bytes, arguments: list[str], seconds: float) -> tuple[int, bytes]:
    """Run ``python -m module SOURCE RESULT arguments...`` with the data in the file SOURCE.

    Returns:
        The exit status (negative when a signal ended it), and what it wrote to RESULT.

    Raises:
        TimeoutError: it was stopped after ``seconds`` of wall clock.

    """
    with tempfile.TemporaryDirectory(prefix="second-look-") as folder:
        source, result = Path(folder, "in.pdf"), Path(folder, "out")
        source.write_bytes(data)
        command = [sys.executable, "-m", module, str(source), str(result), *arguments]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise TimeoutError from exc
        return done.returncode, result.read_bytes() if result.exists() else b""


def confine_this_process(memory_mb: int, seconds: int) -> None:
    """Bound memory, processor time and written bytes of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MB, memory_mb * _MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_RESULT_MB * _MB,) * 2)
    allow_processor_time(seconds)


def allow_processor_time(seconds: int) -> None:
    """End this process by a signal once it has used so much processor time since its start."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def out_of_processor_time(status: int) -> bool:
    """Whether a child ended because it used up its processor time."""
    import signal  # noqa: PLC0415 - SIGXCPU exists on some systems only

    return hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU
