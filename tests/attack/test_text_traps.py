"""Texts on which a careless loop or pattern takes minutes: cutting them stays quick."""

import time

import numpy as np
import pytest

from core.ingest.chunking import chunk
from core.schema import Chunking, Page, PagedText
from tests.core.ingest.paged_texts import word_spans

CHARACTERS = 100_000
SECONDS = 10
TRAPS = {
    "dots": ".",
    "dots apart": ". ",
    "list numbers": "1. ",
    "sentences of one letter": "a. ",
    "titles": "Mr. A. ",
    "opening quotes": "“a. ",
    "brackets": "(",
    "marks for lines": "-\n",
    "letters for lines": "a\n",
    "accents for lines": "\u0301\n",
    "one word": "a",
    "ideographs": "的",
    "dots and blanks": "..." + " " * 300,
}


@pytest.mark.parametrize("unit", TRAPS.values(), ids=TRAPS.keys())
def test_a_text_of_one_thing_is_cut_in_seconds(unit):
    """100,000 characters of it, with a word at the end; the word is in the last chunk."""
    text = unit * (CHARACTERS // len(unit)) + "end"
    page = Page(1, "1", 0, len(text), 600.0, 800.0)
    boxes = np.zeros((len(text), 4), dtype=np.float32)
    begun = time.process_time()
    pieces = chunk(PagedText(text, (page,), (), boxes), "d" * 64, "n", Chunking(), word_spans)
    assert time.process_time() - begun < SECONDS
    assert pieces[-1].text.endswith("end")
