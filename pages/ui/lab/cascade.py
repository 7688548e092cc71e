"""The cascade's lab: what reading only the best in full would lose and save."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.search.cascade_lab import CascadePoint

SIZES = (10, 20, 30, 50)


def cascade_table(points: Sequence[CascadePoint], top_n: int) -> None:
    """Draw each size with what it keeps and takes; the full pass is last."""
    st.markdown("#### Cascade")
    st.caption(
        "A quick pass reads the beginning of every candidate, and the full model only the best. "
        f"This is what it would lose of the full pass's top {top_n} on this question."
    )
    rows = pd.DataFrame(
        {
            "Read in full": [
                f"best {point.full}" if point is not points[-1] else f"all {point.full}"
                for point in points
            ],
            f"Top {top_n} kept": [100 * point.kept for point in points],
            "About": [point.milliseconds for point in points],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        key="lab-cascade",
        width="content",
        column_config={
            f"Top {top_n} kept": st.column_config.NumberColumn(format="%.0f%%"),
            "About": st.column_config.NumberColumn(format="%.0f ms"),
        },
    )
