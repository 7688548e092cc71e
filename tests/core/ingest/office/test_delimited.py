"""Tables as text: the mark between cells, heads only where they are some, every row a place."""

import pytest
from hypothesis import given, strategies as st

from core.errors import DocumentRefused
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.paged_texts import cut


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "Item,Price\nLocker,12\nTowel,3\n",
            ["Item: Locker | Price: 12", "Item: Towel | Price: 3"],
        ),
        ("Item;Price\r\nLocker;12,50\r\n", ["Item: Locker | Price: 12,50"]),
        ("Item\tPrice\nLocker, large\t12\n", ["Item: Locker, large | Price: 12"]),
        ("Item|Price\nLocker|12\n", ["Item: Locker | Price: 12"]),
        ("sep=;\nItem;Price\na,b;1\n", ["Item: a,b | Price: 1"]),
        ('Item,Price\n"Locker,\nlarge ""L""",12\n', ['Item: Locker, large "L" | Price: 12']),
        ('Item,Size\nPipe 5",3\n"open,4\n', ['Item: Pipe 5" | Size: 3', 'Item: "open | Size: 4']),
        ("Id,Code\n007,NA\n", ["Id: 007 | Code: NA"]),
        ("City,2024,2025\nRome,1,2\n", ["City: Rome | 2024: 1 | 2025: 2"]),
        ("Fees of 2026,,\n,,\nItem,Price,\nTowel,3,\n", ["Fees of 2026", "Item: Towel | Price: 3"]),
        # no heads: values, the same words twice, an empty cell
        ("1,Rome\n2,Oslo\n", ["1 | Rome", "2 | Oslo"]),
        ("Ann,Rome\nBob,Oslo\n", ["Ann | Rome", "Bob | Oslo"]),
        ("Rome,Rome\nOslo,3\n", ["Rome | Rome", "Oslo | 3"]),
        ("tourist\nattraction\n", ["tourist", "attraction"]),
        ("One sentence, and more.\nAnother one\n", ["One sentence, and more.", "Another one"]),
        ("Item,Price\n", ["Item | Price"]),
        (
            "Item,Price\nLocker,12,new\n,\n\nTowel,3\n",
            ["Item: Locker | Price: 12 | new", "Item: Towel | Price: 3"],
        ),
    ],
)
def test_rows_have_their_heads(text, lines):
    """Cells stay as they are written; nothing is a head only because it comes first."""
    found = read(text, "a.csv")
    assert found.text.split("\n") == lines
    assert_placed(found)


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    """The head is row 1, empty rows count, a row of two lines is one."""
    found = read('Item,Price\n\n"a\nb",1\nc,2,3\nd,4\n', "a.csv")
    assert [(page.label, found.text[page.start : page.end]) for page in found.pages] == [
        ("3", "Item: a b | Price: 1"),
        ("4", "Item: c | Price: 2 | 3"),
        ("5", "Item: d | Price: 4"),
    ]
    assert [n.text for n in found.notes] == ["1 row has another number of cells than most."]


def test_a_first_row_that_may_hold_heads_is_above_every_passage():
    """Where all is words nobody can tell; so no cell is called by it."""
    found = read(
        "Name,City\n" + "".join(f"Ann {'abc' * (n % 9)},Rome\n" for n in range(99)), "a.csv"
    )
    assert {chunk.heading for chunk in cut(found)} == {"Name | City"}
    assert found.text.startswith("Name | City\nAnn | Rome\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding):
    """By the byte order mark or by the bytes; only a guess is said."""
    found = read("Stück;Preis\nMöhre;3\n".encode(encoding), "a.csv")
    assert found.text == "Stück: Möhre | Preis: 3"
    assert [n.kind for n in found.notes] == (["encoding"] if encoding == "cp1252" else [])


@pytest.mark.parametrize("text", ["", "\n\n", ";;;\n;;;\n"])
def test_a_table_without_text_is_refused(text):
    """With the reason."""
    with pytest.raises(DocumentRefused) as caught:
        read(text, "a.csv")
    assert caught.value.code == "no_text"


CELLS = st.text(st.sampled_from("ab1,;\t|\" é'\n"), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), st.sampled_from(",;\t|"))
def test_no_letter_of_any_table_is_lost(rows, mark):
    """However cells are quoted, or not."""
    text = "\n".join(mark.join(row) for row in rows)
    try:
        found = read(text, "a.csv")
    except DocumentRefused as exc:
        assert exc.code == "no_text"  # noqa: PT017 - either way is right
        return
    whole = found.text + "".join(heading.title for heading in found.headings)
    assert all(whole.count(letter) >= text.count(letter) for letter in "ab1é")
    assert_placed(found)
