"""Word documents: every trap that libraries fall into, with the text that a reader sees."""

import io
import re
import zipfile

import pytest

from core.errors import DocumentRefused
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.office.office_files import (
    cell,
    docx,
    par,
    row,
    run,
    style,
    styled,
    table,
    zipped,
)
from tests.core.ingest.paged_texts import cut

BOX = f"<w:txbxContent>{par('In a box.')}</w:txbxContent>"
OLD_BOX = f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>"
BOTH = (
    f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{BOX}</wps:txbx>'
    f"</w:drawing></mc:Choice><mc:Fallback>{OLD_BOX}</mc:Fallback></mc:AlternateContent>"
)
TWICE = '<w:ffData><w:checkBox><w:default w:val="{}"/>{}</w:checkBox></w:ffData>'
SHOWN = [
    # changes that nobody accepted yet
    (
        par("Pay ", f"<w:ins>{run('40')}</w:ins>", f"<w:del>{run('30')}</w:del>", " EUR."),
        "Pay 40 EUR.",
    ),
    (
        par(f"<w:moveTo>{run('Here')}</w:moveTo>", f"<w:moveFrom>{run('There')}</w:moveFrom>"),
        "Here",
    ),
    (par("One ", look="<w:rPr><w:del/></w:rPr>") + par("paragraph."), "One paragraph."),
    # text inside of something
    (par(f"<w:sdt><w:sdtContent>{run('Control')}</w:sdtContent></w:sdt>"), "Control"),
    (f"<w:sdt><w:sdtContent>{par('A block')}</w:sdtContent></w:sdt>", "A block"),
    (
        par(
            "Name: ",
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
            f"{run('Click here')}</w:sdtContent></w:sdt>",
        ),
        "Name:",
    ),
    (par(f"<w:fldSimple>{run('Field')}</w:fldSimple>"), "Field"),
    (par(f"<w:smartTag><w:smartTag>{run('Paris')}</w:smartTag></w:smartTag>"), "Paris"),
    (par(f"<w:hyperlink>{run('a link')}</w:hyperlink>"), "a link"),
    (par("Around. ", f"<w:r>{BOTH}</w:r>"), "Around.\nIn a box."),
    (par("Around. ", f"<w:r>{OLD_BOX}</w:r>"), "Around.\nIn a box."),
    (
        par(
            "<w:ruby><w:rt>"
            + run("rubi")
            + "</w:rt><w:rubyBase>"
            + run("漢")
            + "</w:rubyBase></w:ruby>"
        ),
        "漢",
    ),
    (par("<w:r><w:instrText>PAGE</w:instrText></w:r>", "7"), "7"),
    # signs
    (par("a", "<w:r><w:br/></w:r>", "b", "<w:r><w:cr/></w:r>", "c"), "a\nb\nc"),
    (par("non", "<w:r><w:noBreakHyphen/></w:r>", "smoker"), "non-smoker"),
    (par("sof", "<w:r><w:softHyphen/></w:r>", "ter"), "softer"),
    (par("a", "<w:r><w:tab/><w:tab/></w:r>", "b"), "a b"),
    (par('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', " yes"), "☒ yes"),
    (par('<w:r><w:sym w:font="Arial" w:char="20AC"/></w:r>', "5"), "€5"),
    # how letters are shown
    (par("seen ", run("unseen", "<w:vanish/>"), run("too", '<w:vanish w:val="0"/>')), "seen too"),
    (par("EUR 19", run("99", '<w:vertAlign w:val="superscript"/>')), "EUR 19⁹⁹"),
    (par("H", run("2", '<w:vertAlign w:val="subscript"/>'), "O"), "H₂O"),
    (par("10", run("6", '<w:position w:val="8"/>')), "10⁶"),
    (par("1", run("st", '<w:vertAlign w:val="superscript"/>')), "1st"),
    (
        par("Fee ", run("40", "<w:strike/>"), run(" EUR", "<w:dstrike/>")),
        "Fee [struck out: 40 EUR]",
    ),
    # forms of the old kind, formulas
    (par(f"<w:r><w:fldChar>{TWICE.format(0, '<w:checked/>')}</w:fldChar></w:r>", " a"), "☒ a"),
    (par(f"<w:r><w:fldChar>{TWICE.format(0, '')}</w:fldChar></w:r>", " a"), "☐ a"),
    (
        par(
            '<w:r><w:fldChar><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/>'
            '<w:listEntry w:val="blue"/></w:ddList></w:ffData></w:fldChar></w:r>'
        ),
        "blue",
    ),
    (
        par(
            "<m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r>"
            "<m:t>2</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>y</m:t></m:r></m:e><m:sup><m:r>"
            "<m:t>a/b</m:t></m:r></m:sup></m:sSup></m:oMath>"
        ),
        "x=1/2y^(a/b)",
    ),
    (
        par(
            '<w:r><w:drawing><wp:inline><wp:docPr descr="A map"/></wp:inline></w:drawing></w:r>',
            "x",
        ),
        "x\nPicture: A map",
    ),
]


