"""Numbers with their nouns, as every sentence of the project says them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """The number with its noun.

    >>> counted(1, "question"), counted(1200, "question"), counted(0, "search")
    ('1 question', '1,200 questions', '0 searches')
    """
    plural = f"{noun}{'es' if noun.endswith('ch') else 's'}"
    return f"{number:,} {noun if number == 1 else plural}"
