"""The verdict for people: no more than the figures say, and the step that follows."""

from types import SimpleNamespace

import pytest

from core.evaluate.claims import Claim
from core.evaluate.compare import Difference
from pages.ui.evaluate.verdict import next_step, picture_html, plain_verdict

SETTLED, OPEN = (0.01, 0.2, 0.01), (-0.1, 0.2, 0.4)


def claim(counts, mean, bounds, fitted=False):
    """A claim about questions that got better, worse, or neither."""
    wins, losses, ties = counts
    low, high, p_value = bounds if mean >= 0 else (-bounds[1], -bounds[0], bounds[2])
    d = Difference("nDCG@10", "a", "b", 0.5, 0.5 + mean, mean, low, high, p_value, *counts)
    values = {f"q{i}": 0.5 for i in range(wins + losses + ties)}
    own = frozenset(values) if fitted else frozenset()
    return Claim(d, (values, values), own, fitted)


def outcome_of(made, judged=1.0):
    """As much of an outcome as the next step looks at."""
    questions = list(made.values[0])
    d = made.difference
    spread = [0.5] * d.wins + [-0.5] * d.losses + [0.0] * d.ties
    run = SimpleNamespace(values={"Judged@10": dict.fromkeys(questions, judged)})
    return SimpleNamespace(
        questions=questions,
        leave_out_unjudged=True,
        run=lambda _: run,
        differences=lambda *_: dict(zip(questions, spread, strict=True)),
    )


@pytest.mark.parametrize(
    ("made", "words", "step", "page"),
    [
        (
            claim((9, 2, 4), 0.1, SETTLED),
            "Helps: 9 questions better, 2",
            "fewer",
            "Evaluate",
        ),
        (claim((2, 9, 4), -0.1, SETTLED), "Hurts: 2 questions better, 9", "weights", "Tune"),
        (claim((9, 6, 0), 0.1, OPEN), "Probably helps: 9 questions better", "Add", "Evaluate"),
        (claim((6, 9, 0), -0.1, OPEN), "Probably hurts: 6 questions better", "Add", "Evaluate"),
        (claim((6, 9, 0), 0.1, OPEN), "Hard to say: 6 questions better, 9", "Add", "Evaluate"),
        (claim((0, 0, 1), 0.0, OPEN), "No difference on 1 question.", "Add", "Evaluate"),
        (claim((9, 2, 4), 0.1, SETTLED, fitted=True), "Looks better: 9", "Add", "Evaluate"),
    ],
)
def test_the_plain_verdict_and_the_step_after_it(made, words, step, page):
    """A gain or a loss is claimed only where it is settled on questions nothing learned from."""
    assert plain_verdict(made).startswith(words)
    outcome = outcome_of(made)
    offered = next_step(made, outcome, outcome.questions)
    assert step in offered.label
    assert offered.page == page


@pytest.mark.parametrize(("asked", "judged", "count"), [(15, 0.9, 15), (20, 1.0, 5), (20, 0.5, 5)])
def test_grades_come_before_more_questions(asked, judged, count):
    """Questions without a known answer first, then those whose lists have unjudged passages."""
    made = claim((9, 6, 0), 0.1, OPEN)
    outcome = outcome_of(made, judged)
    new = [f"new {n}" for n in range(asked - len(outcome.questions))]
    offered = next_step(made, outcome, [*outcome.questions, *new])
    assert (offered.label.split(":")[0], offered.page) == (f"Judge {count} more", "Judge")
    assert list(offered.questions) == (new or outcome.questions)


def test_the_picture_leaves_out_what_there_is_none_of():
    """A part of no question would be drawn as one."""
    html = picture_html(claim((3, 0, 1), 0.1, OPEN).difference)
    assert 'aria-label="Questions: 3 better, 1 same, 0 worse"' in html
    assert html.count("flex-grow") == 2