@pytest.mark.parametrize(("body", "text"), SHOWN)
def test_the_text_is_what_word_shows(body, text):
    """Insertions and what lies in containers is read, deletions and hidden text are not."""
    found = read(docx(body), "a.docx")
    assert found.text == text
    assert_placed(found)


def test_open_changes_and_hidden_text_are_told():
    """With the places of the changes, and the number of paragraphs."""
    body = par("a", f"<w:ins>{run('b')}</w:ins>") + par("c", run("d", "<w:vanish/>")) + par("e")
    body += table(row("f", "g"), row("h", "i", look="<w:del/>"), row("j", "k", look="<w:hidden/>"))
    found = read(docx(body), "a.docx")
    assert [(note.kind, note.text) for note in found.notes] == [
        (
            "open changes",
            "Changes are open: what was inserted is read, what was deleted is not. They are in "
            "paragraph 1.",
        ),
        ("not searched", "Hidden text is left out: 2 paragraphs."),
    ]
    assert (found.unit, found.text) == ("paragraph", "ab\nc\ne\nf | g")


STYLES = (
    style("berschrift1", name="heading 1")
    + style("Heading2")
    + style("Klausel", name="Klausel", based="berschrift1")
    + style("Outlined", look='<w:outlineLvl w:val="2"/>')
    + style("TOCHeading", name="TOC Heading", based="berschrift1", look='<w:outlineLvl w:val="9"/>')
    + style("TOC1", name="toc 1")
    + style("SourceCode", name="Source Code")
    + style("Tok", based="VerbatimChar", kind="character")
    + style("VerbatimChar", name="Verbatim Char", kind="character")
    + style("Ghost", run_look="<w:vanish/>")
)


@pytest.mark.parametrize(
    ("look", "level"),
    [
        (styled("berschrift1"), 1),
        (styled("Heading2"), 2),
        (styled("Klausel"), 1),
        (styled("Outlined"), 3),
        (styled("TOCHeading"), 0),
        ('<w:outlineLvl w:val="3"/>', 4),
        (styled("Heading2") + '<w:outlineLvl w:val="9"/>', 0),
        (styled("missing"), 0),
    ],
)
def test_headings_are_known_by_style_and_by_outline_level(look, level):
    """The names of built-in styles are English in every language, their ids are not."""
    found = read(docx(par("Scope", look=look) + par("Text."), styles=STYLES), "a.docx")
    assert [(h.level, h.title) for h in found.headings] == ([(level, "Scope")] if level else [])
    assert found.unit == ("section" if level else "paragraph")


def test_sections_are_places_and_a_table_of_contents_is_none():
    """A section is called by its number, or by its title."""
    body = par("Before.") + par("Scope 1", look=styled("TOC1"))
    for title in ("2.1 Scope", "A title that is so long that nobody would say it in a citation"):
        body += par(title, look=styled("Heading2")) + par("Text.")
    found = read(docx(body, styles=STYLES), "a.docx")
    assert [page.label for page in found.pages] == [
        "0 (before the first heading)",
        "2.1",
        "“A title that is so long that nobody would…”",
    ]


def test_code_keeps_its_indents_and_hidden_styles_hide():
    """Code by the style of the paragraph or of all runs, directly or by the style below."""
    tok = '<w:rStyle w:val="Tok"/>'
    body = par("if x:", "<w:r><w:br/></w:r>", "    y\tz", look=styled("SourceCode"))
    body += (
        par(run("  a", tok), run("  b", tok))
        + par("see ", run("  c", tok))
        + par("no", look=styled("Ghost"))
    )
    found = read(docx(body, styles=STYLES), "a.docx")
    assert found.text == "if x:\n    y\tz\n  a  b\nsee c"
    assert [part.kind for part in found.parts] == ["code", "code"]


