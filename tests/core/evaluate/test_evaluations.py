"""Evaluations in the background, on searches with known results."""

import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log2
from threading import Event, Thread

import pytest

from core.errors import InputError, NotFound, Stopping, StoreError
from core.evaluate.compare import verdict
from core.evaluate.configurations import Configuration, depths, presets, variants
from core.evaluate.evaluating import Evaluation
from core.evaluate.evaluations import Evaluations
from core.evaluate.questions.question_sets import typed
from core.evaluate.regressions import comparable, previous
from core.schema import SearchSettings
from tests.core.evaluate.made_client import CANDIDATES, FIRST, PLAN, SECOND, SECONDS, finished, run


def test_values_are_those_of_the_formula(client):
    """Ranks 4 and 1 before, 1 and 4 after; the question without a known passage is left out."""
    outcome = run(client)
    assert outcome.asked == 3
    assert sorted(outcome.questions) == ["May I?", "Who pays?"]
    base, other = (outcome.run(name).values["nDCG@10"] for name in ("Dense", "Dense, reranked"))
    assert base == pytest.approx({"May I?": 1 / log2(4 + 1), "Who pays?": 1.0})
    assert other == pytest.approx({"May I?": 1.0, "Who pays?": 1 / log2(4 + 1)})
    assert outcome.run("Dense").ceiling == {"May I?": 1.0, "Who pays?": 1.0}
    same = {"May I?": 1.0, "Who pays?": 1.0}
    assert outcome.run("Dense").values["RBO"] == pytest.approx(same)
    assert outcome.run("Dense, reranked").values["RBO"]["May I?"] < 1
    times = {x.stage: x.median_ms for x in outcome.run("Dense, reranked").latencies}
    assert times == {"first stage": 3.0, "second stage": 30.0, "both": 33.0}
    assert outcome.run("Dense").latencies[1].median_ms == 0.0


def test_the_verdict_does_not_claim_what_two_questions_cannot_show(client):
    """One gain and one loss: not settled, and questions are named that would settle it."""
    (difference,) = [d for d in run(client).compared if d.measure == "nDCG@10"]
    assert verdict(difference).startswith("Not settled")
    assert (difference.wins, difference.losses) == (1, 1)
    assert difference.needed is not None
    assert difference.needed > 100


def test_another_reranker_is_measured_beside_the_one_that_is_on(client):
    """It leaves the order as it is, so it is as good as none; both models are in the record."""
    plan = replace(PLAN, configurations=(FIRST, SECOND, *variants(SECOND, rerankers=["still"])))
    outcome = run(client, plan)
    assert outcome.run("Dense, reranked by still").values == outcome.run("Dense").values
    assert outcome.run("Dense, reranked").values != outcome.run("Dense").values
    assert [model.name for model in outcome.models] == ["made", "reader", "still"]
    assert client.released == 1


def test_another_chunking_is_measured_by_where_its_passages_stand(client):
    """Other ids, one character to the right: the same grades, values and overlap of lists."""
    plan = replace(PLAN, configurations=(FIRST, SECOND, *variants(SECOND, chunkings={"cut": "64"})))
    outcome = run(client, plan)
    assert outcome.run("Dense, reranked, 64").values == outcome.run("Dense, reranked").values
    assert outcome.run("Dense, reranked, 64").ceiling == {"May I?": 1.0, "Who pays?": 1.0}


def test_people_overrule_the_source(client):
    """A person says that the source does not answer, and another passage does."""
    chunks = [candidate.chunk for candidate in CANDIDATES]
    client.judgments.give("c", "Who pays?", chunks[0], 0, "Ada")
    client.judgments.give("c", "Who pays?", chunks[1], 3, "Ada")
    outcome = run(client)
    assert outcome.run("Dense").values["RR@10"]["Who pays?"] == 1 / 2


def test_unjudged_is_left_out_when_asked(client):
    """Condensed to what is known, the only known passage is always first."""
    outcome = run(client, replace(PLAN, leave_out_unjudged=True))
    assert outcome.run("Dense").values["nDCG@10"] == {"May I?": 1.0, "Who pays?": 1.0}
    assert outcome.run("Dense").values["Judged@10"]["May I?"] == 1 / 4


def test_what_was_found_is_not_asked_again(client):
    """A second evaluation on the same state asks nothing; on new documents everything."""
    run(client)
    assert len(client.asked) == 6
    run(client)
    assert len(client.asked) == 6
    client.version = "v2"
    run(client)
    assert len(client.asked) == 12


def test_a_restart_goes_on_where_it_stopped(client):
    """Closed in the middle, another process with the same file finishes it."""
    first = Evaluations(client)
    client.go.clear()
    started = first.start("c", PLAN)
    closing = Event()
    while first.get(started.id).status != "running":
        closing.wait(0.005)
    ending = Thread(target=first.close)
    ending.start()
    while not first._worker.closed:
        closing.wait(0.005)
    client.go.set()
    ending.join(SECONDS)
    done = len(client.asked)
    assert done < 6
    second = Evaluations(client)
    assert finished(second, started).status == "done"
    assert len(client.asked) == 6
    second.close()


def test_one_whose_models_stop_with_the_process_goes_on_at_the_next_start(client):
    """It has not failed: nobody has to resume it."""
    first = Evaluations(client)
    client.fault = Stopping("Second Look is shutting down.")
    started = first.start("c", PLAN)
    assert first._worker.wait(SECONDS)
    assert first.get(started.id).status == "running"
    first.close()
    client.fault = None
    second = Evaluations(client)
    assert finished(second, started).status == "done"
    second.close()


