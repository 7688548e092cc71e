"""A model that people bring is opened and asked in a child process first.

Converting one, or asking it for the first time, can end a process inside a library, where no
error can be caught. What dies in the child is refused with a reason, and not tried again by itself:
a file of the home folder remembers it, for this machine and these versions.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

from core.errors import ModelError, SecondLookError
from core.home.files import keep_text
from core.home.sandbox import DONE, OUT_OF_MEMORY, be_polite, report_from_child, run_child
from core.models import runtime as runtimes
from core.models.openvino.int8 import FOLDER
from core.models.registry import ModelSpec, verified_hash
from core.models.runtime import ModelLocation, Runtime
from core.models.runtime_selection.kept import where
from core.ports import CrossEncoder, Encoder

CHILD = "core.models.runtime_selection.trial"
TRIAL_SECONDS = 600.0


def tried_cross_encoder(location: ModelLocation, runtime: Runtime) -> CrossEncoder:
    """A cross-encoder on one runtime, once a child process has opened it.

    Raises:
        ModelError: it cannot be loaded, or ended the child.
    """
    _require_tried(location, runtime)
    return runtimes.open_cross_encoder(location, runtime)


def tried_encoder(location: ModelLocation, runtime: Runtime) -> Encoder:
    """An encoder on one runtime; see ``tried_cross_encoder``."""
    _require_tried(location, runtime)
    return runtimes.open_encoder(location, runtime)


def _require_tried(location: ModelLocation, runtime: Runtime) -> None:
    spec = location.spec
    if spec.comes_with_the_project or not spec.local or not location.home.is_dir():
        return
    weights = verified_hash(spec)
    file = location.home / FOLDER / f"tried-{spec.kind}-{weights[:16]}-{runtime}.txt"
    place = where(location, weights)
    try:
        before, _, reason = file.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        before, reason = "", ""
    if before != place:
        reason = _tried(location, runtime)
        keep_text(file, f"{place}\n{reason}")
    if reason:
        raise ModelError(
            f"{spec.name} cannot be used on {runtime}: {reason}.",
            f"Choose another model or runtime. To try it again, remove {file}.",
        )


def _tried(location: ModelLocation, runtime: Runtime) -> str:
    """Why a model cannot be used, as a child process found; empty when it can."""
    spec = location.spec
    fields = {"name": spec.name, "source": str(Path(spec.source).resolve()), "kind": spec.kind}
    record = {
        "spec": {**fields, "max_length": spec.max_length},
        "home": str(location.home.resolve()),
        "threads": location.threads,
        "runtime": runtime,
    }
    try:
        status, result = run_child(CHILD, json.dumps(record).encode(), [], TRIAL_SECONDS)
    except TimeoutError:
        return f"it gave no result within {TRIAL_SECONDS:g} seconds"
    if status == DONE:
        return result.decode()
    if status == OUT_OF_MEMORY:
        return "it needs more memory than there is"
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"it ended the process that tried it ({how})"


def _try(record: dict[str, object]) -> bytes:
    """The child's whole work: nothing where the model can be used, or only says why not."""
    spec = ModelSpec(**record["spec"])  # type: ignore[arg-type]
    location = ModelLocation(spec, Path(str(record["home"])), int(str(record["threads"])))
    runtime: Runtime = record["runtime"]  # type: ignore[assignment]
    try:
        if spec.kind == "encoder":
            runtimes.open_encoder(location, runtime).encode(runtimes.PROBES)
        else:
            runtimes.open_cross_encoder(location, runtime).score(
                runtimes.PROBES[0], runtimes.PROBES
            )
    except SecondLookError:
        return b""  # whoever opens it gets the same error
    except Exception as exc:  # noqa: BLE001 - libraries raise all kinds
        return f"its library fails ({type(exc).__name__}: {str(exc)[:200]})".encode()
    return b""


def main() -> None:
    """Read argv: the record of what to try, the result's path."""
    be_polite()
    record = json.loads(Path(sys.argv[1]).read_bytes())
    os._exit(report_from_child(partial(_try, record), Path(sys.argv[2])))


if __name__ == "__main__":
    main()
