"""A faster cross-encoder that gives what a slower one gives: ``python -m training distil``.

The student is the teacher with narrower feed-forward parts. It starts where least squares leave it
(training/narrowing.py) and learns to give the teacher's states after each layer and, above them,
the teacher's logits: their softmax over each group, and they themselves. Nothing is asked of the
data but questions with passages, near and far.

What a step learns from depends on its number and the seed alone, so that a run that was stopped
goes on from its last checkpoint as if nothing had been.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.home.files import new_file
from core.models.torch_models import import_sentence_transformers
from training.bundled import Say, learned_weights, rate
from training.group_loss import computing, micro_batches
from training.narrowing import narrow
from training.sources import OF_EACH, Data, Example, draws_of_step, plain_text, written

SHARES: Mapping[str, float] = {
    "topics": 0.5,
    "squad": 0.2,
    "sentences": 0.08,
    "medquad": 0.08,
    "policies": 0.05,
    "headings": 0.04,
    "web": 0.05,
}
"""Half topics, half questions, as the teacher learned."""
LOGITS_WEIGHT, STATES_WEIGHT = 0.1, 1.0
CHECKPOINT_SECONDS = 600.0
CHECKPOINT = "checkpoint.pt"
SAY_EVERY = 20
TESTED = 200
WARM = 20


@dataclass(frozen=True, slots=True)
class DistilPlan:
    """``width``: so many neurons stay in each feed-forward part.

    A step takes ``questions`` groups; ``max_length`` in tokens of question and passage together.
    """

    width: int
    steps: int
    questions: int = 8
    learning_rate: float = 1.5e-4
    max_length: int = 128
    fitted: int = 70
    """Groups that least squares see."""
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Distilled:
    """On how many held-out questions teacher and student put the same passage first."""

    same_first: float
    tested: int
    seconds: float


def distil(data: Data, teacher: Path, out: Path, plan: DistilPlan, say: Say) -> Distilled:
    """Train the student and write its folder: configuration, float16 weights, tokenizer.

    A run that was stopped goes on where its checkpoint in ``out`` is.

    Args:
        data: read from a folder.
        teacher: the folder of a cross-encoder with one logit, a BERT.
        out: where the student goes.
        plan: how much, and how narrow.
        say: is told a line now and then.

    Raises:
        InputError: the teacher is not wider, or the checkpoint is of another plan.
    """
    begun = time.monotonic()
    master, tokenizer = _load(teacher, plan)
    student = _student(master, plan)
    run = _Run(master, student, tokenizer, data, plan)
    run.resume(out)
    _learn(run, out, say)
    tested = random.Random(0).sample(data.test, min(TESTED, len(data.test)))
    same = run.same_first(tested)
    student.half().save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / CHECKPOINT).unlink(missing_ok=True)
    return Distilled(same, len(tested), time.monotonic() - begun)


def _load(teacher: Path, plan: DistilPlan) -> tuple[Any, Any]:
    import_sentence_transformers(plan.threads)
    import torch  # noqa: PLC0415 - loaded by the line above
    from transformers import (  # noqa: PLC0415 - the same
        AutoModelForSequenceClassification,
        AutoTokenizer,
    )

    torch.manual_seed(plan.seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        str(teacher), local_files_only=True, dtype=torch.float32
    )
    return model.eval(), AutoTokenizer.from_pretrained(str(teacher), local_files_only=True)


def _student(master: Any, plan: DistilPlan) -> Any:
    """A copy of the teacher; its embeddings do not learn."""
    wide = master.config.intermediate_size
    if not 0 < plan.width < wide:
        raise InputError(
            f"{plan.width} is no width for a model of {wide}.", f"Give one from 1 to {wide - 1}."
        )
    student = copy.deepcopy(master)
    student.bert.embeddings.requires_grad_(False)
    return student  # in evaluation mode, so without dropout


class _Run:
    """The state of a training: both models, the optimizer, and how many steps are done."""

    def __init__(
        self, master: Any, student: Any, tokenizer: Any, data: Data, plan: DistilPlan
    ) -> None:
        import torch  # noqa: PLC0415 - loaded already

        self.master, self.student, self.tokenizer = master, student, tokenizer
        self.data, self.plan, self.done = data, plan, 0
        chance = random.Random(plan.seed)
        batches = micro_batches(tokenizer, self._pairs(plan.fitted, chance), plan.max_length)
        narrow(student, [batch for _, batch in batches], plan.width)
        self.optimizer = torch.optim.AdamW(
            learned_weights(student), lr=plan.learning_rate, fused=True
        )

    def resume(self, out: Path) -> None:
        """Go on where the checkpoint is, if there is one."""
        import torch  # noqa: PLC0415 - loaded already

        file = out / CHECKPOINT
        if not file.exists():
            return
        kept = torch.load(file, weights_only=True)
        if kept["plan"] != repr(self.plan):
            raise InputError(f"{file} is of another plan.", "Remove it, or name a new folder.")
        self.student.load_state_dict(kept["student"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.done = kept["done"]

    def save(self, out: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        import torch  # noqa: PLC0415 - loaded already

        out.mkdir(parents=True, exist_ok=True)
        kept = {
            "plan": repr(self.plan),
            "student": self.student.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
        }
        with new_file(out / CHECKPOINT) as part:
            torch.save(kept, part)

    def step(self) -> tuple[float, float, float]:
        """Learn from the next groups: the losses of softmax, logits and states."""
        import torch  # noqa: PLC0415 - loaded already

        plan, chance = self.plan, random.Random(f"{self.plan.seed} {self.done}")
        for part in self.optimizer.param_groups:
            part["lr"] = plan.learning_rate * rate(self.done, plan.steps, WARM)
        own, wanted, states = self._compared(self._pairs(plan.questions, chance))
        order, logits = logit_losses(own.view(-1, OF_EACH), wanted.view(-1, OF_EACH))
        (order + LOGITS_WEIGHT * logits + STATES_WEIGHT * states).backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.done += 1
        return order.item(), logits.item(), states.item()

    def _pairs(self, groups: int, chance: random.Random) -> list[tuple[str, str]]:
        examples = draws_of_step(self.data.pools, SHARES, groups, chance)
        return [(e.query, written(p, self.data, chance)) for e in examples for p in e.passages]

    def _compared(self, pairs: Sequence[tuple[str, str]]) -> tuple[Any, Any, Any]:
        """Logits of student and teacher, float32[pairs], and how far their states are apart."""
        import torch  # noqa: PLC0415 - loaded already

        order, own, wanted, apart = list[int](), [], [], 0.0
        for places, batch in micro_batches(self.tokenizer, pairs, self.plan.max_length):
            with computing():
                with torch.no_grad():
                    teacher = self.master(**batch, output_hidden_states=True)
                student = self.student(**batch, output_hidden_states=True)
            apart = apart + len(places) / len(pairs) * self._states_apart(teacher, student, batch)
            order += places
            own.append(student.logits.squeeze(-1).float())
            wanted.append(teacher.logits.squeeze(-1).float())
        back = torch.as_tensor(np.argsort(order, kind="stable"))
        return torch.cat(own)[back], torch.cat(wanted)[back], apart

    def _states_apart(self, teacher: Any, student: Any, batch: Any) -> Any:
        """The mean over the layers of the squared distance over the teacher's variance.

        Of the last layer only the first token's states: the others are read by nobody.
        """
        there = batch["attention_mask"].bool()
        both = list(zip(student.hidden_states, teacher.hidden_states, strict=True))[1:]
        parts = [(own[there], wanted[there].float()) for own, wanted in both[:-1]]
        parts += [(own[:, 0], wanted[:, 0].float()) for own, wanted in both[-1:]]
        return sum((own - wanted).square().mean() / wanted.var() for own, wanted in parts) / len(
            parts
        )

    def same_first(self, examples: Sequence[Example]) -> float:
        """On what share of questions both models put the same passage first; 0 of no questions."""
        import torch  # noqa: PLC0415 - loaded already

        if not examples:
            return 0.0
        pairs = [(e.query, plain_text(p, self.data)) for e in examples for p in e.passages]
        with torch.no_grad():
            own, wanted, _ = self._compared(pairs)
        first = own.view(-1, OF_EACH).argmax(1) == wanted.view(-1, OF_EACH).argmax(1)
        return float(first.float().mean())


def logit_losses(own: Any, wanted: Any) -> tuple[Any, Any]:
    """How far the student's logits are from the teacher's, float32[groups, passages], both.

    The Kullback-Leibler divergence of their softmax, a group's mean; and the mean squared error.
    """
    from torch.nn import functional  # noqa: PLC0415 - loaded already

    order = functional.kl_div(
        functional.log_softmax(own, 1),
        functional.log_softmax(wanted, 1),
        reduction="batchmean",
        log_target=True,
    )
    return order, functional.mse_loss(own, wanted)


def _learn(run: _Run, out: Path, say: Say) -> None:
    begun = kept = time.monotonic()
    first, steps, means = run.done, run.plan.steps, [0.0, 0.0, 0.0]
    while run.done < steps:
        losses = run.step()
        past = min(run.done - first - 1, 19) / (min(run.done - first - 1, 19) + 1)
        means = [past * mean + (1 - past) * loss for mean, loss in zip(means, losses, strict=True)]
        if run.done % SAY_EVERY == 0 or run.done == steps:
            each = (time.monotonic() - begun) / (run.done - first)
            order, logits, states = means
            say(
                f"step {run.done} of {steps}: softmax {order:.4f}, logits {logits:.3f}, states "
                f"{states:.4f}; {each:.2f} s a step"
            )
        if time.monotonic() - kept > CHECKPOINT_SECONDS:
            run.save(out)
            kept = time.monotonic()
