"""Whether a model was made for the language of the passages, or of the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

from core.models.registry import MULTILINGUAL, ModelSpec
from core.schema import Chunk
from core.text.counting import counted

SAMPLED = 12
SAMPLE_CHARACTERS = 600
SHORTEST = 40
SURE = 0.9
SHARE = 0.2
NAMED = 3
_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@cache
def _identify() -> Callable[[str], tuple[str, float]]:
    """The classifier of py3langid, whose model lies in its package; 0.2 s at its first use."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - 0.2 s, 60 MB

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return classify


def language_of(text: str) -> str:
    """The ISO 639-1 code of a text's language, empty when it is too short or cannot be told.

    >>> language_of("ok")
    ''
    """
    words = " ".join(text.split())
    return "" if len(words) < SHORTEST else _told(words[:SAMPLE_CHARACTERS])


@lru_cache(maxsize=4096)
def _told(words: str) -> str:
    code, probability = _identify()(words)
    return str(code) if probability >= SURE and code not in {"zxx", "und"} else ""


def language_name(code: str) -> str:
    """A language in English.

    >>> language_name("de"), language_name("xh")
    ('German', 'the language “xh”')
    """
    return _NAMES.get(code, f"the language “{code}”")


def knows(spec: ModelSpec, code: str) -> bool:
    """Whether nothing speaks against it: an unknown language, or unknown languages, do not."""
    return (
        not code or not spec.languages or MULTILINGUAL in spec.languages or code in spec.languages
    )


def foreign(texts: Iterable[str], spec: ModelSpec) -> dict[str, float]:
    """Languages of these texts that are none of the model's, with their share, largest first.

    A language counts from a fifth of the texts that can be told: headings and names mislead.
    """
    codes = [code for text in texts if (code := language_of(text))]
    counted = Counter(code for code in codes if not knows(spec, code))
    return {
        code: number / len(codes)
        for code, number in counted.most_common()
        if number / len(codes) >= SHARE
    }


def foreign_documents(chunks: Sequence[Chunk], spec: ModelSpec) -> dict[str, str]:
    """Documents more than half of whose passages are in a language that the model does not know.

    Returns:
        The language of each, by the document's name.
    """
    told: dict[str, list[str]] = {}
    for chunk in chunks:
        if code := language_of(chunk.text):
            told.setdefault(chunk.document_name, []).append(code)
    most = {name: Counter(codes).most_common(1)[0] for name, codes in told.items()}
    return {
        name: code
        for name, (code, number) in most.items()
        if 2 * number > len(told[name]) and not knows(spec, code)
    }


def language_warning(chunks: Sequence[Chunk], spec: ModelSpec, query: str = "") -> str:
    """One sentence when the passages' or the question's language is not one of the model's.

    Empty when there is nothing to say. A question of a few words cannot be told and says nothing.
    """
    evenly_spread = chunks[:: max(1, len(chunks) // SAMPLED)][:SAMPLED]
    if codes := foreign((chunk.text for chunk in evenly_spread), spec):
        languages = " and ".join(language_name(code) for code in codes)
        return _warning(spec, f"some passages here are in {languages}")
    code = language_of(query)
    if not knows(spec, code):
        return _warning(spec, f"the question is in {language_name(code)}")
    return ""


def collection_warning(chunks: Sequence[Chunk], spec: ModelSpec) -> str:
    """As ``language_warning``; of a few documents among many others it names them.

    Empty when there is nothing to say.
    """
    if whole := language_warning(chunks, spec):
        return whole
    by_document = foreign_documents(chunks, spec)
    if not by_document:
        return ""
    n = len(by_document)
    languages = " and ".join(language_name(code) for code in dict.fromkeys(by_document.values()))
    names = ", ".join(list(by_document)[:NAMED]) + (" …" if n > NAMED else "")
    documents = f"{counted(n, 'document')} here {'is' if n == 1 else 'are'}"
    return _warning(spec, f"{documents} in {languages} ({names})", " there")


def _warning(spec: ModelSpec, what: str, where: str = "") -> str:
    names = [language_name(code) for code in spec.languages]
    if len(names) > NAMED:
        names = [", ".join(names[:NAMED]), f"{len(names) - NAMED} other languages"]
    made_for = " and ".join(names)
    return f"{spec.name} was made for {made_for}, but {what}: do not rely on the scores{where}."
