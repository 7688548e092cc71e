"""The end of this process: what is done before Python takes everything apart."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable


class _Anchor:
    """Something that can be finalized."""


def before_the_end(close: Callable[[], None]) -> None:
    """Call ``close`` when Python ends, before temporary folders are removed.

    ``atexit`` calls first what came last, and the first finalizer of all registers those of all
    temporary folders: so one is made before. What is registered later may be gone by then, and the
    pools of ``concurrent.futures`` are: they take no work any more.
    """
    weakref.finalize(_Anchor(), int)
    atexit.register(close)


def not_at_the_end(close: Callable[[], None]) -> None:
    """Forget ``close``: it was called."""
    atexit.unregister(close)
