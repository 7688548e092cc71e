"""Hard negatives from SQuAD: mined by rank, without the answer's words, article by article."""

import json

import pytest

from core.errors import InputError
from tests.fakes import FakeEncoder
from training.lines import write_lines
from training.sources import read_data
from training.squad import Asked, Paragraph, make_squad, negatives, read_squad, sentences

RIVERS = [
    "The Rhine rises in the Alps. It passes Basel. It ends in Rotterdam. Ships use it.",
    "The Danube ends in a delta. It passes Vienna.",
    "The Elbe passes Dresden.",
    "The Oder passes Wroclaw.",
    "The Po passes Turin.",
]
CITIES = ["Rotterdam is a harbour.", "Bern is a capital.", "Oslo is a capital."]
PARAGRAPHS = [*(Paragraph(t, 1) for t in RIVERS), *(Paragraph(t, 2) for t in CITIES)]
ASKED = Asked("Where does the Rhine end?", 0, "Rotterdam", RIVERS[0].index("Rotterdam"))


def test_negatives_are_the_highest_of_its_article_and_of_another():
    """Not itself, not what holds the answer (paragraph 5); None when there are too few."""
    assert negatives(ASKED, [0, 5, 7, 3, 1, 6, 2, 4], PARAGRAPHS) == [3, 1, 2, 7]
    assert negatives(ASKED, [0, 5, 7, 3, 1], PARAGRAPHS) is None


def test_the_sentence_that_answers_stands_against_its_neighbours():
    """Three others of the paragraph; None where it has too few."""
    found = sentences(ASKED, PARAGRAPHS[0])
    assert found is not None
    assert found[0].strip() == "It ends in Rotterdam."
    assert [other.strip() for other in found[1]] == [
        "The Rhine rises in the Alps.",
        "It passes Basel.",
        "Ships use it.",
    ]
    assert sentences(Asked("Where?", 1, "delta", 20), PARAGRAPHS[1]) is None


def test_a_squad_file_becomes_training_data(tmp_path):
    """Read, mined, written, and read again as examples."""
    qas = [{"question": ASKED.query, "answers": [{"text": "Rotterdam", "answer_start": 55}]}]
    data = [
        {"paragraphs": [{"context": CITIES[0], "qas": []}]},
        {
            "paragraphs": [
                {"context": t, "qas": qas if i == 0 else []} for i, t in enumerate(RIVERS)
            ]
        },
    ]
    path = tmp_path / "train-v1.1.json"
    path.write_text(json.dumps({"data": [*data, {"paragraphs": [{"context": "Far.", "qas": []}]}]}))
    asked, paragraphs = read_squad(path)
    said: list[str] = []
    encoder = FakeEncoder()
    vectors = encoder.encode([paragraph.text for paragraph in paragraphs])
    made = make_squad(asked, paragraphs, vectors, encoder, said.append)
    counts = {name: write_lines(tmp_path / "data", name, lines) for name, lines in made.items()}
    assert counts == {"squad-passages": 7, "squad-groups": 1, "squad-sentences": 1}
    assert said == ["1 of 1 questions"]
    read = read_data(tmp_path / "data")
    assert read.texts[read.pools["squad"][0].passages[0]] == RIVERS[0]
    assert 0 not in read.pools["squad"][0].passages  # it holds the answer
    assert read_squad(path, 2)[1] == [Paragraph(CITIES[0], 0), *PARAGRAPHS[:5]]


def test_near_negatives_come_in_random_order_and_the_far_one_last():
    """For training takes the first two of them; the same again, for the same seed."""
    encoder = FakeEncoder()
    vectors = encoder.encode([paragraph.text for paragraph in PARAGRAPHS])
    made, again = (
        make_squad([ASKED] * 30, PARAGRAPHS, vectors, encoder, lambda _: None)["squad-groups"]
        for _ in range(2)
    )
    assert made == again
    lists = [line["negatives"] for line in made]
    assert len({tuple(bad[:3]) for bad in lists}) == 6
    assert len({(frozenset(bad[:3]), bad[3]) for bad in lists}) == 1


def test_another_file_is_refused(tmp_path):
    """Not JSON, or JSON of another form."""
    for text in ("no", "[]", '{"data": [{}]}'):
        path = tmp_path / "file.json"
        path.write_text(text)
        with pytest.raises(InputError, match=r"not SQuAD 1\.1"):
            read_squad(path)
    path.write_text('{"data": []}')
    with pytest.raises(InputError, match="has no questions"):
        read_squad(path)
