"""The hand-written HTML, CSS and JavaScript of the components: a folder each, no build step.

Scripts are ES modules and style sheets import each other, but Streamlit takes one text of each:
what a file imports stands in front of it, every file once (decision 121).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).parent
ICON = str(FOLDER / "icons" / "icon.svg")
LOGO = (FOLDER / "icons" / "logo.svg").read_text(encoding="utf-8")
_IMPORT = re.compile(r'^@?import [^"]*"(\.[^"]+)";\n+', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(path: Path, seen: set[Path] | None = None) -> str:
    """A script or style sheet with all that it imports in front, as one."""
    seen = set() if seen is None else seen
    if path in seen:
        return ""
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    imported = [bundle((path.parent / name).resolve(), seen) for name in _IMPORT.findall(text)]
    return "".join([*imported, _EXPORT.sub("", _IMPORT.sub("", text))])


def component(name: str) -> ComponentRenderer:
    """The component of the folder ``name``, with those files of that name that are there."""
    paths = [FOLDER / name / f"{name}.{kind}" for kind in ("html", "css", "js")]
    html, css, js = (bundle(path) if path.exists() else None for path in paths)
    return st.components.v2.component(f"second_look_{name}", html=html, css=css, js=js)


def style(name: str) -> str:
    """A style sheet of ``styles`` as an element for a page of Streamlit's own."""
    return f"<style>{bundle(FOLDER / 'styles' / f'{name}.css')}</style>"


def nothing() -> None:
    """Declares a trigger of a component; what was triggered is in its result."""
