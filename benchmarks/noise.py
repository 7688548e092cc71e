"""How often an answer abstains when it should, and when it should not, on the samples.

Indexes the sample documents, measures their noise floor with the probes, and asks every question
of ``tests/abstention.toml`` and every answerable one of the samples. Prints, for each kind,
how many it abstains from: by the product's rules (both floors, and a question that only
repeats itself), by the floor of the cross-encoder alone, and by the fixed threshold that was
there before.

    SECOND_LOOK_RUNTIME=openvino-f32 python -m benchmarks.noise --top-k 50
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from core.answer.abstention import (
    DEFAULT_RULES,
    AbstentionRules,
    abstention_rules,
    is_answerable,
)
from core.app.engine import Engine, open_engine
from core.samples import sample_documents, sample_questions
from core.schema import SearchSettings
from core.search.calibration import NoiseFloor
from core.search.comparison import passages_for
from core.settings import load_settings

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "abstention.toml"


@dataclass(frozen=True, slots=True)
class Abstentions:
    """A kind of question: of ``asked``, how many each rule abstained from."""

    kind: str
    asked: int
    every_rule: int
    logit_floor: int
    fixed: int

    @property
    def line(self) -> str:
        """A row of the table."""
        shares = (self.every_rule, self.logit_floor, self.fixed)
        cells = " | ".join(f"{n} ({n / self.asked:.0%})" for n in shares)
        return f"| {self.kind} | {self.asked} | {cells} |"


def questions() -> dict[str, list[str]]:
    """All questions by kind; the answerable ones first."""
    table = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
    samples = [q.text for q in sample_questions() if q.kind != "unanswerable"]
    new = [entry["text"] for entry in table["answerable"]]
    kinds = {"answerable, samples": samples, "answerable, others": new}
    nonsense: dict[str, list[str]] = table["nonsense"] | table["unanswerable"]
    return kinds | nonsense


def fresh() -> dict[str, list[str]]:
    """The questions by kind that were written before the last rule, to test it."""
    table = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["fresh"]
    return {f"fresh: {kind}": texts for kind, texts in table.items()}


def indexed(home: Path) -> tuple[Engine, NoiseFloor]:
    """An engine with the samples in it, and their noise floor."""
    engine = open_engine(replace(load_settings(), home=home))
    collection = engine.library.collections()[0].id
    engine.jobs.add(collection, sample_documents())
    while engine.jobs.busy():
        time.sleep(0.05)
    begun = time.perf_counter()
    floor = engine.model_manager.measure_floor(collection)
    if floor is None:
        raise SystemExit("The samples were not indexed.")
    print(
        f"noise floor: logit {floor.logit:.2f}, cosine {floor.cosine:.3f}, {floor.probes} probes, "
        f"{time.perf_counter() - begun:.1f} s, {engine.models.wait()[1].info.computation}\n",
        flush=True,
    )
    return engine, floor


def abstentions(engine: Engine, texts: list[str], kind: str, top_k: int) -> Abstentions:
    """Ask every question of a kind once and apply the three rules."""
    _, cross_encoder = engine.models.wait()
    abstained = [0, 0, 0]
    for text in texts:
        settings = SearchSettings(top_k=top_k, top_n=1)
        comparison = engine.searcher.compare(engine.library.collections()[0].id, text, settings)
        best = passages_for(comparison, "rerank")
        rules = abstention_rules(comparison)
        tried: list[AbstentionRules] = [rules, replace(rules, only_noise=False), DEFAULT_RULES]
        for i, rule in enumerate(tried):
            abstained[i] += not is_answerable(best, cross_encoder, rule)
    return Abstentions(kind, len(texts), *abstained)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--top-k", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        engine, _ = indexed(Path(home))
        print("| kind | asked | abstained: all rules | cross-encoder's floor | fixed at 0.036 |")
        print("|---|---|---|---|---|")
        for kind, texts in (questions() | fresh()).items():
            print(abstentions(engine, texts, kind, arguments.top_k).line, flush=True)
        engine.close()


if __name__ == "__main__":
    main()
