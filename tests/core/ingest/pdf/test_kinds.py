"""Kinds of print that change numbers and words when they are read letter by letter."""

from pathlib import Path

import pytest
import reportlab
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

from tests.core.ingest.pdf_maker import LEFT_COLUMN, Put, paragraph, read

VERA = "Vera"
registerFont(TTFont(VERA, Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))

Part = str | tuple[str, float, float]
"""Ordinary text, or text with its size and how far it is raised, in points."""


def row(*parts: Part, y: float = 100, size: float = 11) -> list[Put]:
    """One line of text of several parts side by side."""
    puts, x = [], 60.0
    for part in parts:
        text, own, rise = (part, size, 0.0) if isinstance(part, str) else part
        puts.append(Put(x, y - rise, text, size=own))
        x += stringWidth(text, "Helvetica", own)
    return puts


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["It costs EUR 40", ("1", 7, 4), " for each day."], "It costs EUR 40¹ for each day."),
        (["within 30", ("12", 6.5, 5), " days"], "within 30¹² days"),
        (["holds 10", ("6", 7, 4), " litres"], "holds 10⁶ litres"),
        (["weighs 3 x 10", ("-3", 7, 4), " grams"], "weighs 3 x 10⁻³ grams"),
        (["a yard of 25 m", ("2", 7, 3.5), " each"], "a yard of 25 m² each"),
        (["EUR 19", ("99", 7, 4), " until Monday"], "EUR 19⁹⁹ until Monday"),
        (["Take 1", ("1", 7, 4), "/", ("2", 7, 0), " cups"], "Take 1¹/₂ cups"),
        (["Take ", ("3", 7, 4), "/", ("4", 7, -1), " cups"], "Take ³/₄ cups"),
        (["with H", ("2", 7, -2), "SO", ("4", 7, -2), " before"], "with H₂SO₄ before"),
        (["with CO", ("2", 8, -1.5), " and air"], "with CO₂ and air"),
        (["the limit is 40", ("a", 7, 4), " euros"], "the limit is 40ᵃ euros"),
        (["the 1", ("st", 7, 4), " of May"], "the 1st of May"),
        (["a fee of 40", ("1,2", 6, 4), " a day"], "a fee of 40¹,² a day"),
        (["a fee of 40", ("1", 11, 4), " a day"], "a fee of 40¹ a day"),
        ([("1", 7, 4), " Reduced by a third."], "¹ Reduced by a third."),
        ([("1", 7, 4), "Reduced by a third."], "¹Reduced by a third."),
        (["at the end.", ("3", 7, 4)], "at the end.³"),
        (["Chapter ", ("2", 24, 0), " of 3"], "Chapter 2 of 3"),
        (["in ", ("2026", 9, 0), " and later"], "in 2026 and later"),
    ],
)
def test_raised_and_lowered_figures_never_become_part_of_a_number(parts, text):
    """Told by size and baseline: another text would be another number."""
    assert read(row(*parts)).text == text


def test_a_mark_far_above_its_line_stays_on_it():
    """Raised so far that it shares no height with the digits before, on each of several lines."""
    lines = [row("It costs EUR 40", ("1", 5, 9), " a day.", y=100 + 30 * n) for n in range(3)]
    assert (
        read([put for line in lines for put in line]).text.split("\n")
        == ["It costs EUR 40¹ a day."] * 3
    )


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("the list is kept up-to-", "date by them", "kept up-to-date by"),
        ("whenever a third-", "party asks for it", "a third-party asks"),
        ("the plan of a twenty-", "year lease", "a twenty-year lease"),
        ("for short-", "and long-distance trips", "short- and long-distance"),
        ("die Vor-", "und Nachteile davon", "Vor- und Nachteile"),
        ("stored in n-", "butanol at night", "n-butanol"),
        ("an X-", "ray of the hand", "X-ray"),
        ("a state-of-the-", "art machine", "state-of-the-art"),
        ("was trans-", "ferred on Monday", "transferred"),
        ("the seven-", "teen others", "seventeen"),
        ("ten thous-", "and people came", "thousand people"),
        ("a self-govern-", "ment of towns", "self-government"),
        (
            "see https://a.example/travel-",
            "desk/form and",
            "https://a.example/travel-desk/form and",
        ),
        (
            "see https://a.example/lists/",
            "all-2026.pdf and",
            "https://a.example/lists/all-2026.pdf",
        ),
        ("see https://a.example", "/lists and ask", "https://a.example/lists and"),
        ("see https://www.", "house.example and", "https://www.house.example and"),
        ("see https://a.example/b?c=", "d&e=f for it", "https://a.example/b?c=d&e=f for"),
        ("see https://a.example.", "Then ask again", "https://a.example. Then"),
        ("see https://a.example/", "and then ask", "https://a.example/ and then"),
        ("write to visa-", "office@house.example,", "visa-office@house.example,"),
        ("write to anna@lists.", "house.example or", "anna@lists.house.example or"),
        ("in /usr/share/doc-", "base of the disk", "/usr/share/doc-base of"),
    ],
)
def test_words_and_addresses_over_the_end_of_a_line(above, below, text):
    """A compound keeps its hyphen, a divided word loses it, an address gets no space."""
    assert text in read(paragraph(60, 100, [above, below])).text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["A look at cross-\xad", "sectional data."], "A look at cross-sectional data."),
        (["All docu\xad", "ments of the house."], "All documents of the house."),
        (["All docu\xadments of the house."], "All documents of the house."),
    ],
)
def test_soft_hyphens_are_never_seen(lines, text):
    """Inside a line they go; at its end they say that the word goes on."""
    puts = [Put(put.x, put.y, put.text, VERA) for put in paragraph(60, 100, lines)]
    assert read(puts).text == text


@pytest.mark.parametrize(
    ("cap", "first", "text"),
    [
        ("T", "he committee met on Monday and", "The committee met"),
        ("A", "lways on Monday the hall is open", "Always on Monday"),
        ("A", "town that has a hall, and no town", "A town that"),
    ],
)
def test_a_drop_cap_belongs_to_its_word(cap, first, text):
    """The large letter stands beside two lines and begins the first of them."""
    page = [
        Put(60, 126, cap, size=36),
        *paragraph(90, 112, [first, "read the minutes of the meeting that"]),
        *paragraph(60, 136, LEFT_COLUMN),
    ]
    assert read(page).text.startswith(text)
