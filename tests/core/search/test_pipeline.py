"""A question through both stages, on fakes and an in-memory store."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from core.errors import InputError, ModelError
from core.schema import Calibration, SearchSettings
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.calibration import NoiseFloor, anchored
from core.search.comparison import settled
from core.search.first_stage import Corpus, FirstStageResult
from core.search.pipeline import Stages, clean_query, compare, compare_in_parts
from core.search.quotes import with_quotes
from core.search.reading import Deadline, PairReader
from core.search.second_stage import second_in_parts
from core.search_settings import SecondStageSettings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder, SlowCrossEncoder
from tests.strategies import falling, make_chunk

TEXTS = [
    "Reports are approved by the manager. Nobody waits.",
    "Travel is booked by the desk.",
    "You may not approve your own report. Ask another manager.",
    "Lunch is at noon.",
]


@pytest.fixture
def stages():
    """Both fakes and a store that holds the four texts."""
    encoder, store = FakeEncoder(), open_store()
    chunks = [make_chunk(i, text) for i, text in enumerate(TEXTS)]
    store.create("c", encoder.dimension)
    store.upsert("c", "r1", chunks, encoder.encode(TEXTS))
    yield Stages(encoder, FakeCrossEncoder(), store)
    store.close()


CORPUS = Corpus("My documents", "c", ("r1",), "v1")


def test_a_comparison_holds_both_lists_of_the_same_passages(stages):
    """Candidates and reranked are the same passages; the best by logit is first."""
    result = compare("may I approve my own report", SearchSettings(3, 2), stages, CORPUS)
    assert len(result.candidates) == 3
    assert {c.chunk.id for c in result.candidates} == {r.chunk.id for r in result.reranked}
    assert result.reranked[0].chunk.text == TEXTS[2]
    assert result.timings.pairs == 3


def test_a_floor_is_in_the_comparison_and_its_relevance_is_made_from_it(stages):
    """The passage at the floor is shown as 0.05; ranks and logits are as without it."""
    plain = compare("may I approve my own report", SearchSettings(3, 2), stages, CORPUS)
    assert (plain.noise_floor, plain.cosine_floor, plain.calibration) == (None, None, Calibration())
    floor = NoiseFloor(plain.reranked[-1].logit, 0.3, 0.95, 50)
    with_it = compare(plain.query, plain.settings, replace(stages, floor=floor), CORPUS)
    assert (with_it.noise_floor, with_it.cosine_floor) == (floor.logit, 0.3)
    assert with_it.calibration == anchored(Calibration(), floor.logit)
    assert with_it.reranked[-1].relevance == pytest.approx(0.05, abs=1e-4)
    assert [r.logit for r in with_it.reranked] == [r.logit for r in plain.reranked]


def test_the_best_sentence_is_the_one_with_the_highest_logit_alone(stages):
    """The quote's offsets cut exactly that sentence out of the chunk."""
    result = compare("approve your own report", SearchSettings(4, 2), stages, CORPUS, quote_depth=2)
    first = result.reranked[0]
    quote = first.chunk.text[first.quote.span.start : first.quote.span.end]
    assert quote == "You may not approve your own report."
    assert first.quote.logit == 8 * 4 / 4 - 4


def test_only_the_first_passages_of_either_list_get_a_quote(stages):
    """Passages beyond the depth are not read a second time."""
    result = compare("lunch", SearchSettings(4, 1), stages, CORPUS, quote_depth=1)
    quoted = [r for r in result.reranked if r.quote is not None]
    assert 1 <= len(quoted) <= 2


passages = st.lists(
    st.sampled_from(["lunch", "report", "noon. Approve", "your own report. Lunch", "manager"]),
    min_size=0,
    max_size=12,
)
second_stages = st.builds(
    SecondStageSettings,
    enabled=st.booleans(),
    blend=st.sampled_from([0.0, 0.4, 1.0]),
    cascade=st.integers(0, 6),
    budget_ms=st.sampled_from([0, 30, 100]),
    windows=st.booleans(),
)


def found(texts):
    """A first stage that finds these passages for every question, in their order."""
    return lambda *_: FirstStageResult(falling(texts), 1.0, 1.0)


def at_once(query, asked, candidates, model, scores, depth):
    """Both lists as one reading of everything gives them, without any part before."""
    second = asked.second
    deadline = Deadline.after(second.budget_ms, model.clock)
    cached = CachedCrossEncoder(model, scores)
    reader = PairReader(query, cached, deadline, model.info.calibration, second.windows)
    *_, whole = second_in_parts(candidates, reader, second, len(candidates))
    ids = {c.chunk.id for c in candidates[:depth]} | {r.chunk.id for r in whole.reranked[:depth]}
    quoted, notes = with_quotes(whole.reranked, ids, reader)
    return quoted, whole.hits, whole.pairs, whole.skip, (*whole.notes, *notes)