def test_a_stopped_one_can_go_on(client, evaluations):
    """Cancel keeps what was found; resume asks the rest only."""
    client.go.clear()
    started = evaluations.start("c", PLAN)
    evaluations.cancel(started.id)
    client.go.set()
    assert finished(evaluations, started).status == "cancelled"
    with pytest.raises(NotFound):
        evaluations.outcome(started.id)
    evaluations.resume(started.id)
    assert finished(evaluations, started).status == "done"
    assert len(client.asked) == len(set(client.asked)) == 6


def test_a_fault_is_named_and_can_be_resumed(client, evaluations):
    """The reason is the error's; after the repair it goes on."""
    client.fault = StoreError("The store is away.")
    started = evaluations.start("c", PLAN)
    ended = finished(evaluations, started)
    assert (ended.status, ended.reason) == ("failed", "The store is away.")
    client.fault = None
    evaluations.resume(started.id)
    assert finished(evaluations, started).status == "done"


def test_new_documents_end_an_evaluation_of_old_ones(client, evaluations):
    """No mixture of two states."""
    client.fault = StoreError("The store is away.")
    started = evaluations.start("c", PLAN)
    finished(evaluations, started)
    client.fault, client.version = None, "v2"
    evaluations.resume(started.id)
    assert "changed since" in finished(evaluations, started).reason


def test_without_a_known_passage_nothing_is_measured(evaluations):
    """The reason says what to do."""
    started = evaluations.start("c", replace(PLAN, questions=tuple(typed("Why?"))))
    assert "Judge some passages" in finished(evaluations, started).reason


def test_outcomes_are_kept_and_deleted(client):
    """The same after a restart; deleted ones are gone."""
    evaluations = Evaluations(client)
    started = evaluations.start("c", PLAN)
    finished(evaluations, started)
    outcome = evaluations.outcome(started.id)
    evaluations.close()
    again = Evaluations(client)
    assert [found.status for found in again.snapshot("c")] == ["done"]
    assert again.outcome(started.id) == outcome
    again.delete(started.id)
    assert again.snapshot("c") == []
    again.close()


def test_only_the_same_settings_are_compared_with_before(client):
    """Both with the same settings; not the one of another depth; none of another treatment."""
    before = run(client)
    runs = list(before.runs)
    assert comparable(before, before) == ["Dense", "Dense, reranked"]
    assert comparable(replace(before, leave_out_unjudged=True), before) == []
    deeper = replace(runs[1].configuration, settings=SearchSettings(5, 1))
    runs[1] = replace(runs[1], configuration=deeper)
    assert comparable(before, replace(before, runs=tuple(runs))) == ["Dense"]


def test_the_evaluation_before_is_the_latest_finished_one_of_the_set(client):
    """Later and unfinished ones, other sets and other settings do not count; the first has none."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    made = [
        Evaluation(str(n), "c", day + timedelta(days=n), PLAN, status)
        for n, status in enumerate(("done", "done", "cancelled", "done", "done"))
    ]
    alien = Configuration("Dense", SearchSettings(9, 1))
    made.append(
        replace(made[2], id="5", status="done", plan=replace(PLAN, configurations=(alien,)))
    )
    made[1] = replace(made[1], plan=replace(PLAN, set_name="another"))
    condensed = replace(PLAN, leave_out_unjudged=True)
    made.append(replace(made[2], id="6", status="done", plan=condensed))
    assert previous(made, made[3]) == made[0]
    assert previous(made, made[4]) == made[3]
    assert previous(made, made[0]) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"baseline": "nobody"},
        {"configurations": (FIRST, FIRST)},
        {"questions": ()},
        {"measures": ("nDCG@0",)},
    ],
)
def test_what_cannot_be_measured_is_refused(fields):
    """Before any search has run."""
    with pytest.raises(InputError):
        replace(PLAN, **fields)


def test_presets_and_depths_have_names_of_their_own():
    """Every preset can be compared with every other; depths change only the depth."""
    names = [configuration.name for configuration in presets()]
    assert len(set(names)) == len(names) == 8
    shallow, deep = depths(SECOND, (10, 100))
    assert (shallow.settings.top_k, deep.settings.top_k) == (10, 100)
    assert deep.name == "Dense, reranked of 100"


def test_the_time_left_waits_for_every_configuration():
    """Nothing is said after one search of two configurations; after 2 of 6 in 8 s, 16 are left."""
    begun = Evaluation("e", "c", datetime(2026, 1, 1, tzinfo=UTC), PLAN, "running", 1, 2.0)
    assert begun.seconds_left is None
    assert replace(begun, done=2, seconds=8.0).seconds_left == 8.0 / 2 * 4


def test_who_sees_that_it_is_done_finds_its_outcome(evaluations, monkeypatch):
    """Also where writing to the disk takes its time."""
    database = evaluations._database
    transaction = database.transaction

    @contextmanager
    def slow():
        with transaction() as db:
            time.sleep(0.2)
            yield db

    monkeypatch.setattr(database, "transaction", slow)
    ended = finished(evaluations, evaluations.start("c", PLAN))
    assert ended.status == "done"
    assert evaluations.outcome(ended.id).asked == len(PLAN.questions)
