"""One component of the app alone, for the browser tests; the address says which: ``?part=flow``."""

import json
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.explain.occlusion import explain
from pages.ui.compare.why import why_data, why_view
from pages.ui.page_view import PageBox, page_view
from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import comparison_view, flow_view
from pages.ui.text import plain, render_untrusted
from tests.browser.made_comparison import made_comparison, made_hybrid
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

WIDTH, HEIGHT = 850, 1100
EXPLAINED = (
    "<img src=x onerror='window.stolen=1'> is paid. You may approve it. It ends here unread."
)


def comparison() -> None:
    """Sixty passages, or six; grades are kept, and what was opened is said."""
    made = made_comparison(6 if st.toggle("Six passages") else 60)
    st.button("Run again")
    grades = st.session_state.setdefault("grades", {})
    opened = comparison_view(comparison_data(made, visible=10), key="comparison", grades=grades)
    if opened and opened.grade is not None:
        grades[opened.chunk_id] = opened.grade
        st.rerun()
    st.text(f"opened: {opened.chunk_id} quote={opened.quote}" if opened else "opened: nothing")


def flow() -> None:
    """So many passages as ``count`` says (60); with ``hybrid``, in four lists."""
    count = int(st.query_params.get("count", 60))
    made = made_hybrid(count) if "hybrid" in st.query_params else made_comparison(count)
    opened = flow_view(flow_data(replace(made, noise_floor=-2.0)), key="flow")
    st.text(f"opened: {opened.chunk_id}" if opened else "opened: nothing")


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def ruled_page() -> bytes:
    """A white PNG page with grey bars where lines of text would be."""
    white = b"\0" + b"\xff" * WIDTH
    bar = b"\0" + b"\xff" * 90 + b"\x78" * (WIDTH - 180) + b"\xff" * 90
    rows = b"".join(bar if y > 80 and y % 22 < 9 and y < 1020 else white for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, body) for kind, body in parts)


def page() -> None:
    """A page with two chunks, a passage and a quote; says which chunk was clicked."""
    boxes = [
        PageBox(0.1, 0.08, 0.9, 0.3, "chunk", "1", "chunk-a"),
        PageBox(0.1, 0.31, 0.9, 0.5, "chunk", "<b>2</b>", "chunk-b"),
        PageBox(0.1, 0.51, 0.5, 0.55, "chunk", "<b>2</b>", "chunk-b"),
        PageBox(0.1, 0.6, 0.9, 0.8, "passage"),
        PageBox(0.1, 0.7, 0.9, 0.72, "quote"),
    ]
    clicked = page_view(ruled_page(), boxes, alt="Page 4 of <i>policy</i>.pdf", key="page")
    st.text(f"clicked: {clicked}")


def text() -> None:
    """Every string of the JSON list in the file ``strings``, in every way the app shows text."""
    strings = json.loads(Path(st.query_params["strings"]).read_text("utf-8"))
    for index, untrusted in enumerate(strings):
        with st.container(key=f"case-{index}"):
            render_untrusted(untrusted)
            st.caption(plain(untrusted))
            st.button(plain(untrusted), key=f"button-{index}")
            st.expander(plain(untrusted)).text("inside")
            st.markdown(plain(untrusted))
    st.text("all cases are drawn")


def why() -> None:
    """The parts of an explanation, made by the two fakes."""
    chunk = make_chunk(0, EXPLAINED)
    made = explain("approve tickets", chunk, FakeEncoder(), FakeCrossEncoder(15))
    why_view(why_data(made), key="why")


st.set_page_config(page_title="Demo", layout="wide")
{part.__name__: part for part in (comparison, flow, page, text, why)}[st.query_params["part"]]()
