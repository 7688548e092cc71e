"""CSV that no spreadsheet computes, and that comes back as it was."""

import csv
import io

import pytest
from hypothesis import example, given, strategies as st

from core.errors import InputError
from core.text.csv_text import read_csv, write_csv


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "+1",
        "-1+cmd|'/C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
    ],
)
def test_text_that_begins_like_a_formula_is_guarded(text):
    """A spreadsheet shows the apostrophe's cell as text."""
    cells = list(csv.reader(io.StringIO(write_csv([text], [[text]]), newline="")))
    assert cells == [[f"'{text}"]] * 2


def test_numbers_stay_numbers_and_plain_text_stays_plain():
    """A negative logit is no formula, and an apostrophe in front of a word stands."""
    row = [-1, -2.5, None, True, "'tis", "3 = 3", ""]
    assert write_csv(["a"], [row]) == "a\r\n-1,-2.5,,True,'tis,3 = 3,\r\n"


@given(st.lists(st.lists(st.text(min_size=1), min_size=3, max_size=3)))
@example([["'=1", "''-", "'"], ["\r\n", '"', ","]])
def test_a_round_trip_is_exact(rows):
    """Whatever the text is, guards and quotes included."""
    columns = ("one", "=two", "'three")
    assert read_csv(write_csv(columns, rows)) == (
        columns,
        [dict(zip(columns, row, strict=True)) for row in rows],
    )


def test_short_long_and_empty_rows_are_read():
    """What other tools write: a byte order mark, rows of other lengths, blank lines, nothing."""
    assert read_csv("\ufeffa,b\n1\n\n1,2,3\n") == (
        ("a", "b"),
        [{"a": "1", "b": ""}, {"a": "1", "b": "2"}],
    )
    assert read_csv("") == ((), [])


def test_what_is_no_csv_is_refused():
    """The reason is said."""
    with pytest.raises(InputError, match="The CSV cannot be read: field larger"):
        read_csv(f"a\n{'x' * 200_000}\n")
