"""The verdict on a configuration, the figures behind it, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.evaluate.claims import Claim, against_the_same, claim_of
from core.evaluate.compare import Difference, enough, questions_needed
from core.evaluate.outcome import RBO, Measured, Outcome, stage_at_fault
from core.text.counting import counted, signed
from pages.ui import state
from pages.ui.components import style
from pages.ui.deltas import trend
from pages.ui.evaluate.views import DEPTH, SETS
from pages.ui.frame import open_page
from pages.ui.text import plain

_INTERVAL = "For the mean difference: paired bootstrap over the questions, 9,999 resamples."
_P_VALUE = (
    "Randomization test of the paired differences, with Holm's correction over all configurations."
)
_CEILING = (
    "Recall of the candidates: reranking cannot bring back what the first stage did not find."
)
MOST_MORE = 300
"""More questions than this nobody adds to settle one difference."""


def _difference(outcome: Outcome, name: str, measure: str) -> Difference:
    return next(d for d in outcome.compared if (d.other, d.measure) == (name, measure))


def icon(claim: Claim) -> str:
    """Up or down where a gain or a loss is claimed, else a balance."""
    return trend(claim.difference.mean if claim.settled else 0)


def plain_verdict(claim: Claim) -> str:
    """What a difference means, for somebody who has never heard of an interval.

    It promises no more than the figures: what is not settled is called probable at most, and what
    was measured on the questions it was fitted on is said to be.
    """
    d = claim.difference
    if d.ties == d.questions:
        return f"No difference on {counted(d.questions, 'question')}."
    counts = f"{counted(d.wins, 'question')} better, {d.losses} worse"
    up = d.mean > 0
    if claim.settled:
        return f"{'Helps' if up else 'Hurts'}: {counts}."
    if claim.difference.settled:
        return f"{'Looks better' if up else 'Looks worse'}: {counts}, measured where it learned."
    if (d.wins > d.losses) is not up or d.wins == d.losses:
        return f"Hard to say: {counts}. Nothing is proven yet."
    return f"Probably {'helps' if up else 'hurts'}: {counts}. Not proven yet."


def picture_html(d: Difference) -> str:
    """The questions as one bar: better, the same, worse; each part with its number."""
    parts = (("better", d.wins), ("same", d.ties), ("worse", d.losses))
    bars = "".join(
        f'<i class="{kind}" style="flex-grow:{count}">{count}</i>' for kind, count in parts if count
    )
    words = ", ".join(f"{count} {kind}" for kind, count in parts)
    legend = "".join(f'<li><i class="{kind}"></i>{kind}</li>' for kind, _ in parts)
    return (
        f'<div class="sl-questions"><div role="img" aria-label="Questions: {words}">{bars}</div>'
        f'<ul aria-hidden="true">{legend}</ul></div>'
    )


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do after an evaluation: the button's words, its page, and its view of Evaluate.

    ``questions`` are those to judge.
    """

    label: str
    page: str
    view: str = ""
    questions: tuple[str, ...] = ()


def next_step(claim: Claim, outcome: Outcome, asked: Sequence[str]) -> NextStep:
    """The one step that says most now.

    A gain that is proven can be had for less; a loss asks for other weights. In between more must
    be known: first grades for what nobody judged of ``asked``, else more questions.
    """
    d = claim.difference
    if claim.settled:
        if d.mean > 0:
            return NextStep("Keep the gain with fewer candidates", "Evaluate", DEPTH)
        return NextStep("Learn other weights from your grades", "Tune")
    measured = set(outcome.questions)
    unjudged = [query for query in asked if query not in measured] or _partly_judged(outcome, d)
    if unjudged:
        words = f"Judge {len(unjudged)} more: the ones where it matters most"
        return NextStep(words, "Judge", questions=tuple(unjudged))
    differences = list(outcome.differences(d.other, d.measure).values())
    needed = questions_needed(differences, abs(d.mean)) if round(d.mean, 3) else None
    more = (needed or 0) - d.questions
    if 0 < more <= MOST_MORE:
        words = f"Add {counted(more, 'question')}: about so many would settle it"
        return NextStep(words, "Evaluate", SETS)
    return NextStep("Add more questions", "Evaluate", SETS)


def _partly_judged(outcome: Outcome, d: Difference) -> list[str]:
    """Questions of which a list has passages without a grade; those are left out of its score."""
    if not outcome.leave_out_unjudged:
        return []
    shares = [outcome.run(name).values["Judged@10"] for name in (d.base, d.other)]
    return [query for query in outcome.questions if any(share[query] < 1 for share in shares)]


