"""Real web questions, with what the bi-encoder thinks of paragraphs: a teacher without answers.

huggingface.co/datasets/PrimeQA/clapnq: JSON lines, each with the question as ``input``. Its
passages and answers are not used: the questions are asked to SQuAD's paragraphs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from core.errors import InputError
from core.ports import Encoder
from core.schema import FloatMatrix
from training.lines import Line
from training.mining import cosines, highest

RANKS = (range(2), range(2, 7), range(8, 31), range(40, 300))
"""A paragraph is drawn at one of each of these ranks of the list: as in the bundled data."""
FEWEST = RANKS[-1].stop
DIGITS = 4


def read_web(path: Path) -> list[str]:
    """The questions of a file of CLAPNQ, each once.

    Raises:
        InputError: it cannot be read, or a line has another form.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        asked = [str(json.loads(line)["input"]).strip() for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"{path} is not JSON lines with an input: {exc}.",
            "Fetch ClapNQ_train_answerable.jsonl of github.com/primeqa/clapnq.",
        ) from exc
    return list(dict.fromkeys(filter(None, asked)))


def web_lines(
    questions: Sequence[str], vectors: FloatMatrix, encoder: Encoder, seed: int = 0
) -> list[Line]:
    """Questions with four paragraphs' numbers and their cosines, highest first.

    Args:
        questions: read from the file.
        vectors: of the paragraphs, float32[n, d], at least ``FEWEST``.
        encoder: the teacher.
        seed: the same one draws the same.
    """
    chance, made = random.Random(seed), []
    for query, row in zip(questions, cosines(questions, vectors, encoder), strict=True):
        ranking = highest(row, FEWEST)
        chosen = [ranking[chance.choice(ranks)] for ranks in RANKS]
        scores = [round(float(row[number]), DIGITS) for number in chosen]
        made.append({"query": query, "passages": chosen, "cosines": scores})
    return made
