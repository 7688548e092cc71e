"""Scores that are kept: what they depend on, how many fit, and what a damaged file costs."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.schema import ModelInfo
from core.search.cache import BYTES_PER_PAIR, CachedCrossEncoder, ScoreCache, pair_keys
from tests.fakes import FakeCrossEncoder

INFO = ModelInfo("m", "cross_encoder", "a" * 64, 512, "torch-fp32")
TEXTS = ["you may not approve it", "lunch is at noon", "approve it yourself"]


@pytest.fixture
def cache(tmp_path):
    """A cache in a file."""
    made = ScoreCache(tmp_path / "scores.sqlite")
    yield made
    made.close()


def test_a_repeated_question_costs_no_model_call(cache):
    """The second time, scores and flags come from the file, bit for bit."""
    model = FakeCrossEncoder(max_length=6)
    first, second = (CachedCrossEncoder(model, cache) for _ in range(2))
    logits, flags = first.score("may I approve", TEXTS), first.truncated("may I approve", TEXTS)
    calls = len(model.pairs)
    assert second.score("may I approve", TEXTS).tolist() == logits.tolist()
    assert second.truncated("may I approve", TEXTS) == flags
    assert len(model.pairs) == calls == 3
    assert (first.hits, second.hits) == (0, 3)


def test_only_a_changed_passage_is_read_again(cache):
    """A document that changed invalidates its own chunks and nothing else."""
    model = FakeCrossEncoder()
    CachedCrossEncoder(model, cache).score("q", TEXTS)
    again = CachedCrossEncoder(model, cache)
    again.score("q", [TEXTS[0], "something new", TEXTS[2]])
    assert model.pairs[3:] == [("q", "something new")]
    assert again.hits == 2


def test_the_same_passage_twice_in_a_list_is_read_once(cache):
    """Equal texts get equal scores, whatever batch they would have been in."""
    model = FakeCrossEncoder()
    logits = CachedCrossEncoder(model, cache).score("lunch", ["lunch", "x", "lunch"])
    assert logits.tolist() == [4.0, -4.0, 4.0]
    assert len(model.pairs) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"name": "n"},
        {"sha256": "b" * 64},
        {"runtime": "openvino-int8"},
        {"max_length": 256},
        {"computed": "openvino 1.0, graph 1a2b3c4d, bf16, int8 recipe 1a2b3c4d"},
    ],
)
def test_another_model_or_runtime_never_hits(change):
    """Everything that a score depends on is in the key."""
    assert pair_keys(INFO, "q", ["p"]) != pair_keys(replace(INFO, **change), "q", ["p"])


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_two_pairs_have_one_key_only_when_they_are_the_same(query, passage, query2, passage2):
    """No text can pretend to be part of the other one."""
    same = pair_keys(INFO, query, [passage]) == pair_keys(INFO, query2, [passage2])
    assert same == ((query, passage) == (query2, passage2))


def test_a_model_without_a_hash_is_not_remembered(cache):
    """Its weights may change under the same name."""

    class Unnamed(FakeCrossEncoder):
        @property
        def info(self):
            return replace(super().info, sha256="")

    model = Unnamed()
    for _ in range(2):
        CachedCrossEncoder(model, cache).score("q", ["p"])
    assert len(model.pairs) == 2
    assert cache.stats().entries == 0


def test_scores_survive_a_restart(tmp_path):
    """The file is read again."""
    for calls in (1, 0):
        model = FakeCrossEncoder()
        cache = ScoreCache(tmp_path / "scores.sqlite")
        CachedCrossEncoder(model, cache).score("q", ["p"])
        cache.close()
        assert len(model.pairs) == calls


def test_logit_and_flag_of_a_pair_come_one_by_one():
    """In memory too; sentences never need the flag, and what is not known is not made up."""
    cache = ScoreCache()
    cache.keep("logit", {b"k": 1.5})
    assert cache.find("truncated", [b"k"]) == {}
    cache.keep("truncated", {b"k": 1.0})
    assert cache.find("logit", [b"k", b"other"]) == {b"k": 1.5}
    assert cache.stats().entries == 1
    assert cache.stats().size > 0


def test_what_was_not_used_longest_goes_first():
    """Room for ten: the oldest leave, one that was used meanwhile stays."""
    seconds = [0.0]
    cache = ScoreCache(limit_mb=1, now=lambda: seconds[0])
    cache._most = 10
    for i in range(10):
        seconds[0] = 60.0 * i
        cache.keep("logit", {bytes([i]): float(i)})
    seconds[0] = 600.0
    cache.find("logit", [b"\x00"])
    cache.keep("logit", {b"new": 0.0, b"newer": 0.0})
    left = cache.find("logit", [bytes([i]) for i in range(10)])
    assert sorted(left.values()) == [0, 3, 4, 5, 6, 7, 8, 9]
    assert cache.stats().entries == 10


def test_the_file_stays_within_its_bound(tmp_path):
    """Three times as many pairs as fit leave a file of at most the limit."""
    cache = ScoreCache(tmp_path / "scores.sqlite", limit_mb=1)
    rng = np.random.default_rng(0)
    fit = 1_000_000 // BYTES_PER_PAIR
    for _ in range(3 * fit // 100):
        cache.keep("logit", {rng.bytes(32): 1.0 for _ in range(100)})
    stats = cache.stats()
    main = (tmp_path / "scores.sqlite").stat().st_size
    cache.close()
    assert stats.entries == fit
    assert main <= 1_000_000


def test_clearing_forgets_everything_and_gives_the_space_back(cache):
    """One click: no pair, no hit, a small file."""
    cache.keep("logit", {np.random.default_rng(i).bytes(32): 1.0 for i in range(5000)})
    cache.count(3, 1)
    before = cache.stats()
    assert before.hit_rate == 3 / 4
    cache.clear()
    after = cache.stats()
    assert (after.entries, after.hits, after.misses, after.hit_rate) == (0, 0, 0, 0.0)
    assert after.size < before.size
    cache.keep("logit", {b"k": 1.0})
    assert cache.find("logit", [b"k"]) == {b"k": 1.0}


@pytest.mark.parametrize(
    "damage", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_damaged_file_is_thrown_away_and_made_anew(tmp_path, caplog, damage):
    """It is only a cache: the log says so, and scores are kept again."""
    path = tmp_path / "scores.sqlite"
    path.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        cache = ScoreCache(path)
    assert "starts again" in caplog.text
    cache.keep("logit", {b"k": 1.0})
    assert cache.find("logit", [b"k"]) == {b"k": 1.0}
    cache.close()


def test_damage_or_a_full_disk_while_it_is_open_costs_only_the_scores(tmp_path, caplog):
    """A table that is gone is a miss, not a failed question; what cannot be written is not kept."""
    cache = ScoreCache(tmp_path / "scores.sqlite")
    with cache._database.transaction() as db:
        db.execute("DROP TABLE pairs")
    assert cache.find("logit", [b"k"]) == {}
    assert "starts again" in caplog.text
    cache.keep("logit", {b"k": 1.0})
    assert cache.find("logit", [b"k"]) == {b"k": 1.0}
    cache._database.close()  # plays a full disk
    cache.keep("logit", {b"k": 1.0})
    assert "not kept" in caplog.text


def test_a_place_where_no_file_can_be_is_replaced_by_memory(tmp_path, caplog):
    """The home folder is there, but the name is taken by a folder."""
    (tmp_path / "scores.sqlite").mkdir()
    cache = ScoreCache(tmp_path / "scores.sqlite")
    assert "in memory only" in caplog.text
    cache.keep("logit", {b"k": 1.0})
    assert cache.find("logit", [b"k"]) == {b"k": 1.0}


def test_eight_threads_count_their_own_hits(cache):
    """Each question's count is its own, and the sum is the cache's."""
    model = FakeCrossEncoder()
    barrier = threading.Barrier(8)

    def ask(number):
        barrier.wait()
        times = [CachedCrossEncoder(model, cache) for _ in range(5)]
        for mine in times:
            mine.score(f"question {number}", TEXTS)
        return sum(mine.hits for mine in times)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [12] * 8  # 4 of 5 times 3 pairs
    assert (cache.stats().hits, cache.stats().misses) == (96, 24)


def test_without_scores_every_pair_is_read():
    """Nothing is remembered, and known says so."""
    model = FakeCrossEncoder()
    reader = CachedCrossEncoder(model, None)
    for _ in range(2):
        reader.score("q", ["p"])
    assert reader.known("q", ["p"]) == [False]
    assert (len(model.pairs), reader.hits) == (2, 0)
