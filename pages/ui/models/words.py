"""Models in words: where they are, how large, for which languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.models.language import language_name
from core.models.opening import availability
from core.models.registry import MULTILINGUAL, ModelSpec
from core.models.runtime_selection.kept import RuntimeSelection
from core.models.runtime_selection.measuring import ENOUGH
from core.text.counting import counted
from pages.ui.text import printable

NOT_SAID = "not said"
QUIET = 0.2
"""A machine whose repeated work takes at most so much longer is quiet enough to measure on."""


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


def measured_words(selection: RuntimeSelection) -> str:
    """When the runtimes were measured.

    >>> from core.schema import ModelInfo
    >>> measured_words(RuntimeSelection(ModelInfo("m", "encoder", "", 1), ""))
    'at an unknown time'
    """
    if selection.measured_at is None:
        return "at an unknown time"
    return f"{selection.measured_at.astimezone():%d %b %Y, %H:%M}"


def spread_words(selection: RuntimeSelection) -> str:
    """How quiet the machine was meanwhile.

    >>> from core.schema import ModelInfo
    >>> spread_words(RuntimeSelection(ModelInfo("m", "encoder", "", 1), "", spread=0.04))
    'The same work took 4% longer when it was repeated.'
    """
    took = f"The same work took {selection.spread:.0%} longer when it was repeated"
    if selection.spread <= QUIET:
        return f"{took}."
    return f"{took}: this machine was busy. Measure again when it is not."


def checked_words(selection: RuntimeSelection) -> str:
    """What the agreement of the runtimes was checked on.

    >>> from core.schema import ModelInfo
    >>> checked_words(RuntimeSelection(ModelInfo("m", "encoder", "", 1), "", own_passages=1200))
    'The agreement was checked on your own documents, when they had 1,200 passages.'
    """
    if selection.own_passages:
        passages = counted(selection.own_passages, "passage")
        return f"The agreement was checked on your own documents, when they had {passages}."
    return (
        "The agreement was checked on the sample texts. Once your documents have "
        f"{ENOUGH} passages, measuring again checks it on them."
    )


def insisted_words(selection: RuntimeSelection, on: str) -> str:
    """What to know of a runtime that a person set though it was refused here; else empty.

    >>> from core.models.runtime_selection.kept import RuntimeResult
    >>> from core.schema import ModelInfo
    >>> result = RuntimeResult("openvino-int8", 90.0, (), "its tau is 0.93")
    >>> selection = RuntimeSelection(ModelInfo("m", "encoder", "", 1), "", (result,))
    >>> insisted_words(selection, "openvino-int8")
    'm runs on openvino-int8 because it was set so. Measured here it was refused: its tau is 0.93'
    >>> insisted_words(selection, "torch-fp32")
    ''
    """
    refused = next((r.refused for r in selection.results if r.runtime == on), "")
    if not refused:
        return ""
    set_so = f"{selection.model.name} runs on {on} because it was set so"
    return f"{set_so}. Measured here it was refused: {refused}"


def runtime_rows(selection: RuntimeSelection, on: str) -> dict[str, list[Any]]:
    """What was measured of each runtime on this machine; ``on`` is the one that is used now."""
    results = selection.results
    marks = {selection.runtime: "fastest"} | {on: "on"}
    return {
        "Runtime": [result.runtime for result in results],
        "Now": [marks.get(result.runtime, "") for result in results],
        "Per second": [round(result.per_second, 1) or None for result in results],
        "Agreement": [
            ", ".join(f"{figure.name} {figure.value:.3f}" for figure in result.agreement)
            or ("the reference" if result is results[0] else None)
            for result in results
        ],
        "Refused because": [printable(result.refused) for result in results],
    }
