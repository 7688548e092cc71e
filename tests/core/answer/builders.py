"""Chunks and reranked passages for the tests of core.answer."""

from core.schema import Chunk, Quote, Reranked

POLICY = (
    "Managers approve travel expenses within five days. You have 30 days to hand in a claim.",
    "Self-approval of expense reports is strictly forbidden. Ask the finance team for help.",
    "The travel desk books flights and hotels for all employees.",
)


def chunk(text: str, ordinal: int = 0, name: str = "policy.pdf", heading: str = "") -> Chunk:
    """A chunk on pages 3 to 4 of a document."""
    return Chunk(
        id=f"chunk-{ordinal}",
        document_id="d" * 64,
        document_name=name,
        ordinal=ordinal,
        first_page=3,
        last_page=4,
        start=100,
        end=100 + len(text),
        text=text,
        tokens=len(text.split()),
        heading=heading,
    )


def policy() -> list[Chunk]:
    """Three passages of a travel policy."""
    return [chunk(text, ordinal) for ordinal, text in enumerate(POLICY)]


def reranked(text: str, rank: int, logit: float = 0.0, quote: Quote | None = None) -> Reranked:
    """A passage as the second stage gives it."""
    return Reranked(chunk(text, rank), logit, 0.5, rank, 0, truncated=False, quote=quote)
