"""How often the answer without a language model quotes the sentence that answers, on the samples.

Asks every question of the samples and of ``tests/abstention.toml`` that names its answer, and
looks for the answer's words in the first quote and in all of them. Abstention is switched off, so
that the choice of sentences is measured alone; ``benchmarks.noise`` measures abstention. Those of
the rounds were written for the noise floor, and no choice of sentences was made by them.

    SECOND_LOOK_RUNTIME=openvino-bf16 python -m benchmarks.quotes
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.noise import QUESTIONS, indexed
from core.answer.abstention import AbstentionRules
from core.answer.extractive import extract_answer
from core.app.engine import Engine
from core.samples import sample_questions
from core.schema import SearchSettings
from core.search.comparison import passages_for
from core.text.quote_units import unit_at

RULES = AbstentionRules(abstain_below=0.0)
SETTINGS = SearchSettings(top_k=30, top_n=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer stands in the samples exactly so."""

    text: str
    answer: str


def questions() -> dict[str, list[Asked]]:
    """The questions by what they were used for before."""
    table = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
    samples = [Asked(q.text, q.answer) for q in sample_questions() if q.kind != "unanswerable"]
    others = _answerable(table)
    rounds = [asked for part in table["rounds"].values() for asked in _answerable(part)]
    return {"samples, and others looked at": samples + others, "rounds": rounds}


def _answerable(part: Mapping[str, Any]) -> list[Asked]:
    return [Asked(entry["text"], entry["answer"]) for entry in part["answerable"]]


def quotes(engine: Engine, question: str) -> list[str]:
    """The quotes, best first."""
    encoder, cross_encoder = engine.models.wait()
    comparison = engine.searcher.compare(engine.library.collections()[0].id, question, SETTINGS)
    passages = passages_for(comparison, "rerank")
    answer = extract_answer(question, passages, cross_encoder, RULES, encoder=encoder)
    chunks = {item.chunk.id: item.chunk for item in passages}
    return [
        unit_at(chunks[c.chunk_id], c.quote).words(chunks[c.chunk_id].text)
        for c in answer.citations
        if c.quote and c.chunk_id
    ]


def holds(quote: str, answer: str) -> bool:
    """Whether a quote has the answer's words, or is a part of them, whatever the white space."""
    said, asked = " ".join(quote.split()), " ".join(answer.split())
    return asked in said or said in asked


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        engine, _ = indexed(Path(home))
        print("| questions | asked | in the first quote | in one of them | quotes |")
        print("|---|---|---|---|---|")
        for kind, asked in questions().items():
            found = [[holds(q, one.answer) for q in quotes(engine, one.text)] for one in asked]
            first = sum(hits[:1] == [True] for hits in found)
            mean = sum(map(len, found)) / len(found)
            print(f"| {kind} | {len(asked)} | {first} | {sum(map(any, found))} | {mean:.1f} |")
        engine.close()


if __name__ == "__main__":
    main()
