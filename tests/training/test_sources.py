"""The open data that the bundled model learned from: read, held out, drawn, cut."""

import gzip
import random
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from tests.training.made_sources import put
from training.sources import Data, Example, draws, read_data, written

TEXTS = tuple(f"Paragraph {i} has a few words of its own to be cut." for i in range(8))
DATA = Data(TEXTS, (0, 0, 0, 0, 1, 1, 1, 1), {}, ())


def test_sources_are_read_and_whole_articles_are_held_out(tmp_path):
    """Near, near, far of four negatives; article 0 is for the test; too few negatives: left out."""
    paragraphs = [{"article": 0, "text": "a"}, {"article": 1, "text": "b"}]
    put(tmp_path, "squad-passages", paragraphs)
    groups = [
        {"query": "held", "positive": 0, "negatives": [1, 1, 1, 1]},
        {"query": "kept", "positive": 1, "negatives": [1, 1, 1, 1]},
    ]
    put(tmp_path, "squad-groups", groups, packed=True)
    own = [
        {"query": "four", "positive": "yes", "negatives": ["n1", "n2", "n3", "n4"]},
        {"query": "two", "positive": "yes", "negatives": ["n1", "n2"]},
    ]
    put(tmp_path, "medquad", own)
    data = read_data(tmp_path)
    assert data.texts == ("a", "b")
    assert [e.query for e in data.test] == ["held"]
    assert [e.query for e in data.pools["squad"]] == ["kept"]
    assert data.pools["medquad"] == (Example("four", ("yes", "n1", "n2", "n4")),)


def test_no_source_shows_what_is_held_out(tmp_path):
    """Article 0: its questions are the test; its paragraphs and sentences teach nothing."""
    texts = ["It is red. It is old.", "It is blue.", "Far.", "Near."]
    paragraphs = [{"article": i, "text": text} for i, text in enumerate(texts)]
    put(tmp_path, "squad-passages", paragraphs)
    groups = [
        {"query": "asked", "positive": 0, "negatives": [1, 2, 3]},
        {"query": "against it", "positive": 1, "negatives": [0, 2, 3]},
        {"query": "kept", "positive": 1, "negatives": [2, 3, 2]},
    ]
    put(tmp_path, "squad-groups", groups)
    bad = ["n1", "n2", "n3"]
    sentences = [
        {"query": "asked", "positive": "Said otherwise.", "negatives": bad},
        {"query": "another", "positive": "It is old.", "negatives": bad},
        {"query": "kept", "positive": "It is blue.", "negatives": bad},
    ]
    put(tmp_path, "squad-sentences", sentences)
    scored = [
        {"query": "who", "passages": passages, "cosines": [0.4, 0.3, 0.2, 0.1]}
        for passages in ([1, 2, 3, 0], [1, 2, 3, 1])
    ]
    put(tmp_path, "web-questions-bi-encoder-scores", scored)
    data = read_data(tmp_path)
    assert [e.query for e in data.test] == ["asked"]
    assert [e.query for e in data.pools["squad"]] == ["kept"]
    assert [e.query for e in data.pools["sentences"]] == ["kept"]
    assert [e.passages for e in data.pools["web"]] == [(1, 2, 3, 1)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (None, "no training data"),
        ([{"query": "q", "negatives": []}], "positive"),
        ([{"query": "q", "positive": 5, "negatives": [1, 2, 3]}], "names paragraph 5"),
    ],
)
def test_what_cannot_be_learned_from_is_named(tmp_path, lines, said):
    """An empty folder, a line of another form, a number without a paragraph."""
    if lines is not None:
        put(tmp_path, "medquad", lines)
    with pytest.raises(InputError, match=said):
        read_data(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    """Half of a download is no source."""
    (tmp_path / "medquad.jsonl.gz").write_bytes(gzip.compress(b"{}" * 99)[:20])
    with pytest.raises(InputError, match="medquad cannot be read"):
        read_data(tmp_path)


@given(st.integers(0, 99))
def test_a_mixture_is_drawn_by_its_shares_and_each_source_once_a_round(seed):
    """Every example of a source comes before any comes again; the same seed, the same examples."""
    pools = {name: [Example(f"{name}{i}", ()) for i in range(5)] for name in "ab"}
    shares = {"a": 0.8, "b": 0.2, "missing": 9.0}
    drawn = list(islice(draws(pools, shares, random.Random(seed)), 200))
    assert drawn == list(islice(draws(pools, shares, random.Random(seed)), 200))
    for name in "ab":
        own = [e.query for e in drawn if e.query.startswith(name)]
        assert max(Counter(own).values()) - min(Counter(own).values()) <= 1
    assert 120 < sum(e.query.startswith("a") for e in drawn) < 195


def test_a_mixture_of_nothing_is_refused():
    """It would never draw anything."""
    with pytest.raises(InputError, match="None of web"):
        next(draws({}, {"web": 1.0}, random.Random(0)))


@given(st.integers(0, 7), st.integers(0, 999))
def test_a_cut_paragraph_never_takes_words_of_another_article(number, seed):
    """It is a piece of its article: its own last word is there, and neighbours only of its own."""
    text = written(number, DATA, random.Random(seed))
    own = {str(i) for i in range(8) if DATA.articles[i] == DATA.articles[number]}
    assert {word for word in text.split() if word.isdigit()} <= own
    assert "cut." in text.split()
    assert written("as it is", DATA, random.Random(seed)) == "as it is"
