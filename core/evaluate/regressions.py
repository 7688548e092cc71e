"""The same questions again: which of them got worse since the evaluation before."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluate.evaluating import Evaluation
from core.evaluate.outcome import Change, Outcome, changes


def previous(evaluations: Sequence[Evaluation], current: Evaluation) -> Evaluation | None:
    """The latest finished evaluation of the same set before this one, None for the first.

    One that shares no configuration with this one, with the same settings, does not count.
    """
    own = set(current.plan.configurations)
    older = [
        found
        for found in evaluations
        if found.status == "done"
        and found.plan.set_name == current.plan.set_name
        and not own.isdisjoint(found.plan.configurations)
        and found.started_at < current.started_at
    ]
    return max(older, key=lambda found: found.started_at, default=None)


def comparable(before: Outcome, after: Outcome) -> list[str]:
    """Names of the configurations that both measured with the same settings.

    A name alone is not enough: ``Dense, reranked`` may have read 50 candidates then, and 100 now.
    """
    known = {run.name: run.configuration for run in before.runs}
    return [run.name for run in after.runs if known.get(run.name) == run.configuration]


def fallen(before: Outcome, after: Outcome, measure: str) -> dict[str, list[Change]]:
    """Configuration -> its questions with a lower value than before, the largest loss first.

    Empty when the measure is new, or when what nobody judged was treated otherwise.
    """
    if measure not in before.measures or before.leave_out_unjudged != after.leave_out_unjudged:
        return {}
    found = {name: changes(before, after, name, measure) for name in comparable(before, after)}
    lost = {name: [c for c in each if c.after < c.before] for name, each in found.items()}
    return {name: each for name, each in lost.items() if each}


def fallen_lines(before: Outcome, after: Outcome, measure: str) -> list[str]:
    """One line a question that fell, for a terminal; empty when none did."""
    return [
        f"{name}: {measure} of “{change.question}” fell from {change.before:.3f} to "
        f"{change.after:.3f} since {before.made_at:%Y-%m-%d %H:%M} UTC"
        for name, each in fallen(before, after, measure).items()
        for change in each
    ]
