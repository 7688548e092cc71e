"""Probes of the four reasons: honest data, honest totals."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.app.tour import (
    REASONS,
    OwnProbes,
    Probe,
    ProbeOutcome,
    Totals,
    measure_speed,
    run_probe,
    totals,
    tour_probes,
)
from core.errors import InputError, NotFound, StoreError
from tests.bundled import bundled_cross_encoder, bundled_encoder
from tests.fakes import FakeCrossEncoder, FakeEncoder

SOURCES = Path(__file__).parents[3] / "samples" / "sources"
PROBE = Probe("own", "red cat", "a cat", ("red red red", "blue sky"))


def test_every_reason_has_ten_probes():
    """Negation, answer type, vocabulary and chunk artefacts."""
    counted = Counter(probe.reason for probe in tour_probes())
    assert set(counted) == set(REASONS) - {"own"}
    assert min(counted.values()) >= 10


def test_every_piece_stands_in_the_sample_documents():
    """Nothing was written to please a model."""
    texts = (path.read_text("utf-8").replace("*", "") for path in SOURCES.glob("*.md"))
    everything = " ".join(" ".join(text.split()) for text in texts)
    for probe in tour_probes():
        for piece in (probe.answer, *probe.others):
            assert piece in everything, piece


def test_a_probe_says_what_both_models_rank_first():
    """The fake bi-encoder follows the words' share, the fake cross-encoder counts matches."""
    outcome = run_probe(PROBE, FakeEncoder(), FakeCrossEncoder())
    assert outcome.bi_first in {"red red red", "a cat"}
    assert outcome.after in {1, 2}
    assert (outcome.before == 1) == (outcome.bi_first == "a cat")
    assert (outcome.after == 1) == (outcome.cross_first == "a cat")


def outcome(before, after):
    """An outcome of these ranks."""
    return ProbeOutcome(PROBE, "", "", before, after)


def test_totals_by_hand():
    """One of each kind: right twice, repaired, spoiled, wrong twice."""
    found = totals([outcome(1, 1), outcome(2, 1), outcome(1, 3), outcome(2, 2)])
    assert found == Totals(probes=4, bi_right=2, cross_right=2, repaired=1, spoiled=1)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4))))
def test_the_difference_is_what_was_repaired_less_what_was_spoiled(ranks):
    """Law: nothing is counted twice or left out."""
    found = totals([outcome(*pair) for pair in ranks])
    assert found.cross_right - found.bi_right == found.repaired - found.spoiled
    assert found.repaired + found.spoiled <= found.probes


@pytest.mark.parametrize(
    ("question", "answer", "others"),
    [
        ("", "a", ["b"]),
        ("q", " ", ["b"]),
        ("q", "a", []),
        ("q", "a", ["a "]),
        ("q", "a", list("0123456789")),
    ],
)
def test_a_probe_that_cannot_be_lost_or_won_is_refused(tmp_path, question, answer, others):
    """Question, answer and one to nine different other pieces are needed."""
    probes = OwnProbes(tmp_path / "tour.json")
    with pytest.raises(InputError):
        probes.add(question, answer, others)
    assert probes.all() == ()


def test_own_probes_are_kept_and_removed(tmp_path):
    """They survive a restart, in their order."""
    probes = OwnProbes(tmp_path / "home" / "tour.json")
    probes.add("first?", "a", ["b", "", " c "])
    probes.add("second?", "a", ["b"])
    again = OwnProbes(tmp_path / "home" / "tour.json")
    assert again.all() == (
        Probe("own", "first?", "a", ("b", "c")),
        Probe("own", "second?", "a", ("b",)),
    )
    again.remove(0)
    assert [probe.question for probe in probes.all()] == ["second?"]


def test_a_damaged_file_is_named(tmp_path):
    """A message, and the file stays as it is."""
    path = tmp_path / "tour.json"
    path.write_text("{")
    with pytest.raises(StoreError, match=r"tour\.json"):
        OwnProbes(path).all()
    assert path.read_text() == "{"


@pytest.mark.parametrize("text", ["[[probe", "[[probe]]\nreason = 'none'", "\udcff"])
def test_a_probe_file_in_another_form_or_none_is_named(tmp_path, text):
    """The message names the file."""
    with pytest.raises(NotFound, match=r"tour\.toml"):
        tour_probes(tmp_path)
    (tmp_path / "tour.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"tour\.toml"):
        tour_probes(tmp_path)


def test_the_speed_is_measured():
    """Positive milliseconds, over the pairs that there are."""
    speed = measure_speed([PROBE], FakeEncoder(), FakeCrossEncoder())
    assert speed.pairs == 3
    assert speed.encode_ms > 0
    assert speed.pair_ms > 0


@pytest.mark.model
def test_the_second_look_is_right_more_often():
    """Over all probes with the bundled models; single reasons may go the other way."""
    models = bundled_encoder(), bundled_cross_encoder()
    found = totals([run_probe(probe, *models) for probe in tour_probes()])
    assert found.cross_right > found.bi_right, found
