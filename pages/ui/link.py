"""The settings of a question as the values of a link, and back. Nothing here imports streamlit.

A link holds only what differs from the default, so most links stay short; a value that makes no
sense is left out, because a link is typed and cut by people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from core.errors import InputError
from core.search_settings import (
    Filters,
    FirstStageKind,
    FirstStageSettings,
    Fusion,
    SearchSettings,
    SecondStageSettings,
)

Group = Literal["first", "filters", "second"]
GROUPS: Mapping[Group, type] = {
    "first": FirstStageSettings,
    "filters": Filters,
    "second": SecondStageSettings,
}
TOP_K, TOP_N = (10, 200), (1, 20)


@dataclass(frozen=True, slots=True)
class Field:
    """A setting: its short name in the link, where it belongs, and how its text is read."""

    short: str
    group: Group
    name: str
    read: Callable[[str], Any]

    @property
    def key(self) -> str:
        """Where the page keeps its value."""
        return f"ask-{self.name}"

    @property
    def default(self) -> Any:
        """What counts when the link does not say."""
        return getattr(GROUPS[self.group](), self.name)


def _one_of(kinds: Any) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in get_args(kinds):
            raise ValueError(text)
        return text

    return read


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return text == "1"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


FIELDS = (
    Field("by", "first", "kind", _one_of(FirstStageKind)),
    Field("fusion", "first", "fusion", _one_of(Fusion)),
    Field("dense", "first", "dense_weight", float),
    Field("collapse", "first", "collapse_duplicates", _flag),
    Field("from", "filters", "first_page", int),
    Field("to", "filters", "last_page", int),
    Field("section", "filters", "heading", str),
    Field("since", "filters", "added_from", date.fromisoformat),
    Field("until", "filters", "added_to", date.fromisoformat),
    Field("rerank", "second", "enabled", _flag),
    Field("blend", "second", "blend", float),
    Field("cascade", "second", "cascade", int),
    Field("budget", "second", "budget_ms", int),
    Field("windows", "second", "windows", _flag),
    Field("skip", "second", "skip_predictor", _flag),
)


def _bounded(text: str, default: int, bounds: tuple[int, int]) -> int:
    low, high = bounds
    return min(high, max(low, int(text))) if text.isascii() and text.isdigit() else default


def _group(group: Group, link: Mapping[str, str]) -> Any:
    values = {}
    for field in FIELDS:
        if field.group == group and field.short in link:
            try:
                values[field.name] = field.read(link[field.short])
            except ValueError:
                continue
    try:
        return GROUPS[group](**values)
    except InputError:
        return GROUPS[group]()


def from_link(link: Mapping[str, str]) -> SearchSettings:
    """The settings a link asks for; documents are named elsewhere, they need the library."""
    default = SearchSettings()
    top_k = _bounded(link.get("k", ""), default.top_k, TOP_K)
    top_n = min(top_k, _bounded(link.get("n", ""), default.top_n, TOP_N))
    return SearchSettings(
        top_k, top_n, (), _group("first", link), _group("filters", link), _group("second", link)
    )


def to_link(settings: SearchSettings) -> dict[str, str]:
    """Short names and values of the settings; of the choices only those that differ."""
    values = {"k": str(settings.top_k), "n": str(settings.top_n)}
    for field in FIELDS:
        value = getattr(getattr(settings, field.group), field.name)
        if value != field.default:
            values[field.short] = _text(value)
    return values


def choices(settings: SearchSettings) -> list[str]:
    """What differs from the default, each in a few words, for the line under the question."""
    first, filters, second = settings.first, settings.filters, settings.second
    words = []
    if first.kind == "bm25":
        words.append("BM25")
    if first.kind == "given":
        words.append("another engine's list")
    if first.kind == "hybrid":
        share = f"{first.dense_weight:.0%} bi-encoder" if first.fusion == "weighted" else "by rank"
        words.append(f"hybrid, {share}")
    words += ["near-duplicates collapsed"] * first.collapse_duplicates
    words += [_pages(filters)] * bool(filters.first_page or filters.last_page)
    words += [f"section “{filters.heading}”"] * bool(filters.heading)
    words += [_days(filters)] * bool(filters.added_from or filters.added_to)
    if not second.enabled:
        return [*words, "not reranked"]
    if second.fits.weights:
        words.append("learned weights")
    elif second.blend < 1:
        words.append(f"{second.blend:.0%} cross-encoder")
    words += [f"cascade: {second.cascade} in full"] * bool(second.cascade)
    words += [f"at most {second.budget_ms} ms"] * bool(second.budget_ms)
    words += ["long passages in windows"] * second.windows
    fitted = ", fitted here" * bool(second.fits.skip_predictor)
    return words + [f"skip predictor on{fitted}"] * second.skip_predictor


def _pages(filters: Filters) -> str:
    if not filters.last_page:
        return f"from page {filters.first_page}"
    return f"pages {max(1, filters.first_page)} to {filters.last_page}"


def _days(filters: Filters) -> str:
    since = f"since {filters.added_from}" if filters.added_from else ""
    until = f"until {filters.added_to}" if filters.added_to else ""
    return " ".join(filter(None, ["added", since, until]))
