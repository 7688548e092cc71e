"""The verdict on a configuration, the figures behind it, and the table of all of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate.claims import Claim, against_the_same, claim_of
from core.evaluate.compare import Difference, enough
from core.evaluate.outcome import RBO, Measured, Outcome, stage_at_fault
from core.text.counting import counted, signed
from pages.ui.deltas import delta
from pages.ui.text import plain


def _difference(outcome: Outcome, name: str, measure: str) -> Difference:
    return next(d for d in outcome.compared if (d.other, d.measure) == (name, measure))


def icon(claim: Claim) -> str:
    """Up or down where a gain or a loss is claimed, else a balance."""
    if not claim.settled:
        return ":gray[:material/balance:]"
    up = claim.difference.mean > 0
    return ":green[:material/trending_up:]" if up else ":red[:material/trending_down:]"


def verdict(outcome: Outcome, name: str, measure: str) -> None:
    """What may be said about a configuration, with its figures and what they leave open."""
    d, run = _difference(outcome, name, measure), outcome.run(name)
    base = outcome.run(outcome.baseline)
    with st.container(border=True):
        claim = claim_of(outcome, d)
        st.markdown(f"#### {icon(claim)} {plain(claim.verdict)}")
        _figures(outcome, claim, run)
        _fitted(outcome, claim)
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


def _figures(outcome: Outcome, claim: Claim, run: Measured) -> None:
    d = claim.difference
    with st.container(horizontal=True, gap="large"):
        st.metric(plain(outcome.baseline), f"{d.base_mean:.3f}", width="content")
        st.metric(
            plain(d.other),
            f"{d.other_mean:.3f}",
            **delta(d.mean, claims=claim.settled),
            width="content",
        )
        st.metric(
            "95% interval",
            "–" if d.low == d.high else f"{signed(d.low, 3)} to {signed(d.high, 3)}",
            help="For the mean difference: paired bootstrap over the questions, 9,999 resamples. A "
            "dash means that every question has the same difference.",
            width="content",
        )
        st.metric(
            "p, corrected",
            f"{d.p_value:.3f}" if d.p_value >= 0.001 else "< 0.001",
            help="Randomization test of the paired differences, with Holm's correction over all "
            "configurations.",
            width="content",
        )
        st.metric(
            "Ceiling",
            f"{run.mean_ceiling:.0%}",
            help="Recall of the candidates: reranking cannot bring back what the first stage did "
            "not find.",
            width="content",
        )


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


def table(outcome: Outcome, measure: str) -> None:
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
            "p (Holm)": number(format="%.3f"),
            "Helps": number(format="%d"),
            "Hurts": number(format="%d"),
            "Ceiling": number(format="percent", help="Recall of the candidates"),
            "RBO": number(format="%.2f", help="Overlap of its order with the baseline's, 0 to 1"),
            "Median ms": number(format="%.0f"),
            "p95 ms": number(format="%.0f"),
        },
    )
