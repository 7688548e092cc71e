"""The button that uses what was learned: plain, after a warning, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.evaluate.compare import Difference
from core.learn.significance import reason, standing
from pages.ui.actions import act
from pages.ui.text import plain


def offer(
    difference: Difference,
    labels: tuple[str, str],
    use: Callable[[], object],
    done: str,
    about: str | None = None,
) -> None:
    """Draw the button, and above it why it is refused or what is not settled.

    Args:
        difference: on questions that were held out.
        labels: where the gain is settled, and where it is not.
        use: done on a click.
        done: said afterwards (Markdown).
        about: the button's help.
    """
    found = standing(difference)
    words = plain(reason(difference))
    if found == "refused":
        st.error(words, icon=":material/block:")
    elif found == "open":
        st.warning(words, icon=":material/help:")
    st.button(
        labels[found == "open"],
        type="secondary" if found == "open" else "primary",
        icon=":material/check:",
        disabled=found == "refused",
        help=about,
        on_click=act,
        args=(use, done),
    )
