"""Training data by one command, out of downloads in their true form."""

import json

import pytest

from core.errors import InputError
from tests.fakes import FakeEncoder
from tests.training.made_sources import clapnq_question, put, put_handbook, put_medquad
from training.__main__ import main
from training.lines import read_lines
from training.making import Downloads, make_data
from training.sources import SOURCES, read_data
from training.web import FEWEST

ARTICLES = 25


def put_squad(path):
    """SQuAD 1.1 with as many paragraphs as the web questions need, and a question on the first."""
    contexts = [
        f"The river {i} rises in the hills. It passes town {i}. It ends in lake {i}. Boats use it."
        for i in range(FEWEST)
    ]
    data = []
    for number in range(ARTICLES):
        parts = [{"context": text, "qas": []} for text in contexts[number::ARTICLES]]
        answer = {"text": f"lake {number}", "answer_start": parts[0]["context"].index("lake")}
        asked = {"question": f"Where does river {number} end?", "answers": [answer]}
        parts[0]["qas"] = [asked]
        data.append({"title": str(number), "paragraphs": parts})
    path.write_text(json.dumps({"data": data, "version": "1.1"}))
    return path


@pytest.fixture
def downloads(tmp_path):
    """One of each."""
    for number, focus in enumerate(["Fingeritis", "Toeitis"]):
        put_medquad(tmp_path / "MedQuAD", focus, name=f"{number}_QA/0000001.xml")
    (tmp_path / "handbook").mkdir()
    put_handbook(tmp_path / "handbook")
    clapnq = tmp_path / "ClapNQ_train_answerable.jsonl"
    asked = [f"where does the river of town {i} end" for i in range(9)]
    clapnq.write_text("".join(json.dumps(clapnq_question(text)) + "\n" for text in asked))
    squad = put_squad(tmp_path / "train-v1.1.json")
    topics = [
        {"source": "manual", "topic": f"How to oil part {i}", "passage": f"Part {i} takes oil {i}."}
        for i in range(20)
    ]
    put(tmp_path, "topical-pairs", topics)
    return Downloads(
        squad, tmp_path / "MedQuAD", tmp_path / "handbook", clapnq, tmp_path / "topical-pairs.jsonl"
    )


@pytest.mark.model
def test_one_command_makes_all_sources(tmp_path, downloads, capsys):
    """With the bundled encoder; every line that was written is read."""
    folder = tmp_path / "data"
    command = ["data", str(folder), "--squad", str(downloads.squad)]
    command += ["--medquad", str(downloads.medquad), "--handbook", str(downloads.handbook)]
    command += ["--clapnq", str(downloads.clapnq), "--topics", str(downloads.topics)]
    assert main(command) == 0
    said = capsys.readouterr().err
    assert "medquad: 6 lines" in said
    assert f"encoding {FEWEST} paragraphs" in said
    data = read_data(folder)
    assert data.pools.keys() == SOURCES.keys()
    assert 0 < len(data.pools["squad"]) <= len(list(read_lines(folder, SOURCES["squad"])))
    assert {e.query.split(" part ")[0] for e in data.pools["topics"]} == {"How to oil", "oil"}
    for name in ("medquad", "policies", "headings", "topics"):
        assert len(data.pools[name]) == len(list(read_lines(folder, SOURCES[name])))
    assert main(command) == 1
    assert "is there already" in capsys.readouterr().err


def test_sources_can_be_made_one_by_one(tmp_path, downloads):
    """In any order, but the web questions after SQuAD; the same twice; no encoder without need."""
    folder, other = tmp_path / "data", tmp_path / "other"
    nothing = make_data(Downloads(medquad=downloads.medquad), folder, pytest.fail, print)
    assert nothing == {"medquad": 6, "rule-made-policies": 7300}
    web = Downloads(clapnq=downloads.clapnq)
    with pytest.raises(InputError, match="of SQuAD; there are 0") as caught:
        make_data(web, folder, FakeEncoder, print)
    assert "Give --squad as well" in caught.value.advice
    assert make_data(Downloads(squad=downloads.squad), folder, FakeEncoder, print).keys() == {
        "squad-passages",
        "squad-groups",
        "squad-sentences",
    }
    make_data(web, folder, FakeEncoder, print)
    make_data(Downloads(handbook=downloads.handbook), folder, FakeEncoder, print)
    assert make_data(Downloads(topics=downloads.topics), folder, FakeEncoder, print) == {
        "topical-groups": 20
    }
    make_data(downloads, other, FakeEncoder, print)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert files == {path.name: path.read_bytes() for path in other.iterdir()}
    assert len(files) == 8


def test_nothing_is_made_when_a_download_is_broken(tmp_path, downloads):
    """All are read before the first is written; naming none is an error too."""
    folder = tmp_path / "data"
    downloads.clapnq.write_text("not json")
    with pytest.raises(InputError, match="is not JSON lines"):
        make_data(downloads, folder, pytest.fail, print)
    assert not folder.exists()
    with pytest.raises(InputError, match="Nothing was named"):
        make_data(Downloads(), folder, pytest.fail, print)


def test_only_the_first_articles_are_read_when_asked_for(tmp_path, downloads):
    """A part of SQuAD for a short trial."""
    part = Downloads(squad=downloads.squad, articles=2)
    assert make_data(part, tmp_path / "data", FakeEncoder, print)["squad-passages"] == 24
