"""Pages that need no network and run no script: one way to make a Jinja template of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.text.counting import signed

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def page_template(page: Path, finalize: Callable[[Any], Any] | None = None) -> Template:
    """The template of a page, all text escaped; its style sheet lies beside it, as ``style``.

    Args:
        page: an ``.html`` file with a ``.css`` of the same name.
        finalize: what is done to each value before it is shown.
    """
    from jinja2 import (  # noqa: PLC0415 - `import core` stays fast
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FileSystemLoader(page.parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["signed"] = signed
    environment.globals["style"] = page.with_suffix(".css").read_text(encoding="utf-8")
    return environment.get_template(page.name)
