"""A page with the page component alone, for the browser tests."""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.page_view import PageBox, page_view

WIDTH, HEIGHT = 850, 1100


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


st.set_page_config(page_title="Page", layout="wide")
boxes = [
    PageBox(0.1, 0.08, 0.9, 0.3, "chunk", "1", "chunk-a"),
    PageBox(0.1, 0.31, 0.9, 0.5, "chunk", "<b>2</b>", "chunk-b"),
    PageBox(0.1, 0.51, 0.5, 0.55, "chunk", "<b>2</b>", "chunk-b"),
    PageBox(0.1, 0.6, 0.9, 0.8, "passage"),
    PageBox(0.1, 0.7, 0.9, 0.72, "quote"),
]
clicked = page_view(ruled_page(), boxes, alt="Page 4 of <i>policy</i>.pdf", key="page")
st.text(f"clicked: {clicked}")
