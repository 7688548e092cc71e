"""Figures as text that Prometheus reads (text exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable

from core.history.monitoring import PERCENTILES, Monitor

Sample = tuple[str, float]


def exposition(found: Monitor) -> str:
    """One gauge each: the history forgets, so nothing here only grows, as a counter would."""
    times = (
        (f'{{stage="{stage.stage}",quantile="{percent / 100:g}"}}', ms / 1000)
        for stage in found.times
        for percent, ms in zip(PERCENTILES, stage.at, strict=True)
    )
    skip = ((f'{{decision="{word}"}}', count) for word, count in sorted(found.skip.items()))
    blocks = (
        _gauge("searches", "Searches that the history keeps", found.searches),
        _block("stage_seconds", "Time of a stage, nearest-rank quantiles", times),
        _gauge("pairs", "Pairs that were asked of the cross-encoder", found.cached.whole),
        _gauge("pairs_cached", "Pairs whose score came from the cache", found.cached.part),
        _block("skip_decisions", "What the skip predictor decided", skip),
        _gauge("answers", "Answers", found.abstained.whole),
        _gauge("answers_abstained", "Answers that abstained", found.abstained.part),
        _gauge("citations", "Citations in answers", found.verified.whole),
        _gauge("citations_verified", "Citations of a supplied passage", found.verified.part),
        _gauge("thumbs", "Thumbs that were given", found.liked.whole),
        _gauge("thumbs_up", "Thumbs that point up", found.liked.part),
    )
    return "".join(blocks)


def _gauge(name: str, what: str, value: float) -> str:
    return _block(name, what, [("", value)])


def _block(name: str, what: str, samples: Iterable[Sample]) -> str:
    lines = [f"second_look_{name}{labels} {value:.10g}\n" for labels, value in samples]
    if not lines:
        return ""
    head = f"# HELP second_look_{name} {what}.\n# TYPE second_look_{name} gauge\n"
    return head + "".join(lines)
