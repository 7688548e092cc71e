"""How long a configuration takes whose scores were remembered from another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.evaluate.configurations import Configuration, Plan
from core.evaluate.rankings import Ranking
from core.schema import SearchSettings
from core.search.fitted import without_fits


def timed(
    plan: Plan, configuration: Configuration, rankings: Mapping[str, Mapping[str, Ranking]]
) -> dict[str, Ranking]:
    """Its rankings; where scores were remembered, with the time of who read the same pairs.

    Weights, a blend and a gate order what was read: a question that is read in full takes what it
    takes without them. Measured again from kept scores, it would seem to take nothing.
    """
    found = dict(rankings[configuration.name])
    for other in plan.configurations:
        if other != configuration and _reads(other) == _reads(configuration):
            for question, ranking in rankings[other.name].items():
                if found[question].cached and _read_in_full(ranking):
                    ms = ranking.rerank_ms
                    found[question] = replace(found[question], rerank_ms=ms, cached=False)
    return found


def _read_in_full(ranking: Ranking) -> bool:
    return not (ranking.cached or ranking.skipped)


def _reads(configuration: Configuration) -> tuple[SearchSettings, str, str, str]:
    """What a configuration reads, and with what; how it orders that does not count."""
    plain = replace(without_fits(configuration.settings.second), blend=1.0, gate=False)
    settings = replace(configuration.settings, top_n=1, second=plain)
    return settings, configuration.reranker, configuration.runtime, configuration.collection
