"""Source code: functions and classes are sections, lines are places, indents stay."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.errors import DocumentRefused
from core.ingest.texts.code import GRAMMARS
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.paged_texts import cut

ROOT = Path(__file__).parents[4]
SOURCES = {
    ".py": "import a\n\n# why\n@dec\nclass A:\n    x = 1\n\n    def m(self):\n        return 1\n\n"
    "def f():\n    pass\n",
    ".js": "import x from 'y';\n// why\nexport default class A {\n  /** m */\n  m() {\n  }\n}\n"
    "export const f = (a) => {\n  return a\n}\nconst one = 1\n",
    ".ts": "export interface I {\n  a: string\n}\n@dec\nclass A {\n  @x()\n  m(): void {\n  }\n}\n",
    ".go": "package main\n// Doc\nfunc (s *S) Run() error {\n\treturn nil\n}\ntype S struct {\n}\n",
    ".rs": "use a;\n/// doc\n#[x]\npub struct S {\n}\nimpl S {\n  fn run(&self) {\n  }\n}\n",
    ".h": "#ifndef A\n#define A\n/* doc */\nstatic int *f(int a) {\n return 0;\n}\n#endif\n",
    ".java": "package a;\n/** doc */\n@Ann public class A {\n  @Override\n  void m() {\n  }\n}\n",
    ".rb": "require 'x'\n\nclass A\n  def m\n  end\nend\n\ndef q\nend\n",
    ".sql": "SELECT 1;\n\nSELECT 2\nFROM x;\n",
}
FOUND = {
    ".py": {3: "A", 8: "A.m", 10: "", 11: "f"},
    ".js": {2: "A", 4: "A.m", 7: "A", 8: "f", 11: ""},
    ".ts": {1: "I", 4: "A", 6: "A.m", 9: "A"},
    ".go": {1: "", 2: "Run", 6: "S"},
    ".rs": {1: "", 2: "S", 6: "S", 7: "S.run", 9: "S"},
    ".h": {1: "", 3: "f", 7: ""},
    ".java": {1: "", 2: "A", 4: "A.m", 7: "A"},
    ".rb": {1: "", 3: "A", 8: "q"},
    ".sql": {1: "", 3: ""},
}


def sections(paged):
    """The line at which each section begins, and its name."""
    at = {p.start: p.number for p in paged.pages if p.end > p.start}
    return {at[heading.start]: heading.title for heading in paged.headings}


@pytest.mark.parametrize("suffix", SOURCES)
def test_sections_are_what_is_defined_with_the_remarks_above(suffix):
    """In each language that has a grammar here, and by blank lines in another."""
    source = SOURCES[suffix]
    found = read(source, f"a{suffix}")
    assert_placed(found)
    assert {line: name for line, name in sections(found).items() if line in FOUND[suffix]} == {
        line: name for line, name in FOUND[suffix].items() if line in sections(found)
    }
    assert {name for name in FOUND[suffix].values() if name} <= set(sections(found).values())
    lines = source.split("\n")
    for page in found.pages:
        assert found.text[page.start : page.end] in {lines[page.number - 1].rstrip(), ""}
    assert "".join(found.text.split()) == "".join(source.split())


def test_behind_a_fault_the_lines_are_searched():
    """tree-sitter loses functions behind a fault: they are found by the word that begins them."""
    broken = "def broken(:\n    x = (\nclass C:\n    y = 1\ndef after():\n    pass\n"
    found = read(f"def ok():\n    pass\n\n{broken}", "a.py")
    assert_placed(found)
    assert list(sections(found).values()) == ["ok", "broken", "C", "after"]


def test_a_chunk_is_a_function_with_its_indents():
    """Neighbours are joined only where both fit; a long one is cut at a line."""
    body = "\n".join(f"        total = total + {n}" for n in range(30))
    source = f"class A:\n    def small(self):\n        return 1\n\n    def long(self):\n{body}\n"
    first, *rest = cut(read(source, "a.py"))
    assert (first.text, first.first_page, first.last_page) == (
        source.split("\n\n", maxsplit=1)[0],
        1,
        3,
    )
    assert {c.heading for c in rest} == {"A.long"}
    assert len(rest) > 1
    assert all(c.text.startswith("    ") for c in rest)


@pytest.mark.parametrize("path", ["core/schema.py", "pages/ui/components/drops/drops.js"])
def test_files_of_this_repository_are_read(path):
    """Real code: nothing is lost."""
    source = next(ROOT.glob(path) if "*" in path else iter([ROOT / path])).read_text()
    found = read(source, path)
    assert_placed(found)
    assert "".join(found.text.split()) == "".join(source.split())
    assert {"Chunk.passage", "over"} & set(sections(found).values())


@given(st.sampled_from(sorted(GRAMMARS)), st.data())
def test_cut_code_is_still_read(suffix, data):
    """Any piece of a source: nothing is lost, and every place is right."""
    source = SOURCES.get(suffix, SOURCES[".js"])
    begin = data.draw(st.integers(0, len(source)))
    piece = source[begin : data.draw(st.integers(begin, len(source)))]
    try:
        found = read(piece, f"a{suffix}")
    except DocumentRefused:
        assert not any(map(str.isalnum, piece))
        return
    assert_placed(found)
    assert "".join(found.text.split()) == "".join(piece.split())
