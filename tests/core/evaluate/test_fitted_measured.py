"""What was fitted as configurations: what is not used, and what they decide."""

from dataclasses import replace

import pytest

from core.answer import abstention
from core.errors import InputError
from core.evaluate.claims import abstention_words, abstentions, against_the_same, claim_of, right
from core.evaluate.configurations import Configuration
from core.evaluate.evaluating import timed
from core.evaluate.outcome import Measured, Outcome, compare_all, latency
from core.evaluate.printable import to_html, to_text
from core.evaluate.rankings import ranking_of
from core.learn.fits import with_fits
from core.schema import SearchSettings
from core.search.calibration import NoiseFloor
from core.search.fitted import FittedOn
from core.search_settings import Fits, Fitted
from core.serialize import from_json, to_json
from tests.core.evaluate.fitted import ABSTENTION, ON, SKIP_FIT
from tests.core.evaluate.made_client import CANDIDATES, FIRST, PLAN, SECOND, MadeClient, run
from tests.core.learn.fitted import LEARNED


def measured(client: MadeClient, *others: Configuration) -> Outcome:
    """The plan of before, with these beside."""
    return run(client, replace(PLAN, configurations=(FIRST, SECOND, *others), baseline=SECOND.name))


def learned(*questions: str):
    """Weights fitted on these, with the models that are on."""
    return replace(LEARNED, models=ON, fitted_on=FittedOn(questions, "torch-fp32"))


def of(outcome, name):
    """The first measure's difference of a configuration, with what it was fitted on."""
    found = next(d for d in outcome.compared if d.other == name)
    return claim_of(outcome, found)


def test_each_fit_is_one_change_of_the_configuration():
    """Named after it, with the models it belongs to; a skip predictor is switched on."""
    fits = {
        "fitted weights": learned("May I?"),
        "fitted skip predictor": SKIP_FIT,
        "fitted abstention": ABSTENTION,
    }
    weights, skip_predictor, abstention = with_fits(SECOND, fits)
    assert weights.name == "Dense, reranked with the fitted weights"
    second = weights.settings.second
    assert second.fits == Fits(weights=Fitted(LEARNED.weights, ON))
    assert weights.fitted_on == FittedOn(("May I?",), "torch-fp32", "better")
    assert skip_predictor.settings.second == replace(
        SECOND.settings.second,
        skip_predictor=True,
        fits=Fits(skip_predictor=Fitted((1.0, -2.0, -3.0, 0.4), ON)),
    )
    assert abstention.settings.second.fits.abstention.numbers == (1.5,)
    assert with_fits(FIRST, {}) == ()
    with pytest.raises(InputError, match="which is not reranked"):
        with_fits(FIRST, fits)


@pytest.mark.parametrize(
    ("questions", "begins", "remark"),
    [
        (("May I?", "Who  pays?"), "In-sample: ", "fitted on the 2 questions measured here"),
        (("May I?", "Why?"), "Partly in-sample: ", "On the other one: "),
        (("Why?",), "", "fitted on none of the 2 questions"),
        ((), "Perhaps in-sample: ", "The questions it was fitted on were not recorded"),
    ],
)
def test_what_was_fitted_on_these_questions_is_said(client, questions, begins, remark):
    """All, some, none, unknown: in front of the verdict, and in the words below it."""
    (fitted,) = with_fits(SECOND, {"fitted weights": learned(*questions)})
    outcome = measured(client, fitted)
    found = of(outcome, fitted.name)
    assert found.verdict.startswith(begins + "No difference was seen")
    assert remark in found.remark
    assert found.verdict in to_text(outcome)
    assert found.remark in to_text(outcome)
    assert of(outcome, FIRST.name).remark == ""
    assert from_json(Outcome, to_json(outcome)) == outcome


