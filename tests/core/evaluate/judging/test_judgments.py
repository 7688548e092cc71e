"""Judgments are a log: the newest word counts, undo brings the one before back."""

import pytest
from hypothesis import given, settings, strategies as st

from core.errors import InputError, NotFound
from core.evaluate.judging.judgments import Judgment, Judgments, folded
from core.text.spans import Place
from tests.core.evaluate.made import made
from tests.strategies import make_chunk

STEPS = st.lists(
    st.tuples(st.sampled_from(["Ada", "Ben"]), st.integers(0, 2), st.integers(0, 3)) | st.none(),
    max_size=25,
)


def without_ids(judgments):
    """What was said, whatever number it got."""
    return [(j.query, j.place, j.grade, j.judge, j.note, j.source, j.at) for j in judgments]


def test_a_judgment_survives_a_restart(tmp_path):
    """Every field comes back from the disk as it was given."""
    kept = Judgments(tmp_path / "judgments.sqlite")
    given_ = kept.add(made(grade=3))
    kept.close()
    again = Judgments(tmp_path / "judgments.sqlite")
    assert again.of("c") == [given_]
    assert without_ids([given_]) == without_ids([made(grade=3)])
    again.close()


@settings(max_examples=60)
@given(STEPS)
def test_the_newest_counts_and_undo_is_the_way_back(steps):
    """Against a plain list: None stands for Ada taking her last judgment back."""
    kept, log = Judgments(None), []
    for step in steps:
        if step is None:
            mine = [entry for entry in log if entry[0] == "Ada"]
            if mine:
                kept.undo("c", "Ada")
                log.reverse()
                log.remove(mine[-1])
                log.reverse()
            continue
        judge, place, grade = step
        kept.add(made(10 * place, 10 * place + 5, grade, judge))
        log.append(step)
    expected = {(judge, place): grade for judge, place, grade in log}
    found = {(j.judge, j.place.start // 10): j.grade for j in kept.of("c")}
    assert found == expected
    assert len(kept.log("c")) == len(log)
    kept.close()


def test_nothing_to_undo_is_said():
    """Another judge's word is not taken back."""
    kept = Judgments(None)
    kept.add(made(judge="Ben"))
    with pytest.raises(NotFound, match="no judgment to undo"):
        kept.undo("c", "Ada")
    assert len(kept.of("c")) == 1
    kept.close()


def test_questions_judges_and_collections_are_kept_apart():
    """White space of a question is folded; a deleted collection leaves nothing."""
    kept = Judgments(None)
    kept.add(made(query=" Who  pays? "))
    kept.add(made(query="Who flies?", judge="Ben"))
    assert kept.queries("c") == ["Who pays?", "Who flies?"]
    assert kept.judges("c") == ["Ada", "Ben"]
    assert [j.query for j in kept.of("c", "Who  pays?")] == ["Who pays?"]
    assert kept.of("other") == []
    kept.forget("c")
    assert kept.of("c") == kept.log("c") == []
    kept.close()


def test_a_judgment_on_a_chunk_names_its_characters():
    """Document, start and end; the note is trimmed and cut."""
    chunk, kept = make_chunk(3), Judgments(None)
    judgment = kept.give("c", "a  b", chunk, 1, " Ada ", "  why " + "x" * 3000)
    kept.close()
    assert judgment.place == Place(chunk.document_id, chunk.start, chunk.end)
    assert (judgment.query, judgment.judge) == ("a b", "Ada")
    assert judgment.note.startswith("why")
    assert len(judgment.note) == 2000


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"grade": 4}, "outside 0 to 3"), ({"grade": -1}, "outside 0 to 3"), ({"judge": " "}, "name")],
)
def test_what_is_no_judgment_is_refused(changes, words):
    """Unknown grades and nameless judges."""
    with pytest.raises(InputError, match=words):
        made(**changes)


@pytest.mark.parametrize("name", ["settled", " Settled ", "made from the document"])
def test_a_name_does_not_stand_for_a_rule(name):
    """Whose grade counts before all others is decided by what was pressed, not by a name."""
    chunk, kept = make_chunk(3), Judgments(None)
    with pytest.raises(InputError, match="has a meaning here"):
        kept.give("c", "q", chunk, 1, name)
    assert kept.settle("c", "q", chunk, 2).judge == "settled"
    kept.close()


@given(st.text())
def test_folding_twice_changes_nothing(query):
    """The question under which something is kept is found again."""
    assert folded(folded(query)) == folded(query)


def test_a_record_is_frozen():
    """Nobody changes a judgment after the fact."""
    with pytest.raises(AttributeError):
        made().grade = 0  # type: ignore[misc]
    assert isinstance(made(), Judgment)
