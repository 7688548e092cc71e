"""Broken files: each is read or refused with a code, none hangs, none crashes this process.

``python -m pytest tests/attack/test_mutants.py -m slow -s`` reads 2,000 and prints the table.
"""

import time
from collections import Counter
from typing import get_args

import pytest

from core.errors import DocumentRefused, RefusalCode
from core.ingest.jobs.worker import parse
from core.settings import Limits
from tests.attack.measure import processor_seconds
from tests.attack.mutants import SEED, mutants
from tests.core.ingest.paged_texts import assert_lawful
from tests.shared import shared_path

ODD = sorted(shared_path("pdfs/odd").glob("*.pdf"))
SECONDS, BUSY_SECONDS = 20, 125


def outcome(data):
    """``read``, or the code of the refusal; any other error goes on."""
    try:
        paged = parse(data, Limits())
    except DocumentRefused as exc:
        assert exc.message  # noqa: PT017 - either end is right
        assert exc.advice  # noqa: PT017 - either end is right
        return exc.code
    assert_lawful(paged)
    return "read"


def table(count, seed):
    """How many mutants ended how, and the slowest by processor time and by the clock."""
    ends: Counter[str] = Counter()
    slowest = longest = 0.0
    for name, data in mutants(ODD, count, seed):
        begun, used = time.perf_counter(), processor_seconds()
        try:
            end = outcome(data)
        except Exception as exc:
            exc.add_note(f"{name} of seed {seed}")
            raise
        seconds, clock = processor_seconds() - used, time.perf_counter() - begun
        assert seconds < SECONDS, f"{name} of seed {seed} took {seconds:.1f} s"
        assert clock < BUSY_SECONDS, f"{name} of seed {seed} hung"
        ends[end] += 1
        slowest, longest = max(slowest, seconds), max(longest, clock)
    return ends, slowest, longest


def assert_told(ends, count):
    """Every mutant has an end that we know, and both ends are seen."""
    assert ends.total() == count
    assert set(ends) <= {"read", *get_args(RefusalCode)}
    assert ends["read"]
    assert ends.total() > ends["read"]


def test_forty_mutants_are_read_or_refused():
    """A sample of the long test, of the same seed."""
    ends, _, _ = table(40, SEED)
    assert_told(ends, 40)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_thousand_mutants_are_read_or_refused():
    """No hang over 20 s, no crash, and no exception that is not ours."""
    begun = time.perf_counter()
    ends, slowest, longest = table(2000, SEED)
    minutes = (time.perf_counter() - begun) / 60
    times = f"{minutes:.1f} min, slowest {slowest:.1f} s, {longest:.1f} s by the clock"
    print(f"\nseed {SEED}, {times}: {dict(ends.most_common())}")  # noqa: T201 - the table is what the long run is for
    assert_told(ends, 2000)