def test_what_the_fit_alone_changes_is_said_where_the_baseline_is_another(client):
    """Against the same search without it; not twice, and not for what changes no ranking."""
    fits = {"fitted skip predictor": SKIP_FIT, "fitted abstention": ABSTENTION}
    skipping, abstaining = with_fits(SECOND, fits)
    plan = replace(PLAN, configurations=(FIRST, SECOND, skipping, abstaining))
    outcome = run(client, plan)
    found = against_the_same(outcome, skipping.name, "nDCG@10")
    assert (found.difference.base, found.difference.other) == (SECOND.name, skipping.name)
    assert f"Against {SECOND.name}: {found.verdict}" in to_text(outcome)
    assert against_the_same(outcome, abstaining.name, "nDCG@10") is None
    assert against_the_same(outcome, SECOND.name, "nDCG@10") is None
    same = replace(outcome, baseline=SECOND.name)
    assert against_the_same(same, skipping.name, "nDCG@10") is None


def test_what_was_said_of_questions_left_out_of_the_fit_is_repeated(client):
    """A flattered figure stands beside the honest one; on new questions it is not needed."""
    for question, said in (("May I?", True), ("Why?", False)):
        (fitted,) = with_fits(SECOND, {"fitted weights": learned(question)})
        remark = of(measured(client, fitted), fitted.name).remark
        assert ("held out of the fit: better" in remark) == said


def test_a_settled_gain_on_its_own_questions_is_no_claim(client):
    """The interval is the same; only questions that nothing learned from let it count."""
    (fitted,) = with_fits(SECOND, {"fitted weights": learned("May I?")})
    found = of(measured(client, fitted), fitted.name)
    settled = replace(found.difference, low=0.1, high=0.3, mean=0.2, p_value=0.01)
    assert not replace(found, difference=settled).settled
    assert replace(found, difference=settled, own=frozenset()).settled
    assert not replace(found, own=frozenset()).settled


def test_the_unseen_questions_have_a_verdict_of_their_own(client):
    """One question is left: its value alone is compared, and settles nothing."""
    (fitted,) = with_fits(SECOND, {"fitted weights": learned("May I?")})
    found = of(measured(client, fitted), fitted.name)
    base = found.values[0]
    better = replace(found, values=(base, {"May I?": 0.0, "Who pays?": base["Who pays?"] + 0.25}))
    assert "Not settled: +0.250 nDCG@10 over 1 question" in better.remark.replace("−", "-")


def test_what_belongs_to_other_models_is_measured_without_it_and_said(client):
    """Weights of another cross-encoder: the figures are those without, and the report says so."""
    alien = replace(learned("Why?"), models=ON.replace("reader", "tuned"))
    (fitted,) = with_fits(SECOND, {"fitted weights": alien})
    outcome = measured(client, fitted)
    (note,) = outcome.run(fitted.name).notes
    assert (
        "The learned weights are not used: they were fitted with another cross-encoder (tuned)"
        in note
    )
    assert f"{fitted.name}: {note}" in to_text(outcome)
    assert "not used" in to_html(outcome, "c")
    assert outcome.run(SECOND.name).notes == ()


def test_abstention_is_right_or_wrong_where_people_know(client):
    """Both source questions have an answer, the third has none: its passages were judged 0."""
    for candidate in CANDIDATES:
        client.judgments.give("c", "Unknown?", candidate.chunk, 0, "Ada")
    (abstaining,) = with_fits(SECOND, {"fitted abstention": ABSTENTION})
    outcome = measured(client, abstaining)
    known = {"May I?": True, "Who pays?": True, "Unknown?": False}
    assert outcome.answerable == known
    assert "abstains on 1 of 1 unanswerable" in abstention_words(outcome, abstaining.name)
    assert right(outcome, outcome.run(abstaining.name)) == dict(zip(known, (0, 0, 1), strict=True))
    assert of(outcome, abstaining.name).remark == ""  # its ranking was fitted on nothing
    (found,) = abstentions(outcome)
    assert found.difference.mean == pytest.approx(1 / 3 - 2 / 3)
    assert found.verdict.startswith("Perhaps in-sample: Not settled")
    text = to_text(outcome)
    assert "answers 2 of 2 answerable questions and abstains on 0 of 1 unanswerable" in text
    assert "When to abstain" in to_html(outcome, "c")


