"""Judgments made on the spot."""

from datetime import UTC, datetime, timedelta

from core.evaluate.judging.judgments import Judgment
from core.text.spans import Place

DOCUMENT = "d" * 64
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def made(start=0, end=100, grade=2, judge="Ada", query="Who pays?", document=DOCUMENT, id=0):  # noqa: A002 - the field's name
    """A judgment on a span; later ids were given later."""
    return Judgment(
        collection="c",
        query=query,
        place=Place(document, start, end),
        grade=grade,
        judge=judge,
        at=BEGIN + timedelta(seconds=id),
        source="judged",
        id=id,
    )
