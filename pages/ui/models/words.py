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


def parameters_words(spec: ModelSpec) -> str:
    """Parameters, and the size of the file where it is known.

    >>> parameters_words(ModelSpec("m", "m", parameters=568, megabytes=2270))
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
        "Parameters": [parameters_words(spec) for spec in specs],
        "Languages": [languages_words(spec.languages) for spec in specs],
        "Licence": [printable(spec.license or NOT_SAID) for spec in specs],
        "Max tokens": [spec.max_length or None for spec in specs],
        "Score": [spec.score for spec in specs],
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
    'Repeating the same work took 4% longer.'
    """
    took = f"Repeating the same work took {selection.spread:.0%} longer"
    if selection.spread <= QUIET:
        return f"{took}."
    return f"{took}: this machine was busy. Measure again when it is not."


def checked_words(selection: RuntimeSelection) -> str:
    """What the agreement of the runtimes was checked on.

    >>> from core.schema import ModelInfo
    >>> checked_words(RuntimeSelection(ModelInfo("m", "encoder", "", 1), "", own_passages=1200))
    'Agreement was checked on 1,200 passages of your documents.'
    """
    if selection.own_passages:
        passages = counted(selection.own_passages, "passage")
        return f"Agreement was checked on {passages} of your documents."
    return (
        f"Agreement was checked on the sample texts. Once your documents have {ENOUGH} passages, "
        "measure again to check it on them."
    )


def insisted_words(selection: RuntimeSelection, on: str) -> str:
    """What to know of a runtime that a person set though it was refused here; else empty.

    >>> from core.models.runtime_selection.kept import RuntimeResult
    >>> from core.schema import ModelInfo
    >>> result = RuntimeResult("openvino-int8", 90.0, (), "its tau is 0.93")
    >>> selection = RuntimeSelection(ModelInfo("m", "encoder", "", 1), "", (result,))
    >>> insisted_words(selection, "openvino-int8")
    'm runs on openvino-int8 by choice, although it was refused here: its tau is 0.93'
    >>> insisted_words(selection, "torch-fp32")
    ''
    """
    refused = next((r.refused for r in selection.results if r.runtime == on), "")
    if not refused:
        return ""
    set_so = f"{selection.model.name} runs on {on} by choice"
    return f"{set_so}, although it was refused here: {refused}"


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