@given(passages, second_stages, st.integers(0, 4), st.integers(0, 8), st.booleans(), st.booleans())
def test_the_last_part_is_what_reading_everything_at_once_gives(
    texts, second, depth, first_read, keeping, known
):
    """To the last bit, whatever is read first, with equal passages and with scores kept before."""
    query, asked = "approve own report lunch", SearchSettings(12, 2, second=second)
    corpus, first = Corpus("x", "c", (), "v"), found(texts)
    kept = [ScoreCache() if keeping else None for _ in range(2)]
    if known and texts:
        for scores in kept:
            CachedCrossEncoder(FakeCrossEncoder(), scores).score(query, texts[:1])
    # a part of a second that adds up without rounding: else a limit is met a bit early or late
    model, other = SlowCrossEncoder(1 / 128), SlowCrossEncoder(1 / 128)
    stages = Stages(FakeEncoder(), model, None, kept[0], clock=model.clock, first_stage=first)
    parts = []
    for part in compare_in_parts(query, asked, stages, corpus, depth, first_read):
        parts.append(part)
        model.seconds += 5.0  # who looks at a part takes nothing of the time for reading
    last, candidates = parts[-1], first().candidates
    expected = at_once(query, asked, candidates, other, kept[1], depth)
    figures = (last.cache_hits, last.timings.pairs, last.skip)
    if second.budget_ms == 0:
        assert (last.reranked, *figures, last.notes) == expected
    else:  # what is left of the time goes to the answer's sentences first
        final = [[replace(item, quote=None) for item in of] for of in (last.reranked, expected[0])]
        assert (final[0], *figures) == (final[1], *expected[1:4])
    assert len({part.asked_at for part in parts}) == 1
    took = 1000 * (model.seconds - 5.0 * len(parts))
    assert last.timings.total_ms == pytest.approx(took, abs=1e-6)


@given(st.integers(1, 12), st.integers(1, 12))
def test_the_order_changes_once(n, first_read):
    """The candidates alone, those read first in their old order, then every part in the final."""
    texts = [f"lunch {i} " + "report " * (i % 3 == 2) for i in range(n)]
    stages = Stages(FakeEncoder(), FakeCrossEncoder(), None, first_stage=found(texts))
    asked, corpus = SearchSettings(12, 2), Corpus("x", "c", (), "v")
    before, *after = compare_in_parts("own report", asked, stages, corpus, 3, first_read)
    old = [candidate.chunk.id for candidate in before.candidates]
    assert before.reranked == ()
    if first_read < n:
        partial, *after = after
        assert [item.chunk.id for item in partial.reranked] == old[:first_read]
        assert all(item.rank_delta == 0 for item in partial.reranked)
        final = {item.chunk.id: item.logit for item in after[-1].reranked}
        assert all(final[item.chunk.id] == item.logit for item in partial.reranked)
        assert not settled(partial)
    orders = {tuple(item.chunk.id for item in part.reranked) for part in after}
    assert len(orders) == 1
    assert all(settled(part) for part in after)
    answer = after[0].reranked[: asked.top_n]
    assert all(item.quote for item in answer)


def test_a_second_half_that_fails_leaves_what_was_read_first():
    """The parts before stay as they were; asked again, only the rest is read."""

    class Failing(FakeCrossEncoder):
        broken = True

        def score(self, query, passages):
            if self.broken and len(self.pairs) >= 2:
                raise ModelError("The model is gone.")
            return super().score(query, passages)

    model, scores, seen = Failing(), ScoreCache(), []
    first = found([f"lunch {i}" for i in range(6)])
    stages = Stages(FakeEncoder(), model, None, scores, first_stage=first)
    corpus, asked = Corpus("x", "c", (), "v"), SearchSettings(6, 2)
    with pytest.raises(ModelError):
        seen.extend(compare_in_parts("lunch", asked, stages, corpus, 0, 2))
    model.broken = False
    again = compare("lunch", asked, stages, corpus)
    assert len(model.pairs) == 6
    assert (again.cache_hits, len(again.reranked)) == (2, 6)


def test_a_revision_that_is_not_committed_cannot_be_found(stages):
    """Only revisions of the corpus are searched."""
    stages.store.upsert(
        "c", "r2", [make_chunk(9, "lunch lunch lunch")], stages.encoder.encode(["lunch"])
    )
    found = compare("lunch", SearchSettings(10, 1), stages, CORPUS)
    assert "lunch lunch lunch" not in [c.chunk.text for c in found.candidates]


def test_nothing_committed_gives_two_empty_lists(stages):
    """An empty corpus is not an error."""
    empty = compare("lunch", SearchSettings(10, 1), stages, Corpus("x", "c", (), "v0"))
    assert (empty.candidates, empty.reranked) == ((), ())


@pytest.mark.parametrize("query", ["", "   ", "\n\t", "x" * 2001])
def test_a_question_that_cannot_be_asked_is_refused(query):
    """Empty and endless questions get a message."""
    with pytest.raises(InputError):
        clean_query(query)


@given(st.text(min_size=1, max_size=50).filter(str.strip))
@settings(max_examples=50)
def test_cleaning_a_question_twice_changes_nothing_more(query):
    """White space is folded once and for all."""
    once = clean_query(query)
    assert clean_query(once) == once
    assert "".join(once.split()) == "".join(query.split())