def level(at, text, fmt="decimal", start=1, more=""):
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{fmt}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "§ %1", start=3, more='<w:pStyle w:val="Clause"/>')
    + level(1, "%1.%2", more='<w:pStyle w:val="Sub"/>')
    + level(2, "(%3)", "lowerLetter", more='<w:suff w:val="nothing"/>')
    + "</w:abstractNum>"
    + '<w:abstractNum w:abstractNumId="1">'
    + level(0, "%1.", "upperRoman")
    + level(1, "%1-%2", "decimalZero", more="<w:isLgl/>")
    + level(2, "\uf0b7", "bullet")
    + level(3, "%4", more='<w:lvlRestart w:val="0"/>')
    + "</w:abstractNum>"
    + '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Linked"/></w:abstractNum>'
    + "".join(
        f'<w:num w:numId="{num}"><w:abstractNumId w:val="{abstract}"/>{more}</w:num>'
        for num, abstract, more in (
            (1, 0, ""),
            (2, 0, ""),
            (3, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="8"/></w:lvlOverride>'),
            (4, 1, ""),
            (5, 2, ""),
        )
    )
)
NUMBERED = (
    style("Clause", look='<w:numPr><w:numId w:val="1"/></w:numPr>')
    + style("Sub", look='<w:numPr><w:numId w:val="1"/></w:numPr>')
    + style("Linked", look='<w:numPr><w:numId w:val="4"/></w:numPr>')
)


def item(num, ilvl=0, look=""):
    return par(
        "x", look=f'{look}<w:numPr><w:ilvl w:val="{ilvl}"/><w:numId w:val="{num}"/></w:numPr>'
    )


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        (par("x", look=styled("Clause")) * 2, ["§ 3", "§ 4"]),
        (
            par("x", look=styled("Clause")) + par("x", look=styled("Sub")) * 2 + item(1, 2),
            ["§ 3", "3.1", "3.2", "(a)"],
        ),
        (item(1) + item(2) + item(1), ["§ 3", "§ 4", "§ 5"]),
        (item(1) + item(3) + item(3), ["§ 3", "§ 8", "§ 9"]),
        (item(1) + item(1, 1) + item(1) + item(1, 1), ["§ 3", "3.1", "§ 4", "4.1"]),
        (item(1, 1), ["3.1"]),
        (item(4) * 4 + item(4, 1) + item(4, 2), ["I.", "II.", "III.", "IV.", "4-1", "•"]),
        (item(4) + item(4, 3) + item(4) + item(4, 3), ["I.", "1", "II.", "2"]),
        (item(5), ["I."]),
        (item(0, look=styled("Clause")), [""]),
        (item(99), [""]),
        (
            item(1) + par(look='<w:numPr><w:numId w:val="1"/></w:numPr>') + item(1),
            ["§ 3", "§ 5"],  # Word shows a number before nothing, too
        ),
        (item(1) + item(1, look="<w:rPr><w:del/></w:rPr>") + item(1), ["§ 3", "§ 4 x"]),
    ],
)
def test_numbers_are_counted_as_word_counts_them(body, numbers):
    """Over lists that go on, by style, with their starts; they stand in no text."""
    found = read(docx(body, numbering=NUMBERING, styles=NUMBERED), "a.docx")
    assert [line.removesuffix("x").strip() for line in found.text.split("\n")] == numbers


def test_footnotes_and_comments_stand_behind_their_paragraph():
    """Marks are counted, not the ids of the file; notes that nothing refers to are no text."""
    body = par(
        "Pay 40",
        '<w:r><w:footnoteReference w:id="7"/></w:r>',
        '<w:r><w:commentReference w:id="1"/></w:r>',
    )
    body += par("Then", '<w:r><w:endnoteReference w:id="2"/></w:r>', " more.")
    body += table(row("a", "b"), row(f"<w:tc>{body}</w:tc>", "d"))
    notes = {
        "footnotes": f'<w:footnote w:id="7">{par("Net.")}</w:footnote><w:footnote w:id="0"/>',
        "endnotes": f'<w:endnote w:id="2">{par("See Annex.")}</w:endnote>',
        "comments": f'<w:comment w:id="1" w:author="Ann">{par("Why?")}</w:comment>',
    }
    assert read(docx(body, **notes), "a.docx").text.split("\n") == [
        *("Pay 40¹", "¹ Net.", "Comment by Ann: Why?", "Thenᵉ¹ more.", "ᵉ¹ See Annex.", "a | b"),
        *("Pay 40² / Thenᵉ² more. | d", "² Net.", "Comment by Ann: Why?", "ᵉ² See Annex."),
    ]


