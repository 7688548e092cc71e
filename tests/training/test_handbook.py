"""The handbook: pages, sections, and which of them stand against one."""

import random

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from tests.fakes import FakeEncoder
from tests.training.made_sources import TRAVEL, put_handbook, text
from training.handbook import Section, handbook_lines, negatives, read_handbook
from training.lines import write_lines
from training.sources import read_data


def test_sections_are_read_page_by_page(tmp_path):
    """Short ones and hidden folders are passed over; a short heading gets its page's name."""
    put_handbook(tmp_path)
    kept = read_handbook(tmp_path)
    assert [section.query for section in kept] == [
        "Who pays for flights?",
        "air travel: Trains",
        "Who may rent a car?",
        "How to get a desk",
        "How to get a lamp",
        "How to get a key",
        "How to take leave",
        "leave: Sickness",
    ]
    assert kept[1] == Section("pages/air-travel.md", "Trains", text("train"))


def test_a_text_that_two_pages_have_is_read_once(tmp_path):
    """Else a section would stand against itself."""
    put_handbook(tmp_path)
    (tmp_path / "pages" / "copy.md").write_text(TRAVEL)
    assert [s.page for s in read_handbook(tmp_path)].count("pages/copy.md") == 0


@given(st.integers(0, 99))
def test_two_of_the_first_six_and_one_of_the_next_nine_stand_against_a_section(seed):
    """Not counted: itself, the same heading, the same opening; None when there is no far one."""
    one = Section("a.md", "Leave", text("leave"))
    twin = Section("b.md", "LEAVE", text("twin"))
    copy = Section("b.md", "Copy", text("leave") + " And more.")
    others = [Section("a.md", f"Thing {i}", text(f"thing {i}")) for i in range(20)]
    texts = [other.text for other in others]
    ranking = [one, twin, *others[:3], copy, *others[3:]]
    *near, far = negatives(one, ranking, random.Random(seed))
    assert len({*near}) == 2
    assert {*near} <= {*texts[:6]}
    assert far in texts[6:15]
    assert negatives(one, [one, twin, copy, *others[:6]], random.Random(seed)) is None


SECTIONS = st.lists(
    st.builds(
        Section,
        st.sampled_from(["a.md", "b.md", "c.md"]),
        st.sampled_from(["Who pays?", "who pays?", "How long does it take?", "Rules", "Where"]),
        st.lists(st.sampled_from(["rail", "road", "ship"]), min_size=3, max_size=15).map(" ".join),
    ),
    max_size=25,
    unique_by=lambda section: section.text,
)


@given(SECTIONS)
def test_no_negative_holds_the_section_and_every_line_is_read(tmp_path_factory, kept):
    """Three different ones, none of the same heading; the same twice."""
    lines = handbook_lines(kept, FakeEncoder())
    assert lines == handbook_lines(kept, FakeEncoder())
    headings = {section.text: section.heading.casefold() for section in kept}
    for line in lines:
        assert len(set(line["negatives"])) == 3
        for negative in line["negatives"]:
            assert line["positive"] not in negative
            assert negative not in line["positive"]
            assert headings[negative] != headings[line["positive"]]
    if lines:
        folder = tmp_path_factory.mktemp("data")
        write_lines(folder, "handbook-headings", lines)
        assert len(read_data(folder).pools["headings"]) == len(lines)


def test_a_folder_that_is_no_handbook_is_refused(tmp_path):
    """Too few sections; bytes that are no text; a file that is too large."""
    with pytest.raises(InputError, match="0 sections of markdown; 8 are needed"):
        read_handbook(tmp_path)
    page = tmp_path / "a.md"
    page.write_bytes(b"# One\n\xff\xfe")
    with pytest.raises(InputError, match=r"a\.md is not UTF-8 text"):
        read_handbook(tmp_path)
    page.write_bytes(b" " * 4_000_001)
    with pytest.raises(InputError, match="more than 4,000,000 bytes"):
        read_handbook(tmp_path)
