"""MedQuAD: its true form, what stands against an answer, and files that are something else."""

import random

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from tests.training.made_sources import ASKED, answers, put_medquad
from training.lines import write_lines
from training.medquad import Pair, medquad_lines, read_medquad
from training.sources import read_data


def test_questions_are_read_with_their_type_and_answer(tmp_path):
    """Spaces are single, entities are characters, the question mark stands at its word."""
    put_medquad(tmp_path)
    pairs = read_medquad(tmp_path)
    assert [pair.kind for pair in pairs] == ["information", "treatment", "outlook"]
    assert pairs[1] == Pair(
        "Fingeritis",
        "treatment",
        "What are the treatments for Fingeritis?",
        "Rest and warmth ease the pain of Fingeritis; the patient's doctor helps.",
    )


def test_answers_that_were_taken_out_are_passed_over(tmp_path):
    """An empty answer, and one that is a mere word; the other pairs stay."""
    put_medquad(tmp_path, made={"information": "", "causes": "Topics", **answers("Fingeritis")})
    assert [pair.kind for pair in read_medquad(tmp_path)] == ["information", "treatment", "outlook"]
    put_medquad(tmp_path / "removed", made={"information": "", "causes": ""})
    with pytest.raises(InputError, match="no answered questions"):
        read_medquad(tmp_path / "removed")


def test_an_answer_stands_against_its_focus_and_against_its_type(tmp_path):
    """Two near ones of another type of question, the far one of the same type; the same again."""
    put_medquad(tmp_path)
    put_medquad(tmp_path, "Toeitis", name="2_Other_QA/0000009.xml")
    pairs = read_medquad(tmp_path)
    lines = medquad_lines(pairs)
    text = {(pair.focus, pair.kind): pair.answer for pair in pairs}
    assert lines[0]["query"] == "What is (are) Fingeritis?"
    assert lines[0]["positive"] == text["Fingeritis", "information"]
    near, far = lines[0]["negatives"][:2], lines[0]["negatives"][2:]
    assert set(near) == {text["Fingeritis", "treatment"], text["Fingeritis", "outlook"]}
    assert far == [text["Toeitis", "information"]]
    assert len(lines) == 6
    assert medquad_lines(pairs) == lines


def test_without_two_near_ones_or_a_far_one_there_is_no_line():
    """A focus with two answers; a type of question that only one focus has."""
    two = [Pair("A", kind, "What?", text) for kind, text in list(answers("A").items())[:2]]
    assert medquad_lines(two) == []
    alone = [Pair("A", kind, "What?", text) for kind, text in answers("A").items()]
    assert medquad_lines(alone) == []


WORDS = st.lists(
    st.sampled_from(["rest", "warm", "pain", "slow", "well", "hand"]), min_size=8, max_size=70
)
PAIRS = st.lists(
    st.builds(
        Pair,
        st.sampled_from(["A", "a", "B"]),
        st.sampled_from(["information", "treatment", "causes"]),
        st.sampled_from(["What?", "Why?"]),
        WORDS.map(" ".join),
    ),
    max_size=25,
)


@given(PAIRS, st.integers(0, 9))
def test_no_negative_holds_the_answer_and_every_line_is_read(tmp_path_factory, pairs, seed):
    """Neither holds the other, all are different, at most 200 words; the same seed, the same."""
    lines = medquad_lines(pairs, seed)
    assert lines == medquad_lines(pairs, seed)
    for line in lines:
        texts = [line["positive"], *line["negatives"]]
        assert len(set(texts)) == len(texts) in {4, 5}
        assert not any(one in other for one in texts for other in texts if one is not other)
        assert max(len(text.split()) for text in texts) <= 200
    if lines:
        folder = tmp_path_factory.mktemp("data")
        write_lines(folder, "medquad", lines)
        assert len(read_data(folder).pools["medquad"]) == len(lines)


BOMB = """<!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document><Focus>&b;</Focus></Document>"""
OUTSIDE = """<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "declares a document type, lol"),
        (OUTSIDE, "declares a document type, d"),
        ("<Document><Focus>", "no element found"),
        ("", "no element found"),
        ('<?xml version="1.0" encoding="nonsense"?><Document/>', "unknown encoding"),
        ("<html></html>", "is a <html>, not a <Document>"),
        ("<Document>" + " " * 4_000_000 + "</Document>", "more than 4,000,000 bytes"),
    ],
    ids=["bomb", "outside", "half", "empty", "encoding", "html", "large"],
)
def test_what_is_no_document_of_medquad_is_refused(tmp_path, text, said):
    """By its name, with the reason; entities are never expanded."""
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_medquad(tmp_path)
    assert "a.xml" in caught.value.message
    assert caught.value.advice


def test_a_folder_in_place_of_a_file_and_no_folder_are_named(tmp_path):
    """The system's reason is passed on; a folder that is not there has no questions."""
    (tmp_path / "a.xml").mkdir()
    with pytest.raises(InputError, match=r"a\.xml cannot be read: Is a directory"):
        read_medquad(tmp_path)
    with pytest.raises(InputError, match="no answered questions"):
        read_medquad(tmp_path / "missing")


def test_deep_nesting_is_read_without_harm(tmp_path):
    """A hundred thousand elements in each other are no recursion."""
    deep = "<a>" * 100_000 + "</a>" * 100_000
    path = put_medquad(tmp_path)
    path.write_text(path.read_text().replace("<Focus>", f"<Deep>{deep}</Deep><Focus>"))
    assert len(read_medquad(tmp_path)) == 3


def test_long_answers_are_cut_as_chunks_are():
    """Between 50 and 200 words, and not all at the same place."""
    chance = random.Random(1)
    words = [f"word{i}" for i in range(900)]
    pairs = [
        Pair(focus, kind, "What?", " ".join(chance.sample(words, 300)))
        for focus in "AB"
        for kind in ASKED
    ]
    lengths = {len(line["positive"].split()) for line in medquad_lines(pairs)}
    assert len(lengths) > 4
    assert min(lengths) >= 50
    assert max(lengths) <= 200
