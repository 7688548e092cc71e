"""Small PDFs made on the spot, the same bytes for the same words."""

import io

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate


def made_pdf(*pages: str, title: str = "") -> bytes:
    """A PDF with one page for each text."""
    out = io.BytesIO()
    style = getSampleStyleSheet()["BodyText"]
    story = [part for text in pages for part in (Paragraph(text, style), PageBreak())]
    SimpleDocTemplate(out, pagesize=A5, title=title, invariant=1).build(story)
    return out.getvalue()


def sentences(topic: str, count: int) -> str:
    """``count`` different sentences of nine words about a topic."""
    return " ".join(
        f"Rule {number} about {topic} is written down right here." for number in range(1, count + 1)
    )


BROKEN_PDF = b"%PDF-1.7\nthis is not really one"
NOT_A_PDF = b"Dear reader, I am a plain text file."
