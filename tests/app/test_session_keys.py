"""Every session key is named in pages/ui/state.py, every cache stands in pages/ui/resources.py."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
STATE, RESOURCES = (ROOT / "pages" / "ui" / f"{name}.py" for name in ("state", "resources"))
NO_WIDGETS = {"sorted", "min", "max", "groupby", "sort_values", "container"}


def text_made_here(node):
    """Whether an expression is a text, or begins with one."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return isinstance(first, ast.Constant) and isinstance(first.value, str)


def is_session(node):
    """Whether this is ``st.session_state``."""
    return isinstance(node, ast.Attribute) and node.attr == "session_state"


def keys_used(nodes):
    """What is asked of the session, and the keys that widgets get."""
    for node in nodes:
        if isinstance(node, ast.Subscript) and is_session(node.value):
            yield node.slice
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if isinstance(node.func, ast.Attribute) and is_session(node.func.value):
                yield from node.args[:1]
            if name not in NO_WIDGETS:
                yield from (keyword.value for keyword in node.keywords if keyword.arg == "key")


def scopes(tree):
    """A file's functions and the rest of it: the nodes of each, and the names of its own texts."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = [list(ast.walk(function)) for function in functions]
    within = {id(node) for nodes in inside for node in nodes}
    outside: list[ast.AST] = [node for node in ast.walk(tree) if id(node) not in within]
    module = named_texts(outside)
    yield outside, module
    yield from ((nodes, module | named_texts(nodes)) for nodes in inside)


def named_texts(nodes):
    """The names that are given to texts."""
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    targets = [t for node in assigned if text_made_here(node.value) for t in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_keys_and_caches_have_one_home(path):
    """No other file makes a key of its own text, under a name or not, or keeps a cache."""
    tree = ast.parse(path.read_text())
    if path != STATE:
        keys = {
            f"{key.lineno}: {ast.unparse(key)}"
            for nodes, texts in scopes(tree)
            for key in keys_used(nodes)
            if text_made_here(key) or (isinstance(key, ast.Name) and key.id in texts)
        }
        assert keys == set()
    if path != RESOURCES:
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & {"cache_data", "cache_resource"}
