"""The receipt as one HTML page that needs no network and runs no script.

Jinja escapes every value, the policy in the page forbids scripts and every request, and what a
text could do to its surroundings (control characters, marks that turn the reading direction) is
taken out before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.history.pictures import PagePicture
from core.history.receipt import Receipt
from core.history.receipt_view import receipt_view

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


def receipt_html(receipt: Receipt, pictures: Sequence[PagePicture] = ()) -> str:
    """The page: question, answer with its pages, both lists, what it was computed with."""
    return _template().render(receipt_view(receipt, pictures))


def _printable(value: Any) -> Any:
    if not isinstance(value, str) or hasattr(value, "__html__"):  # the latter is our own style
        return value
    return _TURNING.sub("", _UNPRINTABLE.sub("\ufffd", value))


@cache
def _template() -> Template:
    from jinja2 import (  # noqa: PLC0415 - `import core` stays fast
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = (_FOLDER / "receipt.css").read_text(encoding="utf-8")
    return environment.get_template("receipt.html")
