"""When quotes abstain from a question: what chance scores here, and where its words stand.

Every rule of abstention is here; ``core.answer.extractive`` asks them before it quotes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.ports import CrossEncoder
from core.schema import Comparison, Reranked
from core.search.calibration import relevance
from core.search.fitted import belongs, models_key
from core.text.words import WordPlaces, repeats_itself, word_places

ALGORITHM_VERSION = 2
"""Raised whenever the same comparison is decided otherwise: kept decisions are of one version."""
PASSAGES_READ = 5
"""An answer is made from so many passages, unless a person chooses another number."""
TOGETHER = 0.75
"""A passage with so much of a question's telling words is near it, whatever its cosine."""
UNHEARD = 1.5
"""So many times the floor must the nearest passage reach when none has a word of the question."""
APART = 2 * math.log(10)
"""A question is scattered when the best candidate lacks so much: two words of one in ten."""


@dataclass(frozen=True, slots=True)
class AbstentionRules:
    """When to abstain.

    ``noise_floor`` is the logit that the best passage must be above, measured for this collection
    and model; ``only_noise`` says that the first stage found nothing above its own floor, or that
    the question only repeats itself (decision 61). ``scattered`` says that the question's words
    stand in many passages and not together in one: then ``abstain_below`` counts beside the floor.
    Without a floor it counts alone, the best passage's relevance, the model's own calibrated 0..1:
    0.036 is logit -0.5 of the bundled model, where it abstains on 5 % of the questions it could
    answer and answers 8 % of those it could not (60 SQuAD questions, decision 24).
    """

    noise_floor: float | None = None
    only_noise: bool = False
    scattered: bool = False
    abstain_below: float = 0.036


DEFAULT_RULES = AbstentionRules()


def is_answerable(top: Sequence[Reranked], scorer: CrossEncoder, rules: AbstentionRules) -> bool:
    """Whether the best of these passages is relevant enough to hold an answer."""
    logits = np.array([item.logit for item in top], dtype=np.float32)
    if rules.only_noise or not logits.size:
        return False
    if rules.noise_floor is not None and logits.max() <= rules.noise_floor:
        return False
    if rules.noise_floor is not None and not rules.scattered:
        return True
    return bool(relevance(logits, scorer.info.calibration).max() >= rules.abstain_below)


def abstains(comparison: Comparison, cross_encoder: CrossEncoder) -> bool | None:
    """Whether quotes abstain from a question today; None when none of its passages was read."""
    top = passages_read(comparison)
    return not is_answerable(top, cross_encoder, abstention_rules(comparison)) if top else None


def passages_read(comparison: Comparison) -> Sequence[Reranked]:
    """What an answer is made from, as far as the full model has read it."""
    return [item for item in comparison.reranked[:PASSAGES_READ] if item.scored == "full"]


def abstention_rules(comparison: Comparison) -> AbstentionRules:
    """When quotes abstain: by a fitted threshold, else by this collection's noise floors.

    A question that repeats itself is noise whatever it finds: a cross-encoder is impressed by it.
    So is one that the models cannot read, or passages that they cannot.
    One whose words are scattered must also pass the model's own threshold; what people judged,
    a fitted threshold, decides alone.
    """
    places = word_places(comparison.query, [c.chunk.passage for c in comparison.candidates])
    unread = any(n.kind in {"unread question", "unread passages"} for n in comparison.notes)
    noise = unread or only_noise(comparison, places) or repeats_itself(comparison.query)
    fitted = fitted_threshold(comparison)
    return AbstentionRules(
        noise_floor=comparison.noise_floor if fitted is None else fitted,
        only_noise=noise,
        scattered=fitted is None and places.apart >= APART,
    )


def only_noise(comparison: Comparison, places: WordPlaces) -> bool:
    """Whether the first stage found nothing nearer than off-topic questions find here.

    No when a passage has nearly all of the question's words: the cosine of one word, or of a
    name, is small. When no passage has any of them, only nearness counts for the question, and it
    must be clear. Unknown counts as no: without a floor, or when BM25 searched alone.
    """
    cosines = [h.score for c in comparison.candidates for h in c.hits if h.stage == "dense"]
    floor = comparison.cosine_floor
    if floor is None or not cosines:
        return False
    if places.asked and not places.together:
        floor = max(floor, UNHEARD * floor)
    together = bool(places.asked) and places.together >= TOGETHER * places.asked
    return max(cosines) <= floor and not together


def fitted_threshold(comparison: Comparison) -> float | None:
    """The threshold that was fitted with the models of this comparison, if one is used."""
    fit = comparison.settings.second.fits.abstention
    by_kind = {model.kind: model for model in comparison.models}
    if fit is None or not {"encoder", "cross_encoder"} <= by_kind.keys():
        return None
    on = models_key(by_kind["encoder"], by_kind["cross_encoder"])
    return fit.numbers[0] if belongs(fit.models, on) else None
