"""What was fitted as a configuration of an evaluation, beside the same one without it."""

from __future__ import annotations

from dataclasses import replace

from core.errors import InputError
from core.evaluate.configurations import Configuration
from core.learn.abstention_fit import AbstentionFit
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import Learned
from core.search_settings import Fitted, SecondStageSettings

Fit = Learned | SkipPredictorFit | AbstentionFit
NAMES: dict[type[Fit], str] = {
    Learned: "weights",
    SkipPredictorFit: "skip predictor",
    AbstentionFit: "abstention",
}
"""What was fitted -> how it is called in words and on the command line."""


def with_fit(second: SecondStageSettings, fit: Fit) -> SecondStageSettings:
    """The settings with what was fitted, and the models that it belongs to."""
    if isinstance(fit, Learned):
        return replace(second, fits=replace(second.fits, weights=Fitted(fit.weights, fit.models)))
    if isinstance(fit, SkipPredictorFit):
        fitted = Fitted(fit.numbers, fit.models)
        return replace(second, fits=replace(second.fits, skip_predictor=fitted))
    fitted = Fitted((fit.threshold,), fit.models)
    return replace(second, fits=replace(second.fits, abstention=fitted))


def with_fits(base: Configuration, fits: dict[str, Fit]) -> tuple[Configuration, ...]:
    """The same configuration with each of these alone.

    Args:
        base: one that a cross-encoder reads.
        fits: how each is called -> it.

    Raises:
        InputError: no cross-encoder reads the candidates, so that there is nothing to apply.
    """
    if fits and not base.reranked:
        raise InputError(
            f"What was fitted changes nothing in {base.name!r}: no cross-encoder reads it.",
            "Measure it with a configuration that is reranked.",
        )
    return tuple(_with(base, name, fit) for name, fit in fits.items())


def _with(base: Configuration, name: str, fit: Fit) -> Configuration:
    second = with_fit(base.settings.second, fit)
    if isinstance(fit, SkipPredictorFit):
        second = replace(second, skip_predictor=True)  # else it decides nothing
    settings = replace(base.settings, second=second)
    name = f"{base.name} with the {name}"
    fitted_on = replace(fit.fitted_on, held_out=fit.verdict)
    return replace(base, name=name, settings=settings, fitted_on=fitted_on)
