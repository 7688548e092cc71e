"""One plain sentence on why a passage stands where it stands, made by rule from the figures.

Every number and every quotation in it comes from the explanation or the comparison. "Because"
is said only of what was tried: a sentence whose absence lowers the logit by ``TELLING``, or a
cosine that was computed with and without the rest of the passage.
"""

from __future__ import annotations

from core.explain.occlusion import Explanation, LeftOut
from core.schema import Candidate, Comparison, Reranked
from core.text.counting import counted, signed

TELLING = 0.5
"""A fall of at least so many logits counts as a reason; smaller ones come with any edit."""
DILUTED = 0.1
"""A sentence whose cosine alone is so much above the passage's is lost among the others."""
NEAR = 0.2
"""Below this cosine a sentence is not near the question, even when the others are further."""
QUOTED = 140


def _quoted(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words}”" if len(words) <= QUOTED else f"“{words[:QUOTED].rsplit(' ', 1)[0]} …”"


def _moved(item: Reranked) -> str:
    if item.rank_delta == 0:
        return f"Kept rank {item.rank}"
    verb = "Rose" if item.rank_delta > 0 else "Fell"
    return f"{verb} {counted(abs(item.rank_delta), 'place')} to rank {item.rank}"


def _second_stage(explanation: Explanation, item: Reranked) -> str:
    """What the cross-encoder went by."""
    moved, part = _moved(item), explanation.strongest
    if item.scored == "no":
        return f"{moved}: the cross-encoder did not read it"
    if len(explanation.sentences) < 2:
        return f"{moved} with a logit of {signed(explanation.logit, 1)}; it is one sentence"
    if part is None or part.fall is None or part.fall < TELLING:
        most = part.fall if part and part.fall else 0.0
        return f"{moved}; no sentence alone decides it: the logit falls by {most:.1f} at most"
    quote = f"{_quoted(explanation.sentence(part))} (the logit falls by {part.fall:.1f} without it)"
    if item.rank_delta < 0:
        return f"{moved} although {quote} speaks for it"
    return f"{moved} because of {quote}"


def _nearest(explanation: Explanation) -> tuple[LeftOut, float] | None:
    pairs = zip(explanation.sentences, explanation.cosines, strict=True)
    return max(pairs, key=lambda pair: pair[1], default=None)


def _shares(explanation: Explanation) -> str:
    asked = len(explanation.shared) + len(explanation.missing)
    kept = f"{len(explanation.shared)} of the question's {asked} words"
    missing = ", ".join(f"“{word}”" for word in explanation.missing[:4])
    return f"it has {kept}" + (f", not {missing}" if missing else "")


def _first_stage(explanation: Explanation, item: Reranked, candidate: Candidate) -> str:
    """What the bi-encoder saw, as far as its own cosines tell."""
    before = item.rank + item.rank_delta
    hit = next((hit for hit in candidate.hits if hit.stage == "dense"), None)
    if hit is None:
        return f"BM25 put it at {before}: {_shares(explanation)}"
    put = f"the bi-encoder put it at {hit.rank}"
    near = _nearest(explanation)
    if item.rank_delta > 0 and near and near[1] - explanation.cosine >= DILUTED:
        return (
            f"{put} because the rest of the passage dilutes it: alone, its nearest sentence has a "
            f"cosine of {near[1]:.2f}, the whole {explanation.cosine:.2f}"
        )
    if item.rank_delta < 0 and near and near[1] >= max(explanation.cosine, NEAR):
        quote = _quoted(explanation.sentence(near[0]))
        return f"{put}: near the question is {quote} (cosine {near[1]:.2f})"
    return f"{put} with a cosine of {explanation.cosine:.2f}: {_shares(explanation)}"


def why(explanation: Explanation, comparison: Comparison) -> str:
    """Why the explained passage stands where it stands, in one sentence.

    Args:
        explanation: of one of the comparison's passages.
        comparison: where it moved.

    Returns:
        For example: Rose 14 places to rank 1 because of “Self-approval is forbidden.” (the logit
        falls by 3.1 without it); the bi-encoder put it at 15 because the rest of the passage
        dilutes it: alone, its nearest sentence has a cosine of 0.61, the whole 0.38.

    Raises:
        KeyError: the passage is not part of the comparison.

    """
    item = {r.chunk.id: r for r in comparison.reranked}[explanation.chunk_id]
    candidate = {c.chunk.id: c for c in comparison.candidates}[explanation.chunk_id]
    ends = _second_stage(explanation, item), _first_stage(explanation, item, candidate)
    cut = " Only its beginning was read." if explanation.read < len(explanation.text) else ""
    return f"{'; '.join(ends)}.{cut}"
