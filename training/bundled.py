"""How the bundled cross-encoder is made: all-MiniLM-L6-v2 learns to tell answers from topics.

Two phases over the mixture of training/sources.py. Groups of an answer and three passages that
are none; the loss is softmax cross-entropy over the group plus half the binary cross-entropy, and
for a teacher's scores the Kullback-Leibler divergence of both softmaxes. The steps are counted, not
the minutes, so that two machines learn the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.models.torch_models import import_sentence_transformers
from training.group_loss import first_share, group_loss, logits_of
from training.sources import OF_EACH, Data, Example, draws, written

SAY_EVERY = 20
TESTED = 300
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the training: the mixture, questions a step, and the learning rate at its top.

    It rises over ``warm`` steps and falls linearly to a hundredth.
    """

    shares: Mapping[str, float]
    steps: int
    questions: int
    learning_rate: float
    warm: int


PHASES = (
    Phase({"squad": 0.875, "medquad": 0.125}, 1170, 20, 8e-5, 100),
    Phase(
        {
            "squad": 0.42,
            "sentences": 0.22,
            "medquad": 0.10,
            "policies": 0.12,
            "headings": 0.06,
            "web": 0.08,
        },
        1210,
        28,
        7e-5,
        40,
    ),
)
"""38 and 55 minutes at 41 pairs a second, on two cores."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: the share of held-out questions whose answer is first of four passages.

    ``drawn``: so many questions were learned from, one that came twice counted twice.
    """

    before: float
    after: float
    tested: int
    steps: int
    drawn: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """``share`` of every phase's steps is done; ``max_length`` in tokens."""

    share: float = 1.0
    seed: int = 0
    threads: int = 2
    max_length: int = 224
    phases: tuple[Phase, ...] = PHASES


def make_model(data: Data, base: Path, out: Path, plan: Plan, say: Say) -> Made:
    """Train and write the model's folder: configuration, float16 weights, tokenizer.

    Args:
        data: read from a folder.
        base: folder of the encoder to start from.
        out: where the model goes.
        plan: how much, and with which seed.
        say: is told a line now and then.
    """
    begun = time.monotonic()
    model, tokenizer = _load(base, plan)
    tested = random.Random(0).sample(data.test, min(TESTED, len(data.test)))
    before = first_share(model, tokenizer, tested, data, plan.max_length)
    steps = drawn = 0
    for number, phase in enumerate(plan.phases, start=1):
        say(f"phase {number} of {len(plan.phases)}")
        done = _phase(model, tokenizer, data, phase, plan, say)
        steps, drawn = steps + done, drawn + done * phase.questions
    after = first_share(model, tokenizer, tested, data, plan.max_length)
    model.half().save_pretrained(out)
    tokenizer.save_pretrained(out)
    return Made(before, after, len(tested), steps, drawn, time.monotonic() - begun)


def _load(base: Path, plan: Plan) -> tuple[Any, Any]:
    import_sentence_transformers(plan.threads)
    import torch  # noqa: PLC0415 - loaded by the line above
    from transformers import (  # noqa: PLC0415 - the same
        AutoModelForSequenceClassification,
        AutoTokenizer,
    )

    torch.manual_seed(plan.seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        str(base),
        num_labels=1,
        local_files_only=True,
        dtype=torch.float32,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model.get_input_embeddings().weight.requires_grad_(False)
    model.config.sentence_transformers = {"activation_fn": "torch.nn.modules.linear.Identity"}
    return model, AutoTokenizer.from_pretrained(str(base), local_files_only=True)


def _phase(model: Any, tokenizer: Any, data: Data, phase: Phase, plan: Plan, say: Say) -> int:
    import torch  # noqa: PLC0415 - loaded already

    chance = random.Random(plan.seed)
    source = draws(data.pools, phase.shares, chance)
    optimizer = torch.optim.AdamW(learned_weights(model), lr=phase.learning_rate)
    steps, mean = max(1, round(phase.steps * plan.share)), None
    warm = min(phase.warm, max(1, steps // 5))
    model.train()
    for step in range(steps):
        for part in optimizer.param_groups:
            part["lr"] = phase.learning_rate * rate(step, steps, warm)
        examples = list(islice(source, phase.questions))
        logits = logits_of(model, tokenizer, _pairs(examples, data, chance), plan.max_length)
        loss = group_loss(logits.view(-1, OF_EACH), [e.cosines for e in examples])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        mean = loss.item() if mean is None else 0.95 * mean + 0.05 * loss.item()
        if (step + 1) % SAY_EVERY == 0 or step + 1 == steps:
            say(f"step {step + 1} of {steps}: loss {mean:.3f}")
    return steps


def rate(step: int, steps: int, warm: int) -> float:
    """The share of the highest learning rate at a step (from 0).

    >>> rate(0, 100, 10), rate(50, 100, 10), rate(100, 100, 10)
    (0.1, 0.5, 0.01)
    """
    return min(1.0, (step + 1) / warm) * max(0.01, 1.0 - step / steps)


def learned_weights(model: Any) -> list[dict[str, Any]]:
    """Weight decay for everything but biases and norms."""
    learned = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    free = ("bias", "LayerNorm.weight")
    return [
        {"params": [p for n, p in learned if not n.endswith(free)], "weight_decay": 0.01},
        {"params": [p for n, p in learned if n.endswith(free)], "weight_decay": 0.0},
    ]


def _pairs(examples: Sequence[Example], data: Data, chance: random.Random) -> list[tuple[str, str]]:
    return [(e.query, written(p, data, chance)) for e in examples for p in e.passages]
