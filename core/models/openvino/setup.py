"""The one place where OpenVINO is imported and told anything."""

from __future__ import annotations

import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby, pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

import numpy as np

from core.errors import ModelError
from core.models.tokens import Ids, Tokens, padded
from core.schema import FloatMatrix

STEP = 16
"""Lengths are rounded up to a multiple of this many tokens, so that few shapes occur."""
BATCH_TOKENS = 1024
"""Larger batches are not faster: what a layer makes of them does not fit a core's own memory."""


def rounded(length: int, window: int) -> int:
    """The next multiple of ``STEP``, at most the model's window.

    >>> rounded(1, 512), rounded(16, 512), rounded(17, 512), rounded(95, 100)
    (16, 16, 32, 96)
    >>> rounded(97, 100)
    100
    """
    return min(-(-length // STEP) * STEP, window)


def batches(lengths: Sequence[int], workers: int = 1) -> list[list[int]]:
    """Positions of the items, longest first; the items of a batch have the same length.

    So no item is padded for the sake of another. What would keep a worker busy longer than the
    others is divided evenly among them. Ties keep the order given.

    Args:
        lengths: in tokens, rounded already.
        workers: how many batches are computed at once.

    Example: ``batches([256] * 7, workers=2)`` has 2, 2, 2 and 1 of them, and ``[256] * 7 + [16]``
    the same, then the short one.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    left = sum(lengths)
    divided: list[list[int]] = []
    for length, group in groupby(order, key=lambda position: lengths[position]):
        same = list(group)
        most = max(1, min(BATCH_TOKENS, left // workers) // length)
        divided += _divided(same, -(-len(same) // most), workers)
        left -= length * len(same)
    return divided


def _divided(items: list[int], parts: int, workers: int) -> list[list[int]]:
    """At least so many parts, as even as can be; several are as many for each worker."""
    if parts > 1:
        parts = min(len(items), -(-parts // workers) * workers)
    size, more = divmod(len(items), parts)
    borders = [size * part + min(part, more) for part in range(parts + 1)]
    return [items[start:end] for start, end in pairwise(borders)]


Precision = Literal["f32", "bf16"]
KERNELS = "20000"
"""So many kernels of shapes seen are remembered: about 100 for each length and size of a batch."""
_CPU_INFO = Path("/proc/cpuinfo")
INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


def import_openvino() -> Any:
    """The library, without its telemetry: nothing may leave this machine unasked.

    ``import openvino`` reports to its maker unless the package ``openvino_telemetry`` is missing.
    None in ``sys.modules`` is Python's way to say that a module is missing.

    Raises:
        ModelError: it is not installed here.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        import openvino  # noqa: PLC0415 - 0.3 s that `import core` should not pay
    except ImportError as exc:
        raise ModelError(
            f"OpenVINO cannot be used here: {exc}.",
            "Install the requirements again, or set SECOND_LOOK_RUNTIME=torch-fp32.",
        ) from exc
    return openvino


@lru_cache(maxsize=1)
def openvino_core() -> Any:
    """OpenVINO's core object, one per process: compiled models share its threads."""
    return import_openvino().Core()


def openvino_version() -> str:
    """The installed version, without importing it; empty when it is not installed."""
    try:
        return version("openvino")
    except PackageNotFoundError:
        return ""


def _abilities() -> set[str]:
    return set(openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def can_bf16() -> bool:
    """Whether this processor multiplies bf16 natively; else it would only seem to.

    Nobody knows without OpenVINO, so then it is taken to be False.
    """
    try:
        return "BF16" in _abilities()
    except ModelError:
        return False


def _processor_words() -> set[str]:
    try:
        return set(_CPU_INFO.read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return set()


def has_amx() -> bool:
    """Whether this processor has Intel's AMX: bf16 is about as fast there as int8."""
    return can_bf16() and "amx_bf16" in _processor_words()


def fast_bf16() -> bool:
    """Whether bf16 is likely to be faster than float32 here, before anything is measured.

    It is with Intel's AMX and on AMD; with Intel's AVX-512 alone it took 1.7 times as long. Where
    the processor does not say what it is, float32 is the safe guess.
    """
    return has_amx() or (can_bf16() and "AuthenticAMD" in _processor_words())


def fast_int8() -> bool:
    """Whether int8 is likely to be fastest here, before anything is measured.

    It needs dot products that add up in 32 bits (older processors saturate in 16), and is 1.8 times
    as fast as float32 with them. Where bf16 is fast the two are too near to guess.
    """
    return bool(_processor_words() & {"avx512_vnni", "avx_vnni"}) and not fast_bf16()


def processor_name() -> str:
    """The processor and what it can do natively, for example ``AMD EPYC: BF16, INT8``.

    Without OpenVINO it is only the architecture, for example ``x86_64``.
    """
    try:
        name = openvino_core().get_property("CPU", "FULL_DEVICE_NAME")
    except ModelError:
        return platform.machine()
    return f"{name}: {', '.join(sorted(_abilities() & {'BF16', 'FP16', 'INT8'}))}"


class Session:
    """A compiled model; each of its streams computes a batch of its own, on a core of its own.

    One call at a time uses all streams: a lock makes the others wait. OpenVINO's own queue of
    requests is not used: after one error it fails for ever. A stream may too: the nodes before the
    one that failed keep shapes of the failed batch, and the next batch fails, or gets the digits
    of another. So after an error the model is compiled again.
    """

    def __init__(self, compiled: Callable[[], Any], window: int, padding: int = 0) -> None:
        self._compiled = compiled
        self._window = window
        self._padding = padding
        self._lock = threading.Lock()
        self._start()
        self._threads = ThreadPoolExecutor(self._streams, "second-look-stream")

    def _start(self) -> None:
        compiled = self._compiled()
        self._names = [INPUTS & port.names for port in compiled.inputs]
        self._streams = int(compiled.get_property("NUM_STREAMS"))
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self._streams):
            self._idle.put(compiled.create_infer_request())
        self.width = int(compiled.outputs[0].partial_shape[1].get_length())
        self._failed = False

    def run(self, items: Sequence[Tokens]) -> FloatMatrix:
        """The outputs in the order of the items, float32[len(items), width].

        Raises:
            ModelError: OpenVINO failed.
        """
        lengths = [rounded(len(item), self._window) for item in items]
        parts = batches(lengths, self._streams)
        inputs = [
            padded([items[i] for i in part], lengths[part[0]], self._padding) for part in parts
        ]
        rows = np.zeros((len(items), self.width), dtype=np.float32)
        with self._lock:
            if self._failed:
                self._start()
            outcomes = list(self._outcomes(inputs))  # all: nothing of an error may run on
            for part, outcome in zip(parts, outcomes, strict=True):
                if isinstance(outcome, ModelError):
                    self._failed = True
                    raise outcome
                rows[part] = outcome
        return rows

    def _outcomes(self, inputs: Sequence[Mapping[str, Ids]]) -> Iterator[FloatMatrix | ModelError]:
        """The batches on all streams, or one by one when no thread can be had.

        So it is while Python ends: its pools take nothing more, and what has begun goes on here.
        """
        if len(inputs) > 1:
            with suppress(RuntimeError):
                return self._threads.map(self._infer, inputs)
        return map(self._infer, inputs)

    def _infer(self, arrays: Mapping[str, Ids]) -> FloatMatrix | ModelError:
        """One batch on a stream that is free; inputs that the graph lacks are left out."""
        request = self._idle.get()
        try:
            request.infer(
                {name: arrays[name] for names in self._names for name in names}, share_inputs=True
            )
            return np.array(request.get_output_tensor(0).data, dtype=np.float32)
        except RuntimeError as exc:
            error = ModelError(
                f"OpenVINO failed: {str(exc).splitlines()[0]}",
                "Set SECOND_LOOK_RUNTIME=torch-fp32 and start again.",
            )
            error.__cause__ = exc
            return error
        finally:
            self._idle.put(request)


def open_session(
    model: Any, precision: Precision, window: int, threads: int, padding: int = 0
) -> Session:
    """Compile a graph for this processor.

    Args:
        model: the OpenVINO model.
        precision: what multiplications that are not quantized are computed in.
        window: the most tokens that the model reads.
        threads: how many cores one call uses.
        padding: the id that fills up a batch.

    Raises:
        ModelError: it cannot be compiled.
    """
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        # Two processes with a core each would be bound to the same one, the first.
        "ENABLE_CPU_PINNING": threads >= (os.cpu_count() or 1),
        "CPU_RUNTIME_CACHE_CAPACITY": KERNELS,
    }

    def compiled() -> Any:
        try:
            return openvino_core().compile_model(model, "CPU", options)
        except RuntimeError as exc:
            raise ModelError(
                f"OpenVINO cannot compile this model: {str(exc).splitlines()[0]}",
                "Set SECOND_LOOK_RUNTIME=torch-fp32 and start again.",
            ) from exc

    return Session(compiled, window, padding)