HEAD = "<w:tblHeader/>"
BOLD = [f"<w:tc>{par(run(text, '<w:b/>'))}</w:tc>" for text in ("Who", "Where")]
SPAN, DOWN = '<w:gridSpan w:val="2"/>', "<w:vMerge/>"
TABLES = [
    (row("Item", "Price", look=HEAD) + row("Towel", "3"), ["Item: Towel | Price: 3"]),
    (row("Item", "Price") + row("Towel", "3"), ["Item: Towel | Price: 3"]),
    (row(*BOLD) + row("Ann", "Rome"), ["Who: Ann | Where: Rome"]),
    (row("1", "Towel") + row("2", "Soap"), ["1 | Towel", "2 | Soap"]),
    (row("Name:", "Ann") + row("Age:", "40"), ["Name: | Ann", "Age: | 40"]),
    (
        row("", cell("2025", SPAN), look=HEAD)
        + row("", "Q1", "Q2", look=HEAD)
        + row("Rome", "1", "2"),
        ["Rome | 2025 Q1: 1 | 2025 Q2: 2"],
    ),
    (
        row("City", "Fee", look=HEAD)
        + row(cell("Rome", '<w:vMerge w:val="restart"/>'), "1")
        + row(cell("", DOWN), "2"),
        ["City: Rome | Fee: 1", "Fee: 2"],
    ),
    (row("a", "b", "c", look=HEAD) + row(cell("wide", SPAN), "x"), ["a: wide | c: x"]),
    (row("a", "b", look=HEAD) + row(cell("gone", "<w:cellDel/>"), "x"), ["b: x"]),
    (
        row("a", "b", look=HEAD) + row(f"<w:tc>{par('x')}{par('y')}</w:tc>", "z"),
        ["a: x / y | b: z"],
    ),
    (
        row("a", "b", look=HEAD) + f"<w:sdt><w:sdtContent>{row('x', 'y')}</w:sdtContent></w:sdt>",
        ["a: x | b: y"],
    ),
    (
        row("a", "b", look=HEAD) + row(f"<w:tc>{table(row('1', '2'))}</w:tc>", "z"),
        ["a: 1 | 2 | b: z"],
    ),
    (row(f"<w:tc>{par('One.')}{par('Two.')}</w:tc>"), ["One.", "Two."]),
]


@pytest.mark.parametrize(("rows", "lines"), TABLES)
def test_a_row_is_found_with_its_heads_and_a_merged_cell_once(rows, lines):
    """No head is made up: a first row of values, or of a form, is a row."""
    assert read(docx(table(rows)), "a.docx").text.split("\n") == lines


def test_a_first_row_that_may_hold_heads_stands_above_every_passage():
    """And behind the table the section's own title again."""
    rows = "".join(row(f"Ann{chr(97 + n % 26)}", f"Rome {'abc' * (n % 5)}") for n in range(60))
    body = (
        par("Staff", look=styled("Heading2"))
        + par("All of them:")
        + table(row("Name", "City") + rows)
    )
    found = read(docx(body + par("The end. " * 40), styles=STYLES), "a.docx")
    chunks = cut(found)
    rows_of = [chunk for chunk in chunks if " | Rome" in chunk.text]
    assert len(rows_of) > 2
    assert {chunk.heading for chunk in rows_of} == {"Staff: Name | City"}
    assert chunks[-1].heading == "Staff"
    assert len(found.pages) == 1


def test_a_chart_is_read():
    """Its title, and the values of each category."""
    series = (
        '<c:ser><c:tx><c:v>Sales</c:v></c:tx><c:cat><c:pt idx="0"><c:v>May</c:v></c:pt></c:cat>'
        '<c:val><c:pt idx="0"><c:v>7</c:v></c:pt></c:val></c:ser>'
    )
    title = "<c:title><a:p><a:r><a:t>Year</a:t></a:r></a:p></c:title>"
    chart = f"<c:chart>{title}<c:plotArea>{series}</c:plotArea></c:chart>"
    body = par('<w:r><w:drawing><a:graphic><c:chart r:id="chart"/></a:graphic></w:drawing></w:r>')
    assert read(docx(body, chart=chart), "a.docx").text == "Year\nMay | Sales: 7"


def test_the_strict_kind_is_read_as_the_usual_one():
    """Word can save with other names for all namespaces."""
    with zipfile.ZipFile(
        io.BytesIO(docx(par("Strictly.", look='<w:outlineLvl w:val="0"/>')))
    ) as file:
        usual = {name: file.read(name).decode() for name in file.namelist()}
    names = r"http://purl.oclc.org/ooxml/\1/"
    strict = {
        n: re.sub(r"http://schemas.openxmlformats.org/(\w+)/2006/", names, x)
        for n, x in usual.items()
    }
    found = read(zipped(strict), "a.docx")
    assert "2006/main" not in strict["word/document.xml"]
    assert found.headings[0].title == "Strictly."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (docx(""), "no_text"),
        (docx(par("never closed") + "<w:p>"), "damaged"),
        (zipped({"_rels/.rels": "<a/>", "word/document.xml/x": ""}), "damaged"),
        (docx(par("a"), styles='<!DOCTYPE w [<!ENTITY b "c">]>'), "damaged"),
    ],
)
def test_a_bad_document_is_refused(data, code):
    """Whatever is wrong with it."""
    with pytest.raises(DocumentRefused) as caught:
        read(data, "a.docx")
    assert caught.value.code == code
