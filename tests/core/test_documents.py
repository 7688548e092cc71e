"""What is written about the project: decisions are listed, and names lead somewhere."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "decisions"


def test_every_decision_is_listed_once_by_its_title():
    """The list of topics is complete, and says what the pages say."""
    pages = {
        path.name: path.read_text().partition("\n")[0].partition(". ")[2]
        for path in FOLDER.glob("0*.md")
    }
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert sorted((name, title) for title, name in listed) == sorted(pages.items())


def test_every_decision_is_numbered_like_its_file():
    """`0041-...md` begins with `# 41. `."""
    for path in FOLDER.glob("0*.md"):
        assert path.read_text().startswith(f"# {int(path.name[:4])}. "), path.name


def test_links_between_decisions_lead_somewhere():
    """No page points to one that is gone."""
    for path in FOLDER.glob("*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (FOLDER / link).exists(), f"{path.name}: {link}"


def test_code_that_the_pages_name_is_there():
    """A file that moved takes its name in the documentation along."""
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(r"\b(?:core|pages|tests|benchmarks)/[\w/]+\.py", path.read_text()):
            assert (ROOT / name).is_file(), f"{path.name}: {name}"
