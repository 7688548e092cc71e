"""Small PDFs with a right answer, made by others: what the reader of the paper would say."""

import pytest

from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.shared import shared_path

PDFS = shared_path("cases/pdf")


@pytest.mark.parametrize(
    ("name", "says", "never"),
    [
        ("superscript", ["EUR 40¹ for", "30² days", "10⁶ litres", "H₂SO₄"], ["401", "302", "106"]),
        ("d-numbers", ["EUR 19⁹⁹ until", "1¹/₂ cups", "40¹ for", "10⁻³ grams", "m² w"], ["1999"]),
        (
            "struck",
            ["[struck out: Staff may", "hours.]\nStaff", "[struck out: EUR 180] EUR 120"],
            [],
        ),
        ("form", ["Ordered item: Cryostat pump PX-4410", "delivery: [x]", "stores: [ ]"], []),
        ("freetext", ["From March on the keys are handed out by the caretaker"], []),
        ("layers", ["five working days."], ["three weeks"]),
        ("invoices", ["Invoice no. 70148", "Customer account 5514"], []),
        ("tablehead", ["Article Staff price Guest price Stock\nGlass beaker"], []),
        ("letterhead", [], ["Oxbridge", "VAT no.", "Almgren", "Bank of the Vale", "Telephone"]),
        ("watermark", ["tells the guard at the gate"], ["DRAFT"]),
        ("linenumbers", ["reach the other party", "deposit of two monthly rents"], ["4 other"]),
        ("dropcap", ["The foundry was built", "river, where the water"], ["Twhere"]),
        (
            "hyphens",
            [
                "up-to-date",
                "third-party",
                "short-",
                "long-distance",
                "n-butanol",
                "one-to-one",
                "transferred",
            ],
            ["up-todate", "shortand"],
        ),
        ("softhyphen", ["cross-sectional", "documents"], ["--"]),
        ("urls", ["travel-desk/booking-form and", "hotels/contracted-h", "visa-office@l"], []),
        ("sidebar", ["named on the list at the door", "goggles of the right colour"], []),
        ("justified", ["by the recycling contractor after telephone registration"], []),
        ("pagebreak", ["grew to EUR 4.2 million, twelve"], []),
        ("tategaki", ["会议室必须提前一天预订,钥匙", "使用后应当天归还。会议室"], []),
    ],
)
def test_a_case_says_what_its_paper_says(name, says, never):
    """Words that must be there as they are, and words that must not."""
    text = extract((PDFS / f"{name}.pdf").read_bytes(), Limits()).text
    assert [words for words in says if words not in text] == []
    assert [words for words in never if words in text] == []
