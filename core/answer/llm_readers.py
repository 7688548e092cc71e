"""The generators that read a language model's reply end when the reply does."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any


@asynccontextmanager
async def readers_closed() -> AsyncGenerator[None]:
    """Close at the end, the outer ones first, all async generators that were started inside.

    httpx and openai read a reply through eight nested generators. Where reading stops early, at
    the last event or a malformed one, they would be left to the garbage collector, which closes
    them in any order, from any thread, and after the event loop has gone.
    """
    hooks = sys.get_asyncgen_hooks()
    readers: list[AsyncGenerator[Any]] = []

    def started(reader: AsyncGenerator[Any]) -> None:
        readers.append(reader)
        if hooks.firstiter is not None:
            hooks.firstiter(reader)

    sys.set_asyncgen_hooks(firstiter=started)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(firstiter=hooks.firstiter)
        async with AsyncExitStack() as closing:
            for reader in reversed(readers):
                closing.push_async_callback(reader.aclose)
