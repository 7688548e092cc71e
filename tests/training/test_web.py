"""Web questions: CLAPNQ's form, and the bi-encoder's cosines of four paragraphs."""

import json

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from tests.fakes import FakeEncoder
from tests.training.made_sources import clapnq_question
from training.lines import write_lines
from training.sources import read_data
from training.web import FEWEST, RANKS, read_web, web_lines


def test_questions_are_read_once_each(tmp_path):
    """Nothing else of a line is used; a line break within a string is one."""
    path = tmp_path / "ClapNQ_train_answerable.jsonl"
    asked = ["who sings it first", " who sings it first ", "what is it\u2028made of"]
    lines = [json.dumps(clapnq_question(text), ensure_ascii=False) for text in asked]
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    assert read_web(path) == [asked[0], asked[2]]


@pytest.mark.parametrize("text", ["no", "[1]", '{"question": "other form"}', "3"])
def test_another_file_is_refused(tmp_path, text):
    """Not JSON, not an object, or an object of another form; and what to fetch is said."""
    path = tmp_path / "file.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match="is not JSON lines with an input") as caught:
        read_web(path)
    assert "ClapNQ_train_answerable.jsonl" in caught.value.advice
    with pytest.raises(InputError, match="No such file"):
        read_web(tmp_path / "missing.jsonl")


@given(st.integers(0, 99))
def test_four_paragraphs_are_drawn_at_their_ranks(seed):
    """Their cosines are the encoder's, to four digits, and fall; the same seed, the same."""
    vectors = np.random.default_rng(seed).normal(size=(FEWEST + 5, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    (line,) = web_lines(["who sings it"], vectors, FakeEncoder(), seed)
    assert [line] == web_lines(["who sings it"], vectors, FakeEncoder(), seed)
    exact = vectors @ FakeEncoder().encode(["who sings it"])[0]
    assert line["cosines"] == pytest.approx(exact[line["passages"]], abs=6e-5)
    assert line["cosines"] == sorted(line["cosines"], reverse=True)
    places = [int((exact > exact[number]).sum()) for number in line["passages"]]
    assert all(place in ranks for place, ranks in zip(places, RANKS, strict=True))


def test_every_line_is_read(tmp_path):
    """With its paragraphs beside it."""
    texts = [f"Paragraph {i} is about subject {i % 7}." for i in range(FEWEST)]
    write_lines(tmp_path, "squad-passages", [{"article": 1, "text": text} for text in texts])
    lines = web_lines(["what is subject 3", "who"], FakeEncoder().encode(texts), FakeEncoder())
    write_lines(tmp_path, "web-questions-bi-encoder-scores", lines)
    pool = read_data(tmp_path).pools["web"]
    assert [list(example.cosines) for example in pool] == [line["cosines"] for line in lines]
