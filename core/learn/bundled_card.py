"""The card of a cross-encoder that ``python -m core train`` made."""

from __future__ import annotations

from core.learn.bundled import Made, Plan
from core.learn.sources import SOURCES, Data
from core.rank.spec import ModelSpec

LICENCES = {
    "squad": "SQuAD 1.1 train, CC BY-SA 4.0",
    "sentences": "SQuAD 1.1 train, CC BY-SA 4.0",
    "medquad": "MedQuAD, CC BY 4.0",
    "policies": "made by rule, Apache-2.0",
    "headings": "18F handbook, public domain (CC0)",
    "web": "CLAPNQ's questions, Apache-2.0",
}


def bundled_card(name: str, base: ModelSpec, data: Data, plan: Plan, made: Made) -> str:
    """Markdown: what it was made from, how, and the one thing that was measured.

    Args:
        name: of the new model.
        base: what it started from.
        data: what it learned from.
        plan: how.
        made: and with which result.
    """
    rows = "\n".join(
        f"| {SOURCES[source]} | {len(pool)} | {LICENCES[source]} |"
        for source, pool in data.pools.items()
    )
    return (
        "---\nlicense: apache-2.0\nlanguage: en\npipeline_tag: text-ranking\n"
        f"library_name: sentence-transformers\n---\n# {name}\n"
        f"A cross-encoder made from {base.name} by `python -m core train`: {made.steps} steps "
        f"({plan.share:.0%} of the recipe), seed {plan.seed}, {made.seconds:.0f} s.\n\n"
        f"| source | questions | licence |\n|---|---|---|\n{rows}\n\n"
        f"On {made.tested} questions about articles that it has not seen, the answer is first of "
        f"four passages on {made.before:.1%} before the training and {made.after:.1%} after. "
        "That says nothing of other kinds of text: run `python -m core evaluate` on yours.\n"
    )
