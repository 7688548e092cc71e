"""Another engine's run, measured and reranked."""

import pytest

from core.errors import InputError
from core.evaluate.experiment import evaluate
from core.evaluate.outside import outside_stage
from core.evaluate.runs import ranked
from tests.core.evaluate.test_experiment import DATASET, report
from tests.fakes import FakeCrossEncoder, FakeEncoder


@pytest.fixture
def run(tmp_path):
    """Writes a run and gives its path."""

    def write(*lines):
        path = tmp_path / "theirs.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return write


def test_the_order_is_that_of_the_ranks_and_the_values_are_by_hand(run):
    """q1's passage stands third, then second; q2 and q3 are not in the run and count 0."""
    path = run("q1 Q0 b 3 0.1 x", "q1 Q0 c 1 0.9 x", "q1 Q0 a 2 0.4 x")
    stage = outside_stage(path, DATASET)
    assert ranked(stage.search(DATASET.queries["q1"]).scores) == ["c", "a", "b"]
    assert stage.search(DATASET.queries["q2"]).scores == {}
    made = evaluate(DATASET, FakeEncoder(), FakeCrossEncoder(), 3, others=[stage])
    assert made.run("theirs").values["MRR@10"] == {"q1": 1 / 3, "q2": 0, "q3": 0}
    assert made.run("theirs reranked").values["MRR@10"]["q1"] == 1 / 2
    own = report().runs
    assert [r.values for r in made.runs[: len(own)]] == [r.values for r in own]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["q9 Q0 a 1 1 x"], "the question 'q9'"),
        (["q1 Q0 z 1 1 x"], "the passage 'z'"),
        (["q1 a 1"], "Line 1 of the run"),
    ],
)
def test_a_run_of_another_folder_is_refused(run, lines, words):
    """An unknown id is named: a silent 0 would be a lie about that engine."""
    with pytest.raises(InputError, match=words):
        outside_stage(run(*lines), DATASET)


def test_a_run_that_cannot_be_read(tmp_path):
    """No file, or no text."""
    with pytest.raises(InputError, match="cannot be read"):
        outside_stage(tmp_path / "none.txt", DATASET)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="not UTF-8"):
        outside_stage(tmp_path / "latin.txt", DATASET)


def test_a_run_has_a_name_of_its_own(run):
    """A file called bm25.txt would be taken for ours."""
    path = run("q1 Q0 a 1 0.9 x")
    stage = outside_stage(path.rename(path.with_name("bm25.txt")), DATASET)
    with pytest.raises(InputError, match="same name"):
        evaluate(DATASET, FakeEncoder(), FakeCrossEncoder(), 3, others=[stage])
