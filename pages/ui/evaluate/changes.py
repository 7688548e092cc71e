"""What changed since the evaluation before, and whether the ranking did it or the judgments."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.causes import Cause
from core.evaluate.evaluating import Evaluation
from core.evaluate.regressions import around, comparable
from pages.ui import resources
from pages.ui.text import printable


def _heading(found: Sequence[Cause]) -> str:
    fallen = [cause for cause in found if cause.change.after < cause.change.before]
    judged = sum(cause.kind == "judgments" for cause in fallen)
    by = f" ({judged} by other judgments alone)" if judged else ""
    worse = f"{len(fallen)} worse{by}"
    return f"Since the evaluation before: {worse}, {len(found) - len(fallen)} better"


def _table(found: Sequence[Cause]) -> None:
    rows = [
        {
            "Why": cause.kind,
            "Question": printable(cause.change.question),
            "Before": cause.change.before,
            "Now": cause.change.after,
            "By ranking": None if cause.between is None else cause.by_ranking,
            "By judgments": None if cause.between is None else cause.by_judgments,
        }
        for cause in found
    ]
    forms = {"Before": "%.3f", "Now": "%.3f", "By ranking": "%+.3f", "By judgments": "%+.3f"}
    st.dataframe(
        pd.DataFrame(rows, columns=["Why", "Question", *forms]),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format=form) for name, form in forms.items()
        }
        | {"Question": st.column_config.TextColumn(width="medium")},
    )


def changes_view(
    engine: Engine, both: tuple[Evaluation | None, Evaluation], name: str, measure: str
) -> None:
    """Draw what changed of a configuration, if the evaluation before measured the same.

    Args:
        engine: knows the evaluations.
        both: the evaluation before, if there is one, and the one that is shown.
        name: of the configuration.
        measure: that is shown.
    """
    older, current = both
    if older is None:
        return
    before = resources.outcome(engine, older.id, older.seconds)
    now = resources.outcome(engine, current.id, current.seconds)
    if measure not in before.measures or name not in comparable(before, now):
        return
    version = engine.library.corpus_version(current.collection)
    found = resources.causes(engine, (older.id, current.id), version, name, measure)
    with st.expander(_heading(found), icon=":material/history:"):
        st.caption(around(before, now))
        if not found:
            return
        st.caption(
            "The ranking of then is measured once more with the judgments of now: what that "
            "changes is by the judgments, the rest by the ranking."
        )
        _table(found)
