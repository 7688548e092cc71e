"""Whether the questions that are measured are those that something was fitted on.

Weights, a skip predictor or a threshold look better on their own questions than on any other. What
is said of them says so, and separates the questions they have not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.evaluate.compare import Difference, compare, verdict
from core.evaluate.outcome import Measured, Outcome
from core.search_settings import Fits, SecondStageSettings
from core.text.counting import counted


def seen(outcome: Outcome, name: str, measured: Iterable[str]) -> frozenset[str] | None:
    """The measured questions that a configuration was fitted on; None when nobody kept them."""
    fitted_on = outcome.run(name).configuration.fitted_on
    if fitted_on is None:
        return frozenset()
    if not fitted_on.questions:
        return None
    fitted = {_folded(question) for question in fitted_on.questions}
    return frozenset(question for question in measured if _folded(question) in fitted)


def _folded(question: str) -> str:
    """As it is asked."""
    return " ".join(question.split())


@dataclass(frozen=True, slots=True)
class Sample:
    """A difference, and what both sides were fitted on.

    ``base`` and ``other`` are the values of the measured questions. ``own`` are those that either
    side was fitted on, None when nobody kept them; ``fitted`` says whether anything was.
    ``held_out`` is what was said of questions that were left out of the fit, if that is known.
    """

    difference: Difference
    base: Mapping[str, float]
    other: Mapping[str, float]
    own: frozenset[str] | None
    fitted: bool
    held_out: str = ""

    @property
    def verdict(self) -> str:
        """The verdict; on questions that something was fitted on it claims nothing beyond them."""
        words = verdict(self.difference)
        if not self.fitted or self.own == frozenset():
            return words
        if self.own is None:
            return f"Perhaps in-sample: {words}"
        part = "In-sample" if len(self.own) == len(self.base) else "Partly in-sample"
        return f"{part}: {words}"

    @property
    def claims(self) -> bool:
        """Whether the verdict speaks of a gain or a loss on questions that nothing learned from."""
        return self.difference.settled and self.verdict == verdict(self.difference)

    @property
    def remark(self) -> str:
        """What the verdict is worth where something was fitted; empty where nothing was."""
        left_out = f" On questions that were held out of the fit: {self.held_out}"
        return self._worth() + (left_out if self.held_out and self.own != frozenset() else "")

    def _worth(self) -> str:
        if not self.fitted:
            return ""
        if self.own is None:
            return (
                "The questions it was fitted on were not recorded. If they are among these, the "
                "difference is too optimistic. Fit it again to be sure."
            )
        measured = counted(len(self.base), "question")
        if not self.own:
            return f"It was fitted on none of the {measured} measured here."
        if len(self.own) == len(self.base):
            return (
                f"It was fitted on the {measured} measured here, so the difference is too "
                "optimistic. Measure it on other questions."
            )
        others = len(self.base) - len(self.own)
        return (
            f"It was fitted on {len(self.own)} of the {measured} measured here, which makes it "
            "look better. "
            f"On the {'other one' if others == 1 else f'{others} others'}: {self._unseen()}"
        )

    def _unseen(self) -> str:
        d = self.difference
        base, other = (
            {q: value for q, value in values.items() if q not in (self.own or ())}
            for values in (self.base, self.other)
        )
        return verdict(compare(base, other, d.measure, (d.base, d.other)))


def sample(outcome: Outcome, difference: Difference) -> Sample:
    """A difference of an outcome, with what the orders of its configurations were fitted on."""
    d = difference
    names = (d.base, d.other)
    base, other = (outcome.run(name).values[d.measure] for name in names)
    ordered = [name for name in names if not outcome.run(name).keeps_order]
    return sample_of(outcome, d, (base, other), ordered)


def sample_of(
    outcome: Outcome,
    difference: Difference,
    values: tuple[Mapping[str, float], Mapping[str, float]],
    names: Sequence[str],
) -> Sample:
    """A difference of any values, with what these configurations were fitted on."""
    parts = [seen(outcome, name, values[0]) for name in names]
    written = [part for part in parts if part is not None]
    own = frozenset().union(*written) if len(written) == len(parts) else None
    fits = [outcome.run(name).configuration.fitted_on for name in names]
    held_out = next((fit.held_out for fit in reversed(fits) if fit is not None), "")
    return Sample(difference, *values, own, any(fit is not None for fit in fits), held_out)


def twin_of(outcome: Outcome, name: str) -> Measured | None:
    """The same search without what was fitted, else without reranking, if it was measured too."""
    configuration = outcome.run(name).configuration
    second = configuration.settings.second
    on = second.skip_predictor and second.fits.skip_predictor is None
    plain = replace(second, fits=Fits(), skip_predictor=on)
    if configuration.fitted_on is None:
        plain = SecondStageSettings(enabled=False)
    settings = replace(configuration.settings, second=plain)
    wanted = replace(configuration, name="", fitted_on=None, settings=settings)
    runs = {replace(run.configuration, name=""): run for run in outcome.runs}
    return runs.get(wanted)


def against_the_same(outcome: Outcome, name: str, measure: str) -> Sample | None:
    """What the fit, or reranking, changes alone; None where the baseline shows it anyway.

    Nor for an abstention threshold, which changes no ranking (see ``core.evaluate.abstaining``).
    """
    twin, run = twin_of(outcome, name), outcome.run(name)
    if twin is None or twin.name in {outcome.baseline, name} or run.keeps_order:
        return None
    values = twin.values[measure], run.values[measure]
    return sample(outcome, compare(*values, measure, (twin.name, name)))
