"""What was fitted belongs to the models it was fitted with; under others it is not used.

A logit, a cosine and the chance that a cross-encoder changes the first passage mean something for
one bi-encoder and one cross-encoder. Numbers that were fitted on them say nothing of others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.schema import ModelInfo, Note, NoteKind
from core.search_settings import Fitted, SecondStageSettings
from core.text.counting import counted

_BOTH = " + "
_KINDS = ("bi-encoder", "cross-encoder")
_NOT_USED: dict[str, tuple[NoteKind, str]] = {
    "weights": ("weights not used", "The learned weights are not used: they were"),
    "skip_predictor": (
        "skip predictor not used",
        "The bundled skip predictor is used: the fitted one was",
    ),
    "abstention": (
        "abstention not used",
        "The noise floor decides abstention: the fitted threshold was",
    ),
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
        f"{said} The current runtime is {_runtimes(runtime)}. The fit is still used, because "
        "only runtimes that rank alike are used. Scores may differ in the last digits: fit it "
        "again to be sure."
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
    """Why it is not used, to go on a sentence with.

    >>> why_not("", "e@1/256 + c@2/512")
    'fitted with unknown models'
    >>> why_not("e@1/256 + c@2/512", "e@1/256 + d@3/512")
    'fitted with another cross-encoder (c) than the current one (d)'
    """
    if not fitted:
        return "fitted with unknown models"
    found = [
        f"another {kind} ({_name(was, is_)}) than the current one ({_name(is_, was)})"
        for kind, was, is_ in zip(_KINDS, fitted.split(_BOTH), on.split(_BOTH), strict=False)
        if was != is_
    ]
    return f"fitted with {', and '.join(found)}"


def _name(key: str, other: str) -> str:
    """Without weights and length, unless only these differ."""
    name = key.rpartition("@")[0]
    return key if name == other.rpartition("@")[0] else name


def without_foreign_fits(
    settings: SecondStageSettings, on: str
) -> tuple[SecondStageSettings, tuple[Note, ...]]:
    """The settings without what was fitted with other models, and a note on each of these.

    Args:
        settings: as they were chosen.
        on: names the models of this search, see ``models_key``.
    """
    fits, notes = settings.fits, list[Note]()
    for name, (kind, words) in _NOT_USED.items():
        fitted: Fitted | None = getattr(fits, name)
        if fitted is None or belongs(fitted.models, on):
            continue
        fits = replace(fits, **{name: None})
        if name != "skip_predictor" or settings.skip_predictor:  # else it decides nothing
            notes.append(Note(kind, f"{words} {why_not(fitted.models, on)}."))
    return replace(settings, fits=fits), tuple(notes)
