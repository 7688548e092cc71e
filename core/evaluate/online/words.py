"""What may be said of an experiment, in plain sentences that claim no more than the interval."""

from __future__ import annotations

from core.evaluate.online.experiment import FEWEST_SESSIONS, Effect, Experiment, Preference


def preference_words(found: Preference, experiment: Experiment) -> str:
    """The verdict on interleaved lists."""
    a, b = experiment.a.name, experiment.b.name
    decided = found.a + found.b
    if not decided:
        return "No list has a winner yet: nobody opened more passages of one side."
    low, high = found.interval
    facts = (
        f"{b} won {found.b} of {decided} decided lists ({low:.0%} to {high:.0%} with 95% "
        f"confidence; {found.ties} had no winner)"
    )
    if not found.settled:
        return f"Nothing is settled between {a} and {b}: {facts}."
    return f"People open more of {b if low > 0.5 else a}: {facts}."


def effect_words(found: Effect, experiment: Experiment) -> str:
    """The verdict on one measure of a split."""
    if found.low is None or found.high is None:
        few = min(found.sessions) < FEWEST_SESSIONS
        return f"it takes {FEWEST_SESSIONS} browsers on each side" if few else "no spread"
    if found.low > 0:
        return f"more with {experiment.b.name}"
    return f"more with {experiment.a.name}" if found.high < 0 else "nothing is settled"
