"""The sentence on why a passage moved, made by rule; and what an edit does to its rank."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.explain.occlusion import explain, why
from core.explain.what_if import what_if
from core.search_settings import SecondStageSettings
from core.text.counting import signed
from tests.core.explain.passages import QUERY, TEXTS, compared
from tests.fakes import FakeCrossEncoder, FakeEncoder

numbers = re.compile(r"\d+(?:\.\d+)?")


def explained(comparison, index):
    """The explanation of the passage that stood at ``index`` (from 0)."""
    chunk = comparison.candidates[index].chunk
    return explain(comparison.query, chunk, FakeEncoder(), FakeCrossEncoder())


def test_a_riser_rose_because_of_its_strongest_sentence():
    """Third to first: the quote, its fall, and where the bi-encoder had it, all as recorded."""
    made = compared()
    explanation = explained(made, 2)
    fall = explanation.strongest.fall
    said = why(explanation, made)
    assert said.startswith(
        "Rose 2 places to rank 1 because of “Nobody may approve own expenses.” "
        f"(without it, the logit drops by {fall:.1f}). The bi-encoder ranked it 3: its closest "
        "sentence"
    )
    near = max(explanation.cosines)
    assert f"a cosine of {near:.2f}, but the whole passage only {explanation.cosine:.2f}." in said


def test_a_faller_is_not_said_to_fall_because_of_what_speaks_for_it():
    """First to third: its best sentence speaks for it, and it fell all the same."""
    made = compared()
    said = why(explained(made, 0), made)
    assert said.startswith(
        "Fell 2 places to rank 3. What counts most for it is “Expenses are paid.”"
    )
    assert "The bi-encoder ranked it 1 because “Expenses are paid.” is close" in said


def test_nothing_is_made_up_where_no_sentence_counts():
    """A passage without a word of the question: no sentence is given as a reason."""
    made = compared()
    said = why(explained(made, 1), made)
    assert "because" not in said
    assert "No single sentence decides it: the logit drops by 0.0 at most" in said
    assert "it has 0 of the question's 4 words, but not “may”, “approve”, “own”, “expenses”" in said


def test_one_sentence_has_nothing_to_leave_out():
    """It is said, with the logit that it has."""
    made = compared()
    explanation = explained(made, 3)
    assert f"a logit of {signed(explanation.logit, 1)}. It is a single sentence" in why(
        explanation, made
    )


def test_an_unread_passage_and_another_first_stage_are_said():
    """Not read by the cross-encoder; found by BM25 alone; cut by the window."""
    made = compared()
    explanation = explained(made, 2)
    unread = tuple(replace(item, logit=None, relevance=None, scored="no") for item in made.reranked)
    assert "The cross-encoder did not read it." in why(explanation, replace(made, reranked=unread))
    bm25 = tuple(replace(c, hits=(replace(c.hits[0], stage="bm25"),)) for c in made.candidates)
    assert ". BM25 ranked it 3: it has" in why(explanation, replace(made, candidates=bm25))
    assert why(replace(explanation, read=5), made).endswith(" Only its beginning was read.")


@given(st.permutations(TEXTS), st.integers(0, 3), st.sampled_from([QUERY, "tea forms", "canteen"]))
def test_every_number_and_quotation_comes_from_the_records(texts, index, query):
    """Nothing is invented: numbers are figures of the explanation, quotations its sentences."""
    made = compared(query, tuple(texts))
    explanation = explained(made, index)
    item = next(r for r in made.reranked if r.chunk.id == explanation.chunk_id)
    said = why(explanation, made)
    figures = {abs(item.rank_delta), item.rank, item.rank + item.rank_delta}
    figures |= {len(explanation.shared), len(explanation.shared) + len(explanation.missing)}
    known = {str(figure) for figure in figures} | {"0.0"}
    for value in (explanation.logit, explanation.cosine, *explanation.cosines):
        known |= {f"{abs(value):.1f}", f"{abs(value):.2f}"}
    known |= {f"{part.fall:.1f}" for part in explanation.sentences if part.fall is not None}
    quoted = re.findall("“(.+?)”", said)
    for quote in quoted:
        said = said.replace(quote, "")
        assert quote in explanation.text or quote in explanation.query
    assert set(numbers.findall(said)) <= known


@given(st.sampled_from(TEXTS), st.sampled_from([QUERY, "tea", "forms of tea"]))
def test_an_edit_is_ranked_by_a_real_score(text, query):
    """Before it are the others with a higher logit for this question, ties by chunk id."""
    made, model = compared(), FakeCrossEncoder()
    edited = made.candidates[1].chunk
    result = what_if(query, text, edited.id, made, model)
    assert result.logit == model.score(query, [text])[0]
    others = {c.chunk.id: c.chunk.passage for c in made.candidates if c.chunk.id != edited.id}
    assert dict(result.others) == {
        id_: model.score(query, [passage])[0] for id_, passage in others.items()
    }
    before = [i for i, logit in result.others if (-logit, i) < (-result.logit, edited.id)]
    assert result.rank == 1 + len(before)


def test_nothing_edited_is_the_rank_as_it_is():
    """And a removed answer falls; the same question costs one pair only."""
    made, model = compared(), FakeCrossEncoder()
    for item in made.reranked:
        same = what_if(QUERY, item.chunk.passage, item.chunk.id, made, model)
        assert (same.rank, same.logit, same.pairs) == (item.rank, item.logit, 1)
    first = made.reranked[0].chunk.id
    assert what_if(QUERY, "Tea is free.", first, made, model).rank > 1
    assert len(model.pairs) == 4 + 1


def test_another_question_or_passages_in_parts_are_read_again():
    """Then the known logits are not those of the edited pair's question, or of whole passages."""
    made, model = compared(), FakeCrossEncoder()
    id_ = made.reranked[0].chunk.id
    assert what_if("tea", "Tea.", id_, made, model).pairs == 4
    parts = replace(made.settings, second=SecondStageSettings(windows=True))
    assert what_if(QUERY, "Tea.", id_, replace(made, settings=parts), model).pairs == 4


@pytest.mark.parametrize(("query", "text"), [("", "text"), ("query", " \n"), ("q", "a" * 8001)])
def test_what_cannot_be_read_is_refused(query, text):
    """Empty texts have no score; an endless one would be cut unseen."""
    with pytest.raises(InputError):
        what_if(query, text, "x", compared(), FakeCrossEncoder())


def test_equal_logits_go_by_chunk_id():
    """As in the reranked list, so that an edit that changes nothing keeps the rank."""
    made, model = compared(), FakeCrossEncoder()
    logit = float(model.score(QUERY, ["Tea."])[0])
    equal = replace(made, reranked=tuple(replace(r, logit=logit) for r in made.reranked))
    ids = sorted(item.chunk.id for item in made.reranked)
    ranks = [what_if(QUERY, "Tea.", id_, equal, model).rank for id_ in ids]
    assert ranks == list(range(1, len(ids) + 1))
