"""Groups of an answer and three other passages: their logits, their loss, how often it is first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.models.openvino.setup import fast_bf16
from training.sources import OF_EACH, Data, Example, plain_text

TEACHER_SCALE = 18.0
"""A softmax over cosines is nearly flat; times 18 the best of four gets about half of it."""
MICRO, SHORT, MICRO_SHORT = 16, 90, 48
"""Pairs in one batch; of pairs up to 90 tokens, more."""


def computing() -> Any:
    """Inside it torch computes in bfloat16 where the processor multiplies that natively.

    Elsewhere float32 is faster.
    """
    import torch  # noqa: PLC0415 - loaded already

    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast_bf16())


def micro_batches(
    tokenizer: Any, pairs: Sequence[tuple[str, str]], longest: int
) -> Iterator[tuple[Sequence[int], Any]]:
    """Batches of pairs of like length: their places among the pairs, and what a model reads."""
    queries, passages = zip(*pairs, strict=True)
    read = tokenizer(list(queries), list(passages), truncation="only_second", max_length=longest)
    lengths = [len(tokens) for tokens in read["input_ids"]]
    order, start = [int(place) for place in np.argsort(lengths, kind="stable")], 0
    while start < len(order):
        widest = lengths[order[min(start + MICRO, len(order)) - 1]]
        chosen = order[start : start + (MICRO if widest > SHORT else MICRO_SHORT)]
        part = {key: [read[key][i] for i in chosen] for key in read}
        yield chosen, tokenizer.pad(part, return_tensors="pt")
        start += len(chosen)


def logits_of(model: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]], longest: int) -> Any:
    """One logit a pair, float32."""
    import torch  # noqa: PLC0415 - loaded already

    places, parts = list[int](), []
    with computing():
        for chosen, batch in micro_batches(tokenizer, pairs, longest):
            places += chosen
            parts.append(model(**batch).logits.squeeze(-1))
    return torch.cat(parts).float()[torch.as_tensor(np.argsort(places, kind="stable"))]


def group_loss(logits: Any, cosines: Sequence[tuple[float, ...]]) -> Any:
    """The mean loss of the groups, a scalar tensor.

    Args:
        logits: float32[groups, 4], the answer's first.
        cosines: of each group a teacher's four scores, or none where the first one answers.
    """
    import torch  # noqa: PLC0415 - loaded already
    from torch.nn import functional  # noqa: PLC0415 - the same

    hard = torch.tensor([not taught for taught in cosines])
    known = logits[hard]
    answer = torch.zeros_like(known)
    answer[:, 0] = 1.0
    total = functional.cross_entropy(
        known, torch.zeros(len(known), dtype=torch.long), reduction="sum"
    )
    total = total + 0.5 / OF_EACH * functional.binary_cross_entropy_with_logits(
        known, answer, pos_weight=torch.tensor(2.0), reduction="sum"
    )
    soft = [taught for taught in cosines if taught]
    if soft:
        teacher = functional.softmax(torch.tensor(soft) * TEACHER_SCALE, dim=1)
        own = functional.log_softmax(logits[~hard], dim=1)
        total = total + functional.kl_div(own, teacher, reduction="sum")
    return total / len(cosines)


def first_share(
    model: Any, tokenizer: Any, examples: Sequence[Example], data: Data, longest: int
) -> float:
    """Of how many questions the answer has the highest of the four logits; 0 of no questions."""
    import torch  # noqa: PLC0415 - loaded already

    if not examples:
        return 0.0
    model.eval()
    pairs = [(e.query, plain_text(p, data)) for e in examples for p in e.passages]
    with torch.no_grad():
        logits = logits_of(model, tokenizer, pairs, longest).view(-1, OF_EACH)
    return float((logits.argmax(1) == 0).float().mean())
