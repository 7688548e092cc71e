"""Policy questions made by rule: everything is on one topic, one passage answers the question.

A bi-encoder finds all of them; only the type of the question tells the answer apart. The facts and
topics are data, models/policies.toml.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.models.registry import MODELS_FOLDER
from training.lines import Line

POLICIES_FILE = MODELS_FOLDER / "policies.toml"
ROUNDS, LAY_ROUNDS, ASKED = 60, 14, 5
"""So many times every topic, with five of its facts, and every pair of words: 7,300 questions."""
NEGATIVES = 3


def policy_lines(seed: int = 0, path: Path = POLICIES_FILE) -> list[Line]:
    """Questions with ``positive`` and ``negatives``, the same for the same seed.

    Raises:
        InputError: the file is missing or has another form.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        chance = random.Random(seed)
        made = [
            line
            for _ in range(ROUNDS)
            for topic in data["topic"]
            for line in _about(topic, data, chance)
        ]
        lay = data["lay"]
        made += [_lay(pair, lay, chance) for _ in range(LAY_ROUNDS) for pair in lay["pairs"]]
    except (OSError, ValueError, KeyError) as exc:
        raise InputError(
            f"{path.name} cannot be used: {exc}.", "Fetch the project again; it belongs to it."
        ) from exc
    chance.shuffle(made)
    return made


def _about(
    topic: Mapping[str, Sequence[str]], data: Mapping[str, Any], chance: random.Random
) -> list[Line]:
    """Five questions on a topic; the same facts, people and numbers in all of them."""
    words = _words({**data["values"], **topic, "n2": data["values"]["n"]}, chance)
    facts = data["facts"]
    says = {name: chance.choice(fact["says"]).format(**words) for name, fact in facts.items()}
    lines = []
    for name in chance.sample(list(facts), ASKED):
        others = [other for other in facts if other != name]
        near = facts[name].get("near") or chance.sample(others, NEGATIVES)
        start = f"{_capital(words['topic'])}. " if chance.random() < 0.5 else ""
        lines.append(
            {
                "query": chance.choice(facts[name]["asks"]).format(**words),
                "positive": start + says[name],
                "negatives": [start + says[other] for other in near[:NEGATIVES]],
            }
        )
    return lines


def _words(choices: Mapping[str, Sequence[str]], chance: random.Random) -> dict[str, str]:
    drawn = {name: chance.choice(values) for name, values in choices.items()}
    return drawn | {f"cap_{name}": _capital(value) for name, value in drawn.items()}


def _lay(pair: Sequence[str], lay: Mapping[str, Any], chance: random.Random) -> Line:
    """A plain word is asked for, the answer has the documents' word for it.

    Against it stand answers about other words, and the plain word without an answer.
    """
    plain, term = pair
    number = chance.randrange(len(lay["asks"]))
    others = chance.sample([other for other in lay["pairs"] if other != pair], 2)
    says: list[str] = [chance.choice(lay["says"]).format(t=other[1]) for other in others]
    return {
        "query": lay["asks"][number].format(l=plain),
        "positive": _capital(lay["says"][number].format(t=term)),
        "negatives": [
            *map(_capital, says),
            f"The word {plain} appears in the index of the handbook only.",
        ],
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
