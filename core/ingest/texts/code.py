"""Source code: sections are functions and classes, places are lines.

Grammars are tree-sitter's, one package a language, for the six that are asked for most. Every other
language, and what lies behind a fault of the syntax, is read by its blank lines and by the words
that definitions begin with in most languages.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from core.ingest.paging import TextBlock, paged
from core.ingest.texts.decoding import decoded
from core.schema import PagedText
from core.settings import Limits

if TYPE_CHECKING:
    from tree_sitter import Node

GRAMMARS = {
    ".py": "tree_sitter_python.language",
    ".pyi": "tree_sitter_python.language",
    ".js": "tree_sitter_javascript.language",
    ".jsx": "tree_sitter_javascript.language",
    ".mjs": "tree_sitter_javascript.language",
    ".cjs": "tree_sitter_javascript.language",
    ".ts": "tree_sitter_typescript.language_typescript",
    ".tsx": "tree_sitter_typescript.language_tsx",
    ".java": "tree_sitter_java.language",
    ".go": "tree_sitter_go.language",
    ".rs": "tree_sitter_rust.language",
    ".c": "tree_sitter_c.language",
    ".h": "tree_sitter_c.language",
}
_OTHERS = (
    ".cpp .hpp .cc .cs .rb .php .swift .kt .scala .sh .sql .r .lua .pl .css .toml .yaml .yml .ini "
    ".xml .proto .tf"
)
OTHER_CODE = tuple(_OTHERS.split())
_DEFINES = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|pub"
    r"|open|override|virtual)\s+)*(?:def|class|func|function|fun|fn|struct|interface|impl|enum"
    r"|trait|module|namespace|object|record)\s+(\*?\w+(?:(?:::|\.)\w+)*)"
)
_INNER = ("definition", "declaration", "declarator")
_BODIES = re.compile(r"class|impl|interface|trait|mod_item|module|namespace|enum_decl")
_DEFINITION = re.compile(
    r"function|method|class|interface|struct|enum|trait|impl|mod_item|module|type_|record"
    r"|constructor|lexical|variable|decorated|export|macro_def"
)
_VALUE = re.compile(r"lexical|variable|export")
_ABOVE = re.compile(r"comment|attribute|decorator")
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines ``first`` (from 0) to the next section's, and the name of what they define."""

    first: int
    level: int
    name: str


def read_code(data: bytes, limits: Limits, grammar: str) -> PagedText:
    """Read source code in the language of a grammar: ``module.function`` that gives it."""
    text, notes = decoded(data)
    return paged(_blocks(text, _sections(text, grammar)), "line", limits, notes=notes)


def read_other_code(data: bytes, limits: Limits) -> PagedText:
    """Read source code of any other language, or a file of settings."""
    text, notes = decoded(data)
    return paged(_blocks(text, list(_by_lines(text, 0))), "line", limits, notes=notes)


def reader_of(suffix: str) -> partial[PagedText]:
    """The reader for files of this ending."""
    return partial(read_code, grammar=GRAMMARS[suffix])


def _blocks(text: str, sections: Sequence[_Section]) -> Iterator[TextBlock]:
    lines = text.split("\n")
    known = [s for s in sections if s.first] + [_Section(len(lines), 0, "")]
    begin = next((s for s in sections if s.first == 0), _Section(0, 1, ""))
    for section, following in zip([begin, *known], known, strict=False):
        body = "\n".join(lines[section.first : following.first])
        yield TextBlock(
            body, section.first + 1, level=section.level, heading=section.name, kind="code"
        )


def _sections(text: str, grammar: str) -> list[_Section]:
    from tree_sitter import Language, Parser  # noqa: PLC0415 - only the reader's process loads it

    module, function = grammar.split(".")
    language = Language(getattr(importlib.import_module(module), function)())
    root = Parser(language).parse(text.encode()).root_node
    return _once(_defined(root, text))


def _once(sections: Iterator[_Section]) -> list[_Section]:
    """In order, one for each line: what begins there counts more than what ended above."""
    last = {section.first: section for section in sections}
    return [last[at] for at in sorted(last)]


def _top_level(root: Node) -> Iterator[Node]:
    """What stands in no other thing than a condition for the preprocessor."""
    for node in root.named_children:
        if node.type.startswith("preproc_if"):
            yield from _top_level(node)
        else:
            yield node


def _defined(root: Node, text: str) -> Iterator[_Section]:
    """The sections up to the first fault of the syntax, and by lines behind it."""
    sound = 0
    for node in _top_level(root):
        if node.has_error or node.is_missing:
            yield from _by_lines(text, max(sound, _top(node)))
            return
        yield from _section(node, 1, "")
        sound = _last_row(node) + 1


def _section(node: Node, level: int, within: str) -> Iterator[_Section]:
    """The section of a node that defines something, those inside it, and what follows it."""
    name = _name(node) if _DEFINITION.search(node.type) else ""
    in_one_line = node.end_point.row == node.start_point.row
    if not name or (in_one_line and _VALUE.search(node.type)):
        return
    whole = f"{within}.{name}" if within else name
    yield _Section(_top(node), level, whole)
    body = _body(node)
    inside = body.named_children if body is not None and level < _DEEPEST else ()
    for child in inside:
        if child.end_point.row > child.start_point.row or _BODIES.search(child.type):
            yield from _section(child, level + 1, whole)
    yield _Section(_last_row(node) + 1, level, within)


def _name(node: Node) -> str:
    """What a node defines; nothing for one that only uses."""
    named = node.child_by_field_name("name")
    if named is None and node.type == "impl_item":
        named = node.child_by_field_name("type")
    if named is not None:
        return named.text.decode() if named.text else ""
    for field in _INNER:
        inner = node.child_by_field_name(field)
        if inner is not None:
            return _name(inner) or (inner.text or b"").decode() * (inner.named_child_count == 0)
    typed = [c for c in node.named_children if c.type in {"type_spec", "variable_declarator"}]
    return _name(typed[0]) if len(typed) == 1 else ""


def _body(node: Node) -> Node | None:
    """Where the members of a class or module are; functions are not looked into."""
    for field in ("definition", "declaration"):
        inner = node.child_by_field_name(field)
        if inner is not None:
            return _body(inner)
    return node.child_by_field_name("body") if _BODIES.search(node.type) else None


def _top(node: Node) -> int:
    """The first line of a node, or of the remarks and attributes right above it."""
    first, above = node.start_point.row, node.prev_named_sibling
    while above is not None and _ABOVE.search(above.type) and _touches(above, first):
        first, above = above.start_point.row, above.prev_named_sibling
    return first


def _touches(above: Node, first: int) -> bool:
    """Whether it ends on the line before, and does not stand behind other code on its line."""
    before = above.prev_named_sibling
    own_line = before is None or _last_row(before) < above.start_point.row
    return own_line and _last_row(above) == first - 1


def _last_row(node: Node) -> int:
    """Where it ends; some take the line break with them."""
    return node.end_point.row - (node.end_point.column == 0)


def _by_lines(text: str, begin: int) -> Iterator[_Section]:
    """Stretches between blank lines that begin at the margin; a definition gives its name."""
    lines = text.split("\n")
    for at in range(begin, len(lines)):
        line = lines[at]
        if not line.strip() or line[0].isspace() or line[0] in "})]":
            continue
        found = _DEFINES.match(line)
        if found or at == begin or not lines[at - 1].strip():
            yield _Section(at, 1, found[1] if found else "")
