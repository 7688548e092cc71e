"""The two lists and the flow, as Streamlit components of our own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from core.evaluate.judging.judgments import GRADES
from pages.ui.components import component, nothing
from pages.ui.rankings.shapes import ComparisonData, FlowData

_LISTS = component("comparison")
_LATER = component("later_part")
_FLOW = component("flow")


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A person asked for the page of a chunk; ``quote`` when they chose its best sentence.

    ``why`` says that they asked for its explanation instead, ``grade`` that they judged it.
    """

    chunk_id: str
    quote: bool
    why: bool = False
    grade: int | None = None


def open_request(
    sent: Any, view: ComparisonData | FlowData, ids: Collection[str] = ()
) -> OpenPage | None:
    """What the browser sent, if it names a passage of this view, or one of ``ids``.

    Nothing that comes from a browser is taken on trust: any other value counts as nothing.
    """
    if not isinstance(sent, dict):
        return None
    chunk_id = sent.get("chunk_id")
    if chunk_id not in [*ids, *(passage["id"] for passage in view["passages"])]:
        return None
    grade = sent.get("grade")
    if grade is not None and (type(grade) is not int or grade not in GRADES):
        return None
    return OpenPage(chunk_id, sent.get("quote") is True, sent.get("why") is True, grade)


def comparison_view(
    view: ComparisonData,
    key: str,
    grades: Mapping[str, int] | None = None,
    ids: Collection[str] = (),
) -> OpenPage | None:
    """Draw the two lists; the request of this run, or None.

    Args:
        view: made by ``comparison_data``. While its id stays the same, what the person has
            opened, shown and focused stays too.
        key: names the element; give the same one for every question of a page.
        grades: chunk id -> the person's grade; None where nothing can be judged.
        ids: of the passages that later parts show.
    """
    data = {**view, "grades": None if grades is None else dict(grades)}
    result = _LISTS(key=key, data=data, on_open_change=nothing)
    return open_request(result.open, view, ids)


def later_part(view: ComparisonData, key: str) -> None:
    """Show a later part of the comparison that ``comparison_view`` has drawn in this run.

    Args:
        view: of the same id, with more that is known.
        key: names the element, which nobody sees.
    """
    _LATER(key=key, data=view)


def flow_view(view: FlowData, key: str) -> OpenPage | None:
    """Draw the flow; the page that was asked for in this run, or None.

    Args:
        view: made by ``flow_data`` or ``side_by_side_flow``.
        key: names the element; give the same one for every question of a page.
    """
    result = _FLOW(key=key, data=view, on_open_change=nothing)
    return open_request(result.open, view)