def verdict(outcome: Outcome, name: str, measure: str, asked: Sequence[str]) -> None:
    """What a configuration is worth in plain words, what to do next, and the figures behind it."""
    d, run = _difference(outcome, name, measure), outcome.run(name)
    base, claim = outcome.run(outcome.baseline), claim_of(outcome, d)
    step = next_step(claim, outcome, asked)
    with st.container(border=True):
        st.markdown(f"#### {icon(claim)} {plain(plain_verdict(claim))}")
        st.html(f"{style('evaluate')}{picture_html(d)}")
        if st.button(step.label, type="primary", key=state.NEXT_STEP):
            if step.view:
                state.put(state.EVALUATE_VIEW, step.view)
            if step.questions:
                state.put(state.JUDGE_VIEW, "Judge")
                st.session_state[state.JUDGE_ONLY] = step.questions
            open_page(step.page)
        _fitted(outcome, claim)
        with st.expander("How sure?", icon=":material/query_stats:"):
            st.markdown(plain(claim.verdict))
            _table(outcome, measure)
            lost = stage_at_fault(run, "R@10") if "R@10" in run.values else ""
            st.caption(plain(f"{enough(d)} {lost}"))
            st.caption(plain(_unjudged(outcome, run, base)))


def _fitted(outcome: Outcome, claim: Claim) -> None:
    """What was not used, and whether the questions are those that something was fitted on."""
    d = claim.difference
    for name in (d.base, d.other):
        for note in outcome.run(name).notes:
            words = f"{name} was measured without its fit. {note}"
            st.warning(plain(words), icon=":material/pause_circle:")
    alone = against_the_same(outcome, d.other, d.measure)
    if alone is not None:
        against = f"Against {alone.difference.base}:"
        st.markdown(f"{icon(alone)} **{plain(against)}** {plain(alone.verdict)}")
    if claim.remark:
        st.info(plain(claim.remark), icon=":material/school:")


def _unjudged(outcome: Outcome, run: Measured, base: Measured) -> str:
    left_out = outcome.asked - len(outcome.questions)
    parts = []
    if left_out:
        parts.append(f"{left_out} of {outcome.asked} questions left out: no known answer.")
    how = "left out" if outcome.leave_out_unjudged else "counted as not relevant"
    shares = [f"{each.mean('Judged@10'):.0%} of {each.name}" for each in (base, run)]
    parts.append(f"Judged among the first 10: {' and '.join(shares)}; unjudged passages are {how}.")
    if outcome.uncertain:
        lost = counted(outcome.uncertain, "judgment")
        parts.append(f"{lost} not counted: the passage no longer exists.")
    return " ".join(parts)


def _row(outcome: Outcome, run: Measured, measure: str) -> dict[str, object]:
    d = _difference(outcome, run.name, measure) if run.name != outcome.baseline else None
    times = {latency.stage: latency for latency in run.latencies}
    return {
        "Configuration": run.name,
        measure: run.mean(measure),
        "Difference": d.mean if d else None,
        "95% interval": f"{signed(d.low, 3)} to {signed(d.high, 3)}" if d else None,
        "p (Holm)": d.p_value if d else None,
        "Helps": d.wins if d else None,
        "Hurts": d.losses if d else None,
        "Ceiling": round(run.mean_ceiling, 2),
        "RBO": run.mean(RBO),
        "Median ms": times["both"].median_ms if times else None,
        "p95 ms": times["both"].p95_ms if times else None,
    }


def _table(outcome: Outcome, measure: str) -> None:
    """Every configuration with its mean, its difference to the baseline, ceiling and times."""
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame([_row(outcome, run, measure) for run in outcome.runs]),
        hide_index=True,
        placeholder="–",
        column_config={
            "Configuration": st.column_config.TextColumn(width="medium"),
            measure: st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.3f"),
            "Difference": number(format="%+.3f"),
            "95% interval": st.column_config.TextColumn(help=_INTERVAL),
            "p (Holm)": number(format="%.3f", help=_P_VALUE),
            "Helps": number(format="%d"),
            "Hurts": number(format="%d"),
            "Ceiling": number(format="percent", help=_CEILING),
            "RBO": number(format="%.2f", help="Overlap of its order with the baseline's, 0 to 1"),
            "Median ms": number(format="%.0f"),
            "p95 ms": number(format="%.0f"),
        },
    )
