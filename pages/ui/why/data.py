"""An explanation as its panel draws it: plain data, every number decided here."""

from __future__ import annotations

from typing import TypedDict

from core.explain.occlusion import Explanation, OccludedPart
from core.text.counting import counted, signed

FULL = 4.0
"""A fall of so many logits has the full colour and the full bar; the scale never changes."""


class WhyPart(TypedDict):
    """A word or a sentence. ``shade`` is its fall as a part of ``FULL``, -1 to 1.

    ``cosine_bar`` is its cosine with the question, 0 to 1.
    """

    text: str
    fall: str
    shade: float
    cosine: str
    cosine_bar: float
    strongest: bool
    nearest: bool


class WhyView(TypedDict):
    """What the panel draws."""

    words: list[WhyPart]
    sentences: list[WhyPart]
    unread: str
    unread_note: str
    cost: str


def _fall(part: OccludedPart) -> str:
    return "" if part.fall is None else signed(0.0 - part.fall, 2)


def shade(fall: float | None) -> float:
    """A fall as a part of ``FULL``, -1 to 1; one scale for all passages and questions.

    >>> shade(1.0), shade(-8.0), shade(None)
    (0.25, -1.0, 0.0)
    """
    return max(-1.0, min(1.0, (fall or 0.0) / FULL))


def _part(text: str, part: OccludedPart, cosine: float | None, marks: tuple[bool, bool]) -> WhyPart:
    return {
        "text": " ".join(text.split()),
        "fall": _fall(part),
        "shade": shade(part.fall),
        "cosine": "" if cosine is None else f"{cosine:.2f}",
        "cosine_bar": max(0.0, cosine or 0.0),
        "strongest": marks[0],
        "nearest": marks[1],
    }


def why_data(explanation: Explanation) -> WhyView:
    """What the panel shows of an explanation; all figures are its own, rounded."""
    strongest = explanation.strongest
    nearest = max(explanation.cosines, default=0.0)
    sentences = [
        _part(explanation.sentence(part), part, cosine, (part is strongest, cosine == nearest))
        for part, cosine in zip(explanation.sentences, explanation.cosines, strict=True)
    ]
    unread = explanation.text[explanation.read :]
    window = explanation.models[1].max_length
    left = counted(len(unread), "character")
    note = f"Not read: {left} behind the model's window of {window} tokens."
    return {
        "words": [
            _part(explanation.word(part), part, None, (False, False)) for part in explanation.words
        ],
        "sentences": sentences,
        "unread": unread,
        "unread_note": note if unread.strip() else "",
        "cost": f"{counted(explanation.pairs, 'pair')} scored in {explanation.ms:.0f} ms",
    }
