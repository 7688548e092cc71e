"""What kind of answer a question asks for, by its first words. English."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["who", "when", "how many", "how", "what", "yes or no", "negated", "other"]
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("negated", r"\b(?:not|never|without|cannot|n[o']t allowed|forbidden)\b|n't\b"),
    ("when", r"^(?:when|by when|until when|how (?:long|soon|late|early|often))\b"),
    ("how many", r"\bhow (?:many|much|high|large|far)\b"),
    ("who", r"^(?:who|whom|whose|to whom|by whom)\b"),
    ("how", r"^how\b"),
    ("what", r"^(?:what|which|where|why)\b|: what\b"),
    ("yes or no", r"^(?:is|are|was|do|does|did|can|may|must|will|should|has|have|am)\b"),
)
_RULES = tuple((kind, re.compile(rule, re.IGNORECASE)) for kind, rule in _PATTERNS)


def question_kind(question: str) -> Kind:
    """The kind of a question: the first rule that fits, ``other`` when none does.

    >>> question_kind("Can I approve my own expenses?"), question_kind("By when?")
    ('yes or no', 'when')
    """
    return next((kind for kind, rule in _RULES if rule.search(question.strip())), "other")
