"""Kept rankings and decisions name the versions of what made them: here is what each version does.

A test that fails says which number to raise. Then note the new output beside the new number.
"""

from dataclasses import replace

import pytest

from core.answer import abstention
from core.answer.abstention import is_answerable
from core.app.retriever import TwoStageRetriever
from core.schema import CHUNKING_VERSION, Chunking, Heading, SearchSettings
from core.search import first_stage, second_stage
from core.search_settings import FirstStageSettings, SecondStageSettings
from tests.core.ingest.paged_texts import cut, paged
from tests.fakes import FakeCrossEncoder, FakeEncoder

TEXTS = (
    "travel expenses are paid within ten days",
    "self approval of travel expenses is forbidden for everybody in every office here",
    "the travel desk books flights, hotels and cars",
    "a picnic in the park",
    "forbidden is self approval of travel expenses for everybody in every office here",
    "may I may I may I approve",
    "the lift is out of order",
    "expenses of a picnic are not paid",
)
QUERIES = ("May I approve my own travel expenses?", "Who books flights?", "moon cheese")
SENTENCES = " ".join(f"Sentence {n} has quite a few words, most of them short." for n in range(14))

CHUNKS = {
    2: [
        *((0, 215), (162, 377), (324, 539), (486, 704), (650, 759)),
        *((760, 981), (928, 1143), (1090, 1305), (1252, 1470), (1416, 1525)),
    ]
}
FIRST_STAGE = {
    3: {
        "dense": ["54103", "27640", "37642"],
        "bm25": ["54107", "2", ""],
        "hybrid": ["54107", "27640", "37642"],
        "weighted": ["54103", "27640", "37642"],
        "collapsed": ["54036", "27640", "37642"],
    }
}
SECOND_STAGE = {
    2: {
        "plain": ["54017", "27640", "76420"],
        "blend": ["54107", "27640", "37642"],
        "cascade": ["54107", "27640", "76342"],
        "windows": ["54017", "27640", "76420"],
    }
}
ABSTENTION = {2: [[True, True, False], [True, True, False], [False, True, False]]}


def compared(query: str, first=FirstStageSettings(), second=SecondStageSettings()):  # noqa: B008
    """A question to the texts, by the fakes."""
    retriever = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    retriever.index(TEXTS)
    return retriever.compare(query, 8, 2, SearchSettings(first=first, second=second))


def _numbers(items):
    return "".join(str(item.chunk.ordinal) for item in items[:5])


def candidates(first):
    """For each question the numbers of the texts, best first."""
    return [_numbers(compared(query, first).candidates) for query in QUERIES]


def order(second):
    """For each question the numbers of the texts after the second stage."""
    return [_numbers(compared(query, second=second).reranked) for query in QUERIES]


def decided(noise, cosine):
    """For each question whether quotes would answer it under these floors."""
    made = [replace(compared(q), noise_floor=noise, cosine_floor=cosine) for q in QUERIES]
    return [
        is_answerable(found.reranked[:2], FakeCrossEncoder(), abstention.abstention_rules(found))
        for found in made
    ]


OUTPUTS = {
    "core.schema.CHUNKING_VERSION": (
        CHUNKING_VERSION,
        CHUNKS,
        lambda: [
            (piece.start, piece.end)
            for piece in cut(
                paged(f"{SENTENCES}\nRules\n{SENTENCES}", (Heading(760, 1, "Rules"),), 2),
                Chunking(64, 16),
            )
        ],
    ),
    "core.search.first_stage.ALGORITHM_VERSION": (
        first_stage.ALGORITHM_VERSION,
        FIRST_STAGE,
        lambda: {
            name: candidates(first)
            for name, first in {
                "dense": FirstStageSettings(),
                "bm25": FirstStageSettings("bm25"),
                "hybrid": FirstStageSettings("hybrid"),
                "weighted": FirstStageSettings("hybrid", "weighted", 0.7),
                "collapsed": FirstStageSettings(collapse_duplicates=True),
            }.items()
        },
    ),
    "core.search.second_stage.ALGORITHM_VERSION": (
        second_stage.ALGORITHM_VERSION,
        SECOND_STAGE,
        lambda: {
            name: order(second)
            for name, second in {
                "plain": SecondStageSettings(),
                "blend": SecondStageSettings(blend=0.3),
                "cascade": SecondStageSettings(cascade=3),
                "windows": SecondStageSettings(windows=True),
            }.items()
        },
    ),
    "core.answer.abstention.ALGORITHM_VERSION": (
        abstention.ALGORITHM_VERSION,
        ABSTENTION,
        lambda: [decided(*floors) for floors in ((None, None), (-3.5, 0.1), (1.0, 0.9))],
    ),
}


@pytest.mark.parametrize("constant", OUTPUTS)
def test_other_output_has_another_version(constant):
    """What is kept under a version is what that version makes."""
    version, known, make = OUTPUTS[constant]
    output = make()
    assert version in known, f"Note in this file what version {version} makes: {output}"
    assert output == known[version], (
        f"Version {version} made {known[version]}, now it is {output}. Kept rankings or decisions "
        f"would be stale: raise {constant}, and note the new output here."
    )
