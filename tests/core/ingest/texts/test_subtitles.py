"""Subtitles and transcripts: every word once, at its time."""

import pytest
from hypothesis import given, strategies as st

from core.errors import DocumentRefused
from core.schema import Chunking
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.paged_texts import cut

VTT = """WEBVTT

NOTE remark -- here

1
00:00:01.000 --> 00:00:02.000 align:start
<v Ann>Hello a < b &amp; <i>c</i></v>
<v Bob>Hi

00:01.500 --> 00:03.000
and so
on

1:00:07.000 --> 1:00:09,5
<v Bob>See --> there."""
ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000
\x20
so<00:00:00.500><c> what</c><00:00:01.000><c> is</c>

00:00:02.000 --> 00:00:02.010
so what is
\x20

00:00:02.010 --> 00:00:04.000
so what is
this<00:00:03.000><c> thing</c>

00:00:04.000 --> 00:00:04.010
this thing
\x20
"""
SRT = """\ufeff1
00:00:01,000 --> 00:00:02,000
<i>One</i>

is still one

2
00:00:03.5 --> 00:00:04.0
- A
- B
"""
LIT = """1
00:00:01,000 --> 00:00:01,500
<u>so</u> what

2
00:00:01,500 --> 00:00:02,000
so <u>what</u>
"""
JSON = '{"segments": [{"start": 0.0, "end": 2.5, "text": " It is <b>"}, %s]}'
CPP = '{"transcription": [{"offsets": {"from": 62500, "to": 63000}, "text": " done."}]}'


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (
            VTT,
            "a.vtt",
            [
                *(("0:00:01", "Ann: Hello a < b & c"), ("0:00:01", "Bob: Hi")),
                *(("0:00:01", "and so on"), ("1:00:07", "Bob: See --> there.")),
            ],
        ),
        (VTT, "a.txt", 4),
        (VTT.replace("\n", "\r\n"), "a.vtt", 4),
        (ROLLING, "a.vtt", [("0:00:00", "so what is"), ("0:00:02", "this thing")]),
        (SRT, "a.srt", [("0:00:01", "One is still one"), ("0:00:03", "- A\n- B")]),
        (LIT, "a.srt", [("0:00:01", "so what")]),
        (
            JSON % '{"start": 62.5, "end": 63, "text": " done.", "speaker": "S1"}',
            "a.json",
            [("0:00:00", "It is <b>"), ("0:01:02", "S1: done.")],
        ),
        (CPP, "a.json", [("0:01:02", "done.")]),
        ("start\tend\ttext\n62500\t63000\t It is\n", "a.tsv", [("0:01:02", "It is")]),
        ("start\tend\ttext\n62500\t63000\t It is\n", "a.txt", 1),
    ],
)
def test_each_cue_is_said_once_at_its_time(data, name, said):
    """Tags go, other signs stay; rolling captions and lit words do not repeat themselves."""
    found = read(data, name)
    assert_placed(found)
    cues = [(p.label, found.text[p.start : p.end]) for p in found.pages]
    assert found.unit == "time"
    assert cues == said if isinstance(said, list) else len(cues) == said


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("WEBVTT\n\nno time here", "a.vtt"),
        ("plain", "a.srt"),
        ("start\tend\ttext\nx\ty\tz", "a.tsv"),
    ],
)
def test_a_file_without_captions_is_refused(data, name):
    """It says what a caption looks like."""
    with pytest.raises(DocumentRefused, match="-->") as caught:
        read(data, name)
    assert caught.value.code == "damaged"


def test_other_json_is_read_by_its_lines():
    """Settings are no transcript."""
    assert read('{\n "a": {"b": 1}\n}', "a.json").unit == "line"


CUE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<>{}&"),
    min_size=1,
)


@given(st.lists(CUE.map(lambda text: " ".join(f"x{text}".split())), min_size=1, max_size=9))
def test_a_written_file_comes_back(cues):
    """Both forms, any words: the text of each cue at the second at which it begins."""
    stamps = [f"00:{i:02}:00,000 --> 00:{i:02}:59,000" for i in range(len(cues))]
    pairs = list(zip(stamps, cues, strict=True))
    srt = "\n\n".join(f"{i + 1}\n{stamp}\n{text}" for i, (stamp, text) in enumerate(pairs))
    vtt = "WEBVTT\n\n" + "\n\n".join(f"{stamp}\n{text}".replace(",", ".") for stamp, text in pairs)
    for source, name in ((srt, "a.srt"), (vtt.replace(",", "."), "a.vtt")):
        found = read(source, name)
        assert_placed(found)
        assert [p.label for p in found.pages] == [f"0:{i:02}:00" for i in range(len(cues))]


def test_chunks_hold_whole_cues_and_say_their_times():
    """A sentence goes on over cues, and no cue is divided."""
    cues = "".join(
        f"{i}\n00:{i:02}:00,000 --> 00:{i:02}:59,000\n{'word ' * 20}{'.' * (i % 2)}\n\n"
        for i in range(1, 9)
    )
    found = read(cues, "a.srt")
    assert found.text.count("\n") == 4
    chunks = cut(found, Chunking(64, 0))
    assert (chunks[0].labels[0], chunks[0].labels[-1]) == ("0:01:00", "0:03:00")
    borders = {edge for page in found.pages for edge in (page.start, page.end)}
    assert all({c.start, c.end} <= borders for c in chunks)
