"""What was sent off this machine: a counter in the sidebar, and the list behind it."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from core.app.engine import Engine
from core.history.ledger import Sent
from core.settings import Settings
from core.text.hosts import is_loopback
from pages.ui import state
from pages.ui.text import plain, size_words

SHOWN = 50
_COUNTED = (
    "Bytes sent to language models, to model servers and to Qdrant collections that were read: "
    "prompts, passages and questions. Every "
    "request is logged before it is sent. Requests to this machine are listed but count as 0."
)


def other_ways(settings: Settings) -> list[str]:
    """What else is set up to leave this machine, which the counter does not hold."""
    store = urlsplit(settings.qdrant_url).netloc.rpartition("@")[2]
    if store and not is_loopback(store):
        return [
            f"Passages and their vectors are stored on the Qdrant server {store}. This "
            "traffic is not counted."
        ]
    return []


def _row(entry: Sent) -> dict[str, object]:
    return {
        "When": entry.when,
        "To": entry.host,
        "Bytes": entry.size,
        "Why": f"{entry.why} (stayed here)" if entry.local else entry.why,
    }


def network(engine: Engine) -> None:
    """Draw the counter, and its list in a popover."""
    entries = engine.ledger.entries()
    label = f"{size_words(engine.ledger.sent_off())} sent off this machine"
    with st.popover(label, icon=":material/shield:", width="stretch"):
        st.caption(_COUNTED)
        for way in other_ways(engine.settings):
            st.warning(plain(way), icon=":material/cloud_upload:")
        if engine.ledger.unreadable:
            st.warning(f"{engine.ledger.unreadable} lines of the list cannot be read.")
        if not entries:
            st.markdown("Nothing was sent to a language model.")
            return
        newest = [_row(entry) for entry in entries[: -SHOWN - 1 : -1]]
        st.dataframe(newest, hide_index=True, key=state.SENT)
        if len(entries) > SHOWN:
            st.caption(f"The newest {SHOWN} of {len(entries)}. All are in {plain('sent.jsonl')}.")