def test_an_abstention_threshold_does_not_make_the_correction_stronger():
    """Eight wins of eight: 2 / 2^8 with one comparison, twice that with one more that counts."""
    (abstaining,) = with_fits(SECOND, {"fitted abstention": ABSTENTION})
    (skipping,) = with_fits(SECOND, {"fitted skip predictor": SKIP_FIT})

    def corrected(*others: Configuration) -> list[float]:
        values = {f"q{i}": 0.25 for i in range(8)}, {f"q{i}": 0.75 for i in range(8)}
        runs = [Measured(FIRST, {"AP": values[0]}, {}, ())]
        runs += [Measured(other, {"AP": values[1]}, {}, ()) for other in others]
        return [d.p_value for d in compare_all(runs, FIRST.name, ["AP"])]

    assert corrected(SECOND) == pytest.approx([2 / 2**8])
    assert corrected(SECOND, abstaining) == pytest.approx([2 / 2**8] * 2)
    assert corrected(SECOND, skipping) == pytest.approx([2 * 2 / 2**8] * 2)


def test_without_a_threshold_nobody_asks_whether_quotes_abstain(client):
    """The figures of abstention are empty, and a ranking of before is enough."""
    outcome = measured(client)
    assert (outcome.answerable, outcome.run(SECOND.name).abstains) == ({}, {})
    assert abstentions(outcome) == []
    asked = len(client.asked)
    (abstaining,) = with_fits(SECOND, {"fitted abstention": ABSTENTION})
    outcome = measured(client, abstaining)
    assert len(client.asked) == asked + 2 * 3  # reranked anew for its decision, and the new one
    assert set(outcome.run(SECOND.name).abstains) == {"May I?", "Who pays?"}


def test_a_decision_of_another_noise_floor_or_of_other_rules_is_made_again(client, monkeypatch):
    """The order is still right, what quotes would do may not be; nothing is asked twice."""
    (abstaining,) = with_fits(SECOND, {"fitted abstention": ABSTENTION})
    for change in (
        lambda: None,
        lambda: setattr(client, "noise", NoiseFloor(-1.0, 0.3, 0.95, 50)),
        lambda: monkeypatch.setattr(abstention, "ALGORITHM_VERSION", -1),
    ):
        change()
        client.asked.clear()
        measured(client, abstaining)
        assert [read for _, read in client.asked].count(True) == 2 * 3
        client.asked.clear()
        measured(client, abstaining)
        assert client.asked == []


def test_kept_scores_take_the_time_of_who_read_the_pairs(client):
    """One question was skipped, the other read from kept scores: 3 and 33 ms."""
    (skipping,) = with_fits(SECOND, {"fitted skip predictor": SKIP_FIT})
    plan = replace(PLAN, configurations=(SECOND, skipping), baseline=SECOND.name)
    made = ranking_of(client.compare("c", "May I?", Configuration("", SearchSettings(4, 1))))
    full = {q.text: replace(made, query=q.text) for q in PLAN.questions}
    own = {
        "May I?": replace(made, cached=True, rerank_ms=0.1),
        "Who pays?": replace(made, skipped=True, rerank_ms=0.0),
        "Unknown?": replace(made, cached=True, rerank_ms=0.1),
    }
    found = timed(plan, skipping, {SECOND.name: full, skipping.name: own})
    assert [ranking.total_ms for ranking in found.values()] == [33.0, 3.0, 33.0]
    assert latency("both", [r.total_ms for r in found.values()]).median_ms == 33.0
    other = replace(skipping, runtime="openvino-f32")  # computed by something else
    plan = replace(plan, configurations=(SECOND, other))
    assert timed(plan, other, {SECOND.name: full, other.name: own}) == own


def test_the_skipped_questions_alone_are_no_time_of_a_skip_predictor(client):
    """Their scores were kept and nobody read the pairs: no time is better than a wrong one."""
    (skipping,) = with_fits(SECOND, {"fitted skip predictor": SKIP_FIT})
    plan = replace(PLAN, configurations=(FIRST, skipping))
    client.cached = {"May I?"}
    outcome = run(client, plan)
    assert outcome.run(skipping.name).latencies == ()
