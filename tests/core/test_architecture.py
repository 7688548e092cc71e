"""The laws of the house, held by tests."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import TopologicalSorter
from itertools import takewhile
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


ORDER = [
    *("ground", "text", "home", "store", "models", "ingest", "search", "explain", "answer"),
    *("evaluate", "learn", "history", "app", "integrations", "serve", "cli"),
]
"""The folders of core in the data's order; the ground is the files that lie in core itself."""
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [*PAGES, *CORE.rglob("*.py"), *(ROOT / "training").rglob("*.py")]
}
FRONT_DOORS = {"core", "core.__main__"}
"""``import core`` and ``python -m core`` lead to the top of the house, and nobody uses them."""


def imports(name):
    """The modules of this project that a module imports anywhere: in functions, for types too."""
    used = set()
    for node in ast.walk(ast.parse(FILES[name].read_text())):
        if isinstance(node, ast.ImportFrom):
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
            used |= {path if path in FILES else node.module for path in paths}
        elif isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
    return used & set(FILES) - {name}


GRAPH = {name: imports(name) for name in FILES if name not in FRONT_DOORS}


def folder(name):
    """Where a module of core lies."""
    parts = FILES[name].relative_to(CORE).parts
    return parts[0] if len(parts) > 1 else "ground"


def test_a_folder_of_core_uses_only_those_before_it():
    """``ls core`` is the architecture, in the data's order."""
    back = {
        (name, used)
        for name, many in GRAPH.items()
        for used in many
        if name.startswith("core.") and used.startswith("core.")
        if ORDER.index(folder(used)) > ORDER.index(folder(name))
    }
    assert back == set()


def test_core_uses_neither_pages_nor_training():
    """Both are built on it."""
    upward = {
        (name, used)
        for name, many in GRAPH.items()
        for used in many
        if name.startswith("core.") and not used.startswith("core.")
    }
    assert upward == set()


def neighbours():
    """For each folder the graph of what lies in it: files, and folders as a whole."""
    graphs = defaultdict(lambda: defaultdict(set))
    for name, many in GRAPH.items():
        for used in many:
            mine, theirs = name.split("."), used.split(".")
            shared = takewhile(lambda pair: pair[0] == pair[1], zip(mine, theirs, strict=False))
            depth = len(list(shared))
            graphs[".".join(mine[:depth])][mine[depth]].add(theirs[depth])
    return graphs


@pytest.mark.parametrize("place", sorted(neighbours()))
def test_no_import_cycle_of_files_or_folders(place):
    """Whoever reads a folder can begin with what needs nothing else of it."""
    TopologicalSorter(neighbours()[place]).prepare()  # raises CycleError, which names them


def test_nobody_uses_a_front_door():
    """Else the top of the house would be below everything."""
    assert FRONT_DOORS & set().union(*GRAPH.values()) == set()


def test_the_readme_names_every_folder_of_core():
    """The first look at the project shows where everything is."""
    named = set(re.findall(r"`(\w+)/?`", (ROOT / "README.md").read_text()))
    folders = {path.parent.name for path in CORE.glob("*/__init__.py")}
    assert folders <= named, folders - named


SAME_IN_EACH = {"ALGORITHM_VERSION", "T", "log", "main"}
"""What several modules of core define under one name, for it means the same in each."""


def test_a_public_name_of_core_has_one_meaning():
    """Constants, functions and classes at the top of a module; an import is no definition."""
    homes = defaultdict(set)
    for module in (name for name in GRAPH if name.startswith("core.")):
        for node in ast.parse(FILES[module].read_text()).body:
            bound = getattr(node, "targets", [getattr(node, "target", None)])
            named = [n.id for t in bound if t for n in ast.walk(t) if isinstance(n, ast.Name)]
            for name in (getattr(node, "name", "_"), *named):
                homes[name].add(module)
    twice = {name: many for name, many in homes.items() if name[0] != "_" and len(many) > 1}
    assert {name: twice[name] for name in twice.keys() - SAME_IN_EACH} == {}


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
    """Files up to 400 lines, scripts of pages up to 120, functions up to 40 of code."""
    long = []
    for name, path in FILES.items():
        script = path.parent in {ROOT, ROOT / "pages"}
        text = path.read_text()
        if len(text.splitlines()) > (120 if script else 400):
            long.append(name)
        long += [
            f"{name}:{node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and code_lines(node) > 40
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


def test_what_tests_share_lies_in_plainly_named_modules():
    """No test imports from a ``test_*.py`` file, which runs on its own."""
    pattern = re.compile(r"^\s*(?:from|import)\s+(?:[\w.]*\.)?test_\w+", re.MULTILINE)
    tests = [path for path in (ROOT / "tests").rglob("*.py") if pattern.search(path.read_text())]
    assert [str(path.relative_to(ROOT)) for path in tests] == []
