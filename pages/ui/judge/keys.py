"""The keys of the Judge page: heard from the first moment, never for a passage not yet seen."""

from __future__ import annotations

from zlib import crc32

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import state
from pages.ui.components import component

_COMPONENT = component("judge_keys")


def judge_keys() -> None:
    """Listen for 0 to 3, z and Enter; to be drawn once, where it stays whatever is shown below."""
    _COMPONENT(key=state.JUDGE_KEYS)


def passage_container(question: str, chunk_id: str) -> DeltaGenerator:
    """Holds what is judged, so that the keys know which passage is on the screen."""
    return st.container(key=f"judge-passage-{crc32(question.encode()):x}-{chunk_id}")
