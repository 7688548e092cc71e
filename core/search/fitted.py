"""What was fitted belongs to the models it was fitted with; under others it is set aside.

A logit, a cosine and the chance that a cross-encoder changes the first passage mean something for
one bi-encoder and one cross-encoder. Numbers that were fitted on them say nothing of others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.schema import ModelInfo
from core.search_settings import SecondStageSettings
from core.text.counting import counted

_BOTH = " + "
_KINDS = ("bi-encoder", "cross-encoder")
_ASIDE = {
    "weights": "The learned weights are set aside",
    "gate": "The gate fitted here is set aside for the one that comes along",
    "abstention": "The fitted abstention threshold is set aside for the noise floor",
}


@dataclass(frozen=True, slots=True)
class FittedOn:
    """The questions that something was fitted on, and the runtimes that read them for it.

    ``held_out`` is what was said of questions that were left out of the fit. Each is empty where it
    was not kept.
    """

    questions: tuple[str, ...] = ()
    runtime: str = ""
    held_out: str = ""


def runtimes_key(encoder: ModelInfo, cross_encoder: ModelInfo) -> str:
    """Names what computes both models; one name where it is the same.

    >>> made = ModelInfo("m", "encoder", "0", 256, "torch-fp32")
    >>> runtimes_key(made, made), runtimes_key(made, replace(made, runtime="openvino-f32"))
    ('torch-fp32', 'torch-fp32 + openvino-f32')
    """
    return _BOTH.join(dict.fromkeys((encoder.runtime, cross_encoder.runtime)))


def fitted_words(fitted: FittedOn, runtime: str) -> str:
    """On how many questions and with which runtime it was fitted; a remark where another is on.

    Args:
        fitted: what was kept of the fit.
        runtime: names what computes the models that are on, see ``runtimes_key``.

    >>> fitted_words(FittedOn(("q",), "torch-fp32"), "torch-fp32")
    'Fitted on 1 question with torch-fp32.'
    """
    parts = []
    if fitted.questions:
        parts.append(f"on {counted(len(fitted.questions), 'question')}")
    if fitted.runtime:
        parts.append(f"with {_runtimes(fitted.runtime)}")
    said = f"Fitted {' '.join(parts)}." if parts else ""
    if not fitted.runtime or fitted.runtime == runtime:
        return said
    return (
        f"{said} Now it is {_runtimes(runtime)}. What was fitted is used all the same, because "
        "runtimes are used only where they rank alike; their scores may differ in the last digits, "
        "so fit it again to be sure."
    )


def _runtimes(key: str) -> str:
    """The key in words: one runtime, or which of both computes what."""
    return " and ".join(
        f"{name} for the {kind}" if _BOTH in key else name
        for kind, name in zip(_KINDS, key.split(_BOTH), strict=False)
    )


def models_key(encoder: ModelInfo, cross_encoder: ModelInfo) -> str:
    """Names both models by name, weights and length.

    The runtime does not count: one is used only where it ranks as the reference does.
    """
    pair = encoder, cross_encoder
    return _BOTH.join(f"{m.name}@{m.sha256[:12]}/{m.max_length}" for m in pair)


def belongs(fitted: str, on: str) -> bool:
    """Whether what was fitted with these models may be used with those that are on.

    An empty name is unknown models, which are never those that are on.
    """
    return bool(fitted) and fitted == on


def why_not(fitted: str, on: str) -> str:
    """Why it is set aside, to go on a sentence with.

    >>> why_not("", "e@1/256 + c@2/512")
    'fitted with models that nobody wrote down'
    >>> why_not("e@1/256 + c@2/512", "e@1/256 + d@3/512")
    'fitted with another cross-encoder (c) than the one that is on (d)'
    """
    if not fitted:
        return "fitted with models that nobody wrote down"
    found = [
        f"another {kind} ({_name(was, is_)}) than the one that is on ({_name(is_, was)})"
        for kind, was, is_ in zip(_KINDS, fitted.split(_BOTH), on.split(_BOTH), strict=False)
        if was != is_
    ]
    return f"fitted with {', and '.join(found)}"


def _name(key: str, other: str) -> str:
    """Without weights and length, unless only these differ."""
    name = key.rpartition("@")[0]
    return key if name == other.rpartition("@")[0] else name


def set_aside(
    settings: SecondStageSettings, on: str
) -> tuple[SecondStageSettings, tuple[str, ...]]:
    """The settings without what was fitted with other models, and a sentence on each of these.

    Args:
        settings: as they were chosen.
        on: names the models of this search, see ``models_key``.
    """
    notes = []
    if settings.weights and not belongs(settings.weights_for, on):
        why = why_not(settings.weights_for, on)
        notes.append(f"{_ASIDE['weights']}: {why}.")
        settings = replace(settings, weights=(), weights_for="")
    if settings.gate_model and not belongs(settings.gate_for, on):
        why = why_not(settings.gate_for, on)
        if settings.gate:  # else it decides nothing
            notes.append(f"{_ASIDE['gate']}: {why}.")
        settings = replace(settings, gate_model=(), gate_for="")
    if settings.silent_below is not None and not belongs(settings.silent_for, on):
        why = why_not(settings.silent_for, on)
        notes.append(f"{_ASIDE['abstention']}: {why}.")
        settings = replace(settings, silent_below=None, silent_for="")
    return settings, tuple(notes)


def without_fits(settings: SecondStageSettings) -> SecondStageSettings:
    """The settings without anything that was fitted; whether a gate is on stays as it is."""
    return replace(
        settings,
        weights=(),
        weights_for="",
        gate_model=(),
        gate_for="",
        silent_below=None,
        silent_for="",
    )


def kinds_aside(notes: Iterable[str]) -> list[str]:
    """What a search has set aside, by its notes: weights, gate, abstention.

    >>> kinds_aside(["The learned weights are set aside: fitted with another model.", "Else."])
    ['weights']
    """
    said = list(notes)
    return [kind for kind, words in _ASIDE.items() if any(n.startswith(words) for n in said)]
