"""Numbers with their nouns and units, as every sentence of the project says them."""

from __future__ import annotations

from collections.abc import Sequence

_NOTHING = 1e-9


def counted(number: int, noun: str) -> str:
    """The number with its noun.

    >>> counted(1, "question"), counted(1200, "question"), counted(0, "search")
    ('1 question', '1,200 questions', '0 searches')
    """
    plural = f"{noun}{'es' if noun.endswith('ch') else 's'}"
    return f"{number:,} {noun if number == 1 else plural}"


def listed(parts: Sequence[str]) -> str:
    """Several things in one sentence.

    >>> listed(["2 to 4", "7", "9"]), listed(["5"])
    ('2 to 4, 7 and 9', '5')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def milliseconds(value: float) -> str:
    """A duration as it is read.

    >>> milliseconds(0.42), milliseconds(38.2), milliseconds(1520)
    ('0.4 ms', '38 ms', '1.52 s')
    """
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def minus(text: str) -> str:
    """A number as people read it, with a true minus; machine-readable formats keep the hyphen.

    >>> minus("-0.5")
    '−0.5'
    """
    return text.replace("-", "−")


def signed(value: float, decimals: int = 2) -> str:
    """A number with its sign, as every page, report and sentence of the command line says it.

    Rounding errors around zero have no sign of their own.

    >>> signed(3.214), signed(-0.4), signed(-1e-12), signed(-3, 0)
    ('+3.21', '−0.40', '+0.00', '−3')
    """
    return minus(f"{0.0 if abs(value) < _NOTHING else value:+.{decimals}f}")
