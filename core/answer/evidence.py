"""How far an answer made of quotes can be relied on: three states, and the reasons (decision 26).

Abstention asks whether the documents are about the question at all. Here the question is whether
what they say is likely to be an answer, from what a comparison holds anyway: no model runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.answer.abstention import abstains, passages_read
from core.ports import CrossEncoder
from core.schema import Comparison
from core.text.words import missing_words, question_words

State = Literal["answered", "weak", "none"]
WEAK_BELOW = 0.1
"""A best passage of less relevance is probably no answer."""
SURE_FROM = 0.5
"""From this relevance of the best passage words that no passage has are no reason to doubt."""
MISSING = 0.25
"""More than this share of a question's telling words must be in no passage to be a reason."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether there is an answer, and what speaks against it, each reason in a few words."""

    state: State
    reasons: tuple[str, ...] = ()


def evidence_of(
    comparison: Comparison,
    cross_encoder: CrossEncoder,
    *,
    foreign: bool = False,
    misspelled: bool = False,
) -> Evidence:
    """The state of the answer of a comparison's final list.

    Args:
        comparison: with its scores; where the full model read nothing, nothing speaks against it.
        cross_encoder: which read it.
        foreign: whether the question or the passages are in a language that the model does not
            know.
        misspelled: whether a word of the question may be misspelled.
    """
    read = passages_read(comparison)
    best = max((item.relevance or 0.0 for item in read), default=1.0)
    passages = [candidate.chunk.passage for candidate in comparison.candidates]
    missing = missing_words(comparison.query, passages) if read else ()
    unheard = len(missing) > MISSING * len(question_words(comparison.query))
    weak = best < WEAK_BELOW or foreign or (unheard and best < SURE_FROM)
    none = abstains(comparison, cross_encoder)
    if not (weak or none):
        return Evidence("answered")
    words = ", ".join(f"“{word}”" for word in missing)
    said = {
        f"the best passage scores only {best:.2f}": best < WEAK_BELOW,
        f"no passage that was found has {words}": bool(missing) and not foreign,
        "a word may be misspelled": misspelled,
        "the models do not know this language": foreign,
    }
    reasons = tuple(words for words, holds in said.items() if holds)
    return Evidence("none" if none else "weak", reasons)
