"""The engine of the bench: whose turn it is, medians, what fails, what could not be measured."""

import statistics
import sys

import pytest
from hypothesis import given, strategies as st

from benchmarks import measuring
from benchmarks.__main__ import main, verdict
from benchmarks.measuring import ONNX, PLAIN, Cost, Missing, Race, Row, Unavailable, measured

SECONDS = st.floats(0.001, 1000.0)


def made(name, *processor):
    """A side that takes these seconds, one a run."""
    left = iter(processor)
    return lambda: {name: Cost(taken := next(left), 2 * taken)}


def refusing():
    """A side that is not here."""
    raise Unavailable("it is not installed")


@given(ours=SECONDS, theirs=SECONDS)
def test_a_row_fails_exactly_when_plain_code_takes_less_processor_time(ours, theirs):
    """Whatever the clock says; others than plain code may be faster."""
    slow_clock = Cost(ours, 1000.0)
    assert Row("r", PLAIN, slow_clock, Cost(theirs, 1.0)).failed == (theirs / ours < 1)
    assert not Row("r", ONNX, slow_clock, Cost(theirs, 1.0)).failed


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=3, max_size=7))
def test_medians_are_of_all_turns_but_the_first(turns):
    """Each side is run once more than it counts."""
    ours, theirs = zip(*turns, strict=True)
    race = Race(made("r", *ours), {PLAIN: made("r", *theirs)}, turns=len(turns) - 1)
    (row,) = measured("race", race)
    assert row.ours.processor == statistics.median(ours[1:])
    assert row.theirs.clock == 2 * statistics.median(theirs[1:])


def test_sides_take_turns():
    """So that a busy minute slows all of them."""
    seen = []

    def side(who):
        def run():
            seen.append(who)
            return {"r": Cost(1.0, 1.0)}

        return run

    list(measured("race", Race(side("ours"), {"a": side("a"), "b": side("b")}, turns=2)))
    assert seen == ["ours", "a", "b"] * 3


def test_a_single_turn_counts_and_nothing_is_run_twice():
    """An indexing takes too long to be done again."""
    race = Race(made("r", 2.0), {PLAIN: made("r", 6.0)}, turns=1)
    (row,) = measured("race", race)
    assert row.ratio == 3.0


def test_a_long_race_stops_early(monkeypatch):
    """After its time it takes no further turn; the one that counts is always run."""
    monkeypatch.setattr(measuring, "RACE_SECONDS", -1.0)
    race = Race(made("r", 1.0, 2.0), {PLAIN: made("r", 1.0, 4.0)}, turns=50)
    (row,) = measured("race", race)
    assert (row.ours.processor, row.theirs.processor) == (2.0, 4.0)


def test_one_race_may_have_several_rows():
    """Both lists of a page are waited for in one run; each row has its own target."""

    def side(first, second):
        return lambda: {"left": Cost(first, 1.0), "right": Cost(second, 1.0)}

    race = Race(side(1.0, 2.0), {PLAIN: side(3.0, 3.0)}, {"left": 4.0}, {"right": "words"})
    left, right = measured("race", race)
    assert (left.ratio, left.target, right.ratio, right.target) == (3.0, 4.0, 1.5, 1.0)
    assert "missed" in left.line
    assert "missed" not in right.line
    assert right.line.endswith("| words |")


def test_what_is_not_here_says_why_and_the_others_are_measured():
    """A library that is not installed costs its own row only; our side, one line."""
    race = Race(made("r", *[1.0] * 9), {ONNX: refusing, PLAIN: made("r", *[2.0] * 9)})
    row, missing = measured("race", race)
    assert row.against == PLAIN
    assert missing == Missing("race", "it is not installed", ONNX)
    assert "not measured: it is not installed" in missing.line
    (ours,) = measured("race", Race(refusing, {PLAIN: made("r", *[1.0] * 9)}))
    assert ours.why == "it is not installed"


def test_the_verdict_names_what_is_slower():
    """And says nothing when all is well."""
    slow = Row("second start", PLAIN, Cost(2.0, 1.0), Cost(1.0, 1.0))
    fine = Row("first indexing", PLAIN, Cost(1.0, 1.0), Cost(3.0, 1.0))
    assert verdict([slow, fine, Missing("page", "no browser")]) == (
        "Slower than the plain library: second start (x0.50)."
    )
    assert verdict([fine]) == ""
    assert "**slower**" in slow.line


@pytest.mark.parametrize(("ours", "code"), [(0.5, 0), (2.0, 1)])
def test_a_slower_row_is_the_exit_code(monkeypatch, capsys, ours, code):
    """The whole table is printed all the same."""
    race = Race(made("r", *[ours] * 9), {PLAIN: made("r", *[1.0] * 9)})
    monkeypatch.setattr("benchmarks.__main__.RACES", {"serving": lambda _: [("race", race)]})
    monkeypatch.setattr("benchmarks.__main__.int8_models", lambda _: None)
    assert main(["serving"]) == code
    said = capsys.readouterr()
    assert "| r | plain library |" in said.out
    assert ("Slower than the plain library: r (x0.50)." in said.err) == bool(code)


def test_no_race_begins_after_the_time_of_the_bench(monkeypatch, capsys):
    """Its row says so."""
    monkeypatch.setattr("benchmarks.__main__.RACES", {"serving": lambda _: [("race", None)]})
    monkeypatch.setattr("benchmarks.__main__.int8_models", lambda _: None)
    monkeypatch.setattr("benchmarks.__main__.LIMIT_SECONDS", 0.0)
    assert main(["serving"]) == 0
    assert "not measured: ten minutes were over" in capsys.readouterr().out


REPORTING = """
from benchmarks.measuring import Cost, report
sum(range(3_000_000))
print("anything else")
report({"step": Cost(0.25, 0.5)})
"""


def test_a_process_is_measured_as_a_whole_and_says_what_its_steps_took():
    """Processor time and memory come from the system, steps from its last line."""
    costs = measuring.process("whole", lambda: [sys.executable, "-c", REPORTING])()
    assert costs["step"] == Cost(0.25, 0.5)
    assert 0.01 < costs["whole"].processor < 60
    assert costs["whole"].memory > 5


def test_a_process_has_no_settings_of_ours_and_says_why_it_fails(monkeypatch):
    """What a person has set must not decide; the last line of errors stands in the table."""
    monkeypatch.setenv("SECOND_LOOK_RUNTIME", "torch-fp32")
    code = "import os; assert not any(k.startswith('SECOND_LOOK') for k in os.environ)"
    measuring.process("whole", lambda: [sys.executable, "-c", code])()
    words = [sys.executable, "-c", "raise SystemExit('no such model')"]
    with pytest.raises(Unavailable, match="no such model"):
        measuring.process("whole", lambda: words)()
