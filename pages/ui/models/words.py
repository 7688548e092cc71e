"""Models in words: where they are, how large, for which languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.models.language import language_name
from core.models.opening import availability
from core.models.runtime_selection.measuring import ENOUGH, TRIES
from core.models.runtime_selection.selection import RuntimeChoice
from core.models.spec import MULTILINGUAL, ModelSpec
from core.text.counting import counted
from pages.ui.text import printable

NOT_SAID = "not said"


def languages_words(codes: Sequence[str]) -> str:
    """Languages for people.

    >>> languages_words(["en"]), languages_words(["multilingual"]), languages_words([])
    ('English', 'many', 'not said')
    """
    if not codes:
        return NOT_SAID
    if MULTILINGUAL in codes:
        return "many"
    names = [language_name(code) for code in codes]
    return ", ".join(names) if len(names) <= 3 else counted(len(names), "language")


def size_words(spec: ModelSpec) -> str:
    """Parameters, and the size of the file where it is known.

    >>> size_words(ModelSpec("m", "m", parameters=568, megabytes=2270))
    '568 million, 2,270 MB'
    """
    parts = []
    if spec.parameters is not None:
        parts.append(f"{spec.parameters:g} million")
    if spec.megabytes is not None:
        parts.append(f"{spec.megabytes:,.0f} MB")
    return ", ".join(parts) or NOT_SAID


def prompt_words(spec: ModelSpec) -> str:
    """What is put before questions and passages."""
    parts = [f"“{p}”" for p in (spec.query_prompt, spec.passage_prompt) if p]
    return " and ".join(parts) or "none"


def model_rows(specs: Sequence[ModelSpec], on: str) -> dict[str, list[Any]]:
    """The registry as columns of a table."""
    return {
        "Model": [printable(spec.name) for spec in specs],
        "Now": ["on" if spec.name == on else "" for spec in specs],
        "Where": [printable(availability(spec)) for spec in specs],
        "Parameters": [size_words(spec) for spec in specs],
        "Languages": [languages_words(spec.languages) for spec in specs],
        "Licence": [printable(spec.license or NOT_SAID) for spec in specs],
        "Reads tokens": [spec.max_length for spec in specs],
        "Gives": [spec.score for spec in specs],
        "Prompts": [printable(prompt_words(spec)) for spec in specs],
    }


def measured_words(choice: RuntimeChoice) -> str:
    """When the runtimes were measured.

    >>> from core.schema import ModelInfo
    >>> measured_words(RuntimeChoice(ModelInfo("m", "encoder", "", 1), ""))
    'at a time nobody wrote down'
    """
    if choice.measured_at is None:
        return "at a time nobody wrote down"
    return f"{choice.measured_at.astimezone():%d %b %Y, %H:%M}"


def spread_words(choice: RuntimeChoice) -> str:
    """How quiet the machine was meanwhile, and whether the times said which is the fastest.

    >>> from core.schema import ModelInfo
    >>> info = ModelInfo("m", "encoder", "", 1)
    >>> spread_words(RuntimeChoice(info, "", settled=True, spread=0.04))
    'The same work took 4% longer when it was repeated; which runtime is the fastest is clear.'
    """
    took = f"The same work took {choice.spread:.0%} longer when it was repeated"
    if choice.settled:
        return f"{took}; which runtime is the fastest is clear."
    if choice.tries >= TRIES:
        return f"{took}; which runtime is the fastest did not become clear in {TRIES} measurements."
    return (
        f"{took}; which runtime is the fastest is not clear. It is measured again when nobody "
        "searches."
    )


def checked_words(choice: RuntimeChoice, passages: int) -> str:
    """What the agreement of the runtime that is used was checked on; ``passages`` are here now.

    >>> from core.schema import ModelInfo
    >>> checked_words(RuntimeChoice(ModelInfo("m", "encoder", "", 1), "", of=1200), 1300)
    'Its agreement was checked on your own documents, when they had 1,200 passages.'
    """
    if choice.of:
        had = counted(choice.of, "passage")
        return f"Its agreement was checked on your own documents, when they had {had}."
    when = f"once your documents have {ENOUGH} passages, it is checked on them"
    if passages >= ENOUGH:
        when = f"on your own {passages:,} passages it is checked next"
    return f"Its agreement was checked on the sample texts; {when}, when nobody searches."


def insisted_words(choice: RuntimeChoice, on: str) -> str:
    """What to know of a runtime that a person set though it was refused here; else empty.

    >>> from core.models.runtime_selection.selection import Trial
    >>> from core.schema import ModelInfo
    >>> trial = Trial("openvino-int8", 90.0, (), "its tau is 0.93")
    >>> made = RuntimeChoice(ModelInfo("m", "encoder", "", 1), "", (trial,))
    >>> insisted_words(made, "openvino-int8")
    'm runs on openvino-int8 because it was set so. Measured here it was refused: its tau is 0.93'
    >>> insisted_words(made, "torch-fp32")
    ''
    """
    refused = next((t.refused for t in choice.trials if t.runtime == on), "")
    if not refused:
        return ""
    set_so = f"{choice.model.name} runs on {on} because it was set so"
    return f"{set_so}. Measured here it was refused: {refused}"


def trial_rows(choice: RuntimeChoice, on: str) -> dict[str, list[Any]]:
    """What was measured of each runtime on this machine; ``on`` is the one that is used now."""
    trials = choice.trials
    marks = {choice.runtime: "fastest"} | {on: "on"}
    return {
        "Runtime": [trial.runtime for trial in trials],
        "Now": [marks.get(trial.runtime, "") for trial in trials],
        "Per second": [round(trial.per_second, 1) or None for trial in trials],
        "Agreement": [
            ", ".join(f"{m.name} {m.value:.3f}" for m in trial.measures)
            or ("the reference" if trial is trials[0] else None)
            for trial in trials
        ],
        "Refused because": [printable(trial.refused) for trial in trials],
    }
