"""Chunks of rules to make questions from."""

import random

from core.schema import Chunk

THINGS = ["expense reports", "hotel bills", "train tickets", "rental cars", "phone costs", "visas"]
PEOPLE = ["manager", "director", "secretary", "driver", "auditor", "colleague"]


def rules(seed, count):
    """Sentences of rules about many things."""
    generator = random.Random(seed)
    return " ".join(
        f"All {generator.choice(THINGS)} of the {generator.choice(PEOPLE)} must come in within "
        f"{generator.randint(2, 90)} days of the {generator.choice(['trip', 'purchase', 'stay'])}."
        for _ in range(count)
    )


def chunk(number, text, document="d" * 64):
    """A chunk of its own part of a document."""
    start = 10_000 * number
    return Chunk(
        f"{document[:4]}-{number}", document, f"{document[:4]}.pdf", number, 1, 1, start,
        start + len(text), text, 50, "Handing in",
    )  # fmt: skip


CHUNKS = [chunk(i, rules(i, 4), d * 64) for d in "ab" for i in range(12)]
