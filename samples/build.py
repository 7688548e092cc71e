"""Make the sample PDFs from their Markdown sources: ``python samples/build.py [FOLDER]``.

The same sources always give the same bytes. Needs reportlab, markdown-it-py and the two
packages that carry the typefaces; the app needs none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
FACES = {"": "Regular", "-Bold": "Semibold", "-Italic": "It", "-BoldItalic": "SemiboldIt"}
TYPEFACES = {"Serif": "Source Serif Pro", "Sans": "Source Sans Pro"}
INK, GREY, RULE = HexColor("#1c2430"), HexColor("#5b6675"), HexColor("#c9d0d9")
MARGIN = 27 * mm
WIDTH = A4[0] - 2 * MARGIN

BODY = ParagraphStyle(
    "body", fontName="Serif", fontSize=10.5, leading=15.2, textColor=INK, spaceAfter=6.5,
    allowWidows=0, allowOrphans=0,
)  # fmt: skip
ITEM = ParagraphStyle("item", BODY, spaceAfter=3)
CELL = ParagraphStyle("cell", BODY, fontName="Sans", fontSize=9.5, leading=12.5, spaceAfter=0)
COLUMN = ParagraphStyle("column", CELL, fontName="Sans-Bold")
TITLE = ParagraphStyle("title", BODY, fontName="Sans-Bold", fontSize=25, leading=31, spaceAfter=5)
BYLINE = ParagraphStyle("byline", CELL, fontSize=10.5, leading=15, textColor=GREY, spaceAfter=1)


@dataclass(frozen=True)
class Source:
    """A Markdown document with the lines of its front matter."""

    title: str
    organisation: str
    owner: str
    version: str
    accent: str
    body: str


def read_source(path: Path) -> Source:
    """A source file: ``key: value`` lines between two ``---``, then Markdown."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    return Source(body=body, **fields)


def register_typefaces() -> None:
    """Tell reportlab where the two families are, each with its four faces."""
    for family, name in TYPEFACES.items():
        package = f"font-{name.lower().replace(' ', '-')}"
        files = f"{package.replace('-', '_')}/files/{name.replace(' ', '')}"
        for face, suffix in FACES.items():
            file = distribution(package).locate_file(f"{files}-{suffix}.ttf")
            pdfmetrics.registerFont(TTFont(f"{family}{face}", str(file)))
        names = [f"{family}{face}" for face in FACES]
        pdfmetrics.registerFontFamily(
            family, normal=names[0], bold=names[1], italic=names[2], boldItalic=names[3]
        )


class Heading(Paragraph):
    """A heading that is also a bookmark; ``level`` is 1 or 2."""

    def __init__(self, title: str, level: int, accent: str) -> None:
        self.title, self.level = title, level
        style = ParagraphStyle(
            f"heading{level}", BODY, fontName="Sans-Bold", keepWithNext=1,
            fontSize=(16, 12)[level - 1], leading=(21, 16)[level - 1],
            spaceBefore=(17, 9)[level - 1], spaceAfter=(5, 3)[level - 1],
            textColor=HexColor(accent) if level == 1 else INK,
        )  # fmt: skip
        super().__init__(title, style)

    def draw(self) -> None:
        """The words, and the bookmark at their upper edge."""
        self.canv.bookmarkHorizontal(self.title, 0, self.height)
        self.canv.addOutlineEntry(self.title, self.title, self.level - 1, closed=self.level == 1)
        super().draw()


def inline(node: SyntaxTreeNode) -> str:
    """Markdown's inline marks as the tags that reportlab reads."""
    if node.type == "text":
        return escape(node.content, quote=False)
    if node.type == "softbreak":
        return " "
    inner = "".join(inline(child) for child in node.children)
    tag = {"em": "i", "strong": "b"}.get(node.type)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _list(node: SyntaxTreeNode) -> Flowable:
    ordered = node.type == "ordered_list"
    items = [ListItem(Paragraph(inline(item), ITEM)) for item in node.children]
    return ListFlowable(
        items, bulletType="1" if ordered else "bullet", start=1 if ordered else "•",
        bulletFormat="%s." if ordered else None, bulletFontName="Serif", bulletFontSize=10.5,
        bulletColor=INK, leftIndent=18, bulletDedent=15,
    )  # fmt: skip


def _table(node: SyntaxTreeNode, accent: str) -> Flowable:
    head, body = node.children
    rows = [[Paragraph(inline(c), COLUMN) for c in head.children[0].children]]
    rows += [[Paragraph(inline(c), CELL) for c in row.children] for row in body.children]
    rest = (0.66 * WIDTH) / (len(rows[0]) - 1)
    table = Table(rows, colWidths=[0.34 * WIDTH] + [rest] * (len(rows[0]) - 1), repeatRows=1)
    table.setStyle(
        TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LINEBELOW", (0, 0), (-1, 0), 1.1, HexColor(accent)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ])
    )  # fmt: skip
    table.spaceBefore, table.spaceAfter = 4, 11
    return table


def flowables(source: Source) -> Iterator[Flowable]:
    """The document in the order of reading."""
    yield Paragraph(escape(source.title), TITLE)
    yield Paragraph(escape(f"{source.organisation} · {source.owner}"), BYLINE)
    yield Paragraph(escape(source.version), BYLINE)
    yield HRFlowable(width="100%", thickness=2, color=HexColor(source.accent), spaceBefore=9)
    yield Spacer(0, 6)
    markdown = MarkdownIt(options_update={"typographer": True}).enable(["table", "smartquotes"])
    for node in SyntaxTreeNode(markdown.parse(source.body)).children:
        if node.type == "heading":
            yield Heading(inline(node), int(node.tag[1]) - 1, source.accent)
        elif node.type == "table":
            yield _table(node, source.accent)
        elif node.type.endswith("_list"):
            yield _list(node)
        else:
            yield Paragraph(inline(node), BODY)


def _template(source: Source, pages: int) -> PageTemplate:
    """A page with its running header and footer."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        top, right = A4[1] - 17 * mm, A4[0] - MARGIN
        canvas.setFont("Sans", 8.5)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, top, source.organisation)
        canvas.drawRightString(right, top, source.title)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, top - 6, right, top - 6)
        canvas.drawRightString(right, 13 * mm, f"Page {document.page} of {pages}")

    frame = Frame(
        MARGIN, 22 * mm, WIDTH, A4[1] - 49 * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    return PageTemplate(frames=[frame], onPage=furniture)


def _typeset(source: Source, pages: int) -> tuple[bytes, int]:
    """The PDF and its number of pages, with ``pages`` printed as the total."""
    register_typefaces()  # afresh each time: a font object remembers what was drawn with it
    buffer = BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=A4, invariant=1, pageCompression=1, lang="en-GB",
        title=source.title, author=source.organisation, creator="samples/build.py",
        pageTemplates=[_template(source, pages)],
    )  # fmt: skip
    document.build(list(flowables(source)))
    return buffer.getvalue(), document.page


def build(path: Path) -> bytes:
    """The PDF of a source: once to count the pages, once to print them."""
    source = read_source(path)
    _, pages = _typeset(source, 0)
    pdf, _ = _typeset(source, pages)
    return pdf


def main(folder: Path) -> None:
    """Write every PDF into a folder."""
    for path in sorted(SOURCES.glob("*.md")):
        (folder / f"{path.stem}.pdf").write_bytes(build(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
