"""The laws of the house, held by tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from core import errors

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core"
PAGES = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in CORE.rglob("*.py")
    if path.name != "__main__.py"
)
SCRIPT = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
print(sorted(set(sys.argv[1].split(",")) & set(sys.modules)))
"""


def loaded(heavy, *modules):
    """Which of the heavy packages are loaded after importing the modules in a new process."""
    command = [sys.executable, "-c", SCRIPT, ",".join(heavy), *modules]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return ast.literal_eval(run.stdout)


def test_core_never_imports_streamlit():
    """Every module of core can be imported without it."""
    assert loaded(["streamlit"], *MODULES) == []


def test_importing_core_is_light():
    """`import core` loads no model library, no store and no PDF library."""
    heavy = ["torch", "transformers", "sentence_transformers", "pypdfium2"]
    heavy += ["qdrant_client", "qdrant_edge", "scipy"]
    assert loaded(heavy, "core") == []


def imports(path, package="core"):
    """The modules of the package that a file imports anywhere."""
    tree = ast.parse(path.read_text())
    return {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}.")
    }


STAGES = ["ingest", "store", "search", "explain", "answer", "evaluate", "learn"]
# What a stage may use of other stages: an arrow in the README's picture, never back.
MAY_USE = {
    "ingest": {"index"},
    "index": set(),
    "rank": set(),
    "explain": {"ingest"},
    "answer": set(),
    "evaluate": {"index", "rank"},
    "learn": {"rank", "evaluate"},
}


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_reach_back(stage):
    """The direction of the arrows holds in every file."""
    for path in (CORE / stage).rglob("*.py"):
        used = {name.split(".")[1] for name in imports(path)} & set(STAGES)
        assert used - {stage} <= MAY_USE[stage], path.name


PUT_TOGETHER = {
    *("asking", "client", "cli", "copying", "corpora", "desk"),
    *("engine", "retriever", "abstention", "tour"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_knows_who_puts_it_together(stage):
    """The engine and what is built on it use the stages, never the other way round."""
    for path in (CORE / stage).rglob("*.py"):
        assert not {name.split(".")[1] for name in imports(path)} & PUT_TOGETHER, path.name


RECORDS = ("schema", "search_settings", "errors", "ports", "settings")


@pytest.mark.parametrize("module", RECORDS)
def test_the_records_depend_on_nothing_but_each_other(module):
    """Schema, errors, seams and settings are the bottom of the house."""
    allowed = {f"core.{name}" for name in RECORDS}
    assert imports(CORE / f"{module}.py") <= allowed


@pytest.mark.parametrize("folder", ["basics", "home"])
def test_what_every_stage_may_use_uses_no_stage(folder):
    """Below the stages: only the records, and each other's own folder."""
    below = {*RECORDS, "serialize", folder}
    for path in (CORE / folder).rglob("*.py"):
        assert {name.split(".")[1] for name in imports(path)} <= below, path.name


def test_the_readme_names_every_folder_of_core():
    """The first look at the project shows where everything is."""
    named = set(re.findall(r"`(\w+)/?`", (ROOT / "README.md").read_text()))
    folders = {path.parent.name for path in CORE.glob("*/__init__.py")}
    assert folders <= named, folders - named


def test_every_error_is_drawn_in_the_tree():
    """The docstring of core.errors shows each class, under its parent."""
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.SecondLookError):
            assert f" {name} " in f" {errors.__doc__} ".replace("\n", " "), name


def code_lines(function):
    """Lines of a function's body, its docstring left out."""
    documented = ast.get_docstring(function) is not None and len(function.body) > 1
    return function.end_lineno - function.body[int(documented)].lineno + 1


def test_files_and_functions_stay_small():
    """Files of core up to 250 lines, pages up to 120, functions up to 40."""
    long = []
    for path in [*CORE.rglob("*.py"), ROOT / "app.py", *(ROOT / "pages").glob("*.py")]:
        limit = 250 if path.is_relative_to(CORE) else 120
        if path.name == "schema.py":
            limit = 350  # the records of the whole house, in one place on purpose
        text = path.read_text()
        if len(text.splitlines()) > limit:
            long.append(path.name)
        long += [
            f"{path.name}:{node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 55
        ]
    assert long == []


def test_what_only_one_page_needs_lies_in_its_folder():
    """Directly in ``pages/ui`` is the frame of every page, and what several folders use."""
    ui = ROOT / "pages" / "ui"
    users = defaultdict(set)
    for path in PAGES:
        user = path.parent if ui in path.parents else path
        for name in re.findall(r"from pages\.ui(?:\.| import )(.+)", path.read_text()):
            for module in re.split(r" import .*|, ", name):
                users[module].add(user)
    shared = [path.stem for path in ui.glob("[a-z]*.py")]
    assert [name for name in shared if ui not in users[name] and len(users[name]) < 2] == []


def test_numbers_are_said_with_their_nouns_by_one_helper():
    """No sentence counts things by itself: it would say "1 questions". "2 of 3 questions" may."""
    own = []
    for path in [*CORE.rglob("*.py"), *PAGES]:
        for node in ast.walk(ast.parse(path.read_text())):
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            own += [
                f"{path.relative_to(ROOT)}:{number.lineno}"
                for before, number, after in zip([None, *parts], parts, parts[1:], strict=False)
                if isinstance(number, ast.FormattedValue)
                and ast.unparse(number.value).startswith("len(")
                and re.match(r" [a-z]+s\b(?! of)", str(getattr(after, "value", "")))
                and not str(getattr(before, "value", "")).endswith("of ")
            ]
    assert own == []


def test_signs_are_said_by_one_helper():
    """No sentence puts a sign on a number of its own: it would get a hyphen for a minus."""
    own = []
    for path in [*CORE.rglob("*.py"), *PAGES]:
        text = path.read_text()
        formats = [
            node.format_spec.values[0].value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FormattedValue)
            and isinstance(node.format_spec, ast.JoinedStr)
            and node.format_spec.values
            and isinstance(node.format_spec.values[0], ast.Constant)
        ]
        if any(form.startswith("+") for form in formats) or 'replace("-", "−")' in text:
            own.append(str(path.relative_to(ROOT)))
    assert own == ["core/text/counting.py"]
