"""What was sent off this machine, written down before it is sent."""

import pytest

from core.errors import StoreError
from core.history.ledger import Ledger
from tests.made_home import at_once


def test_an_empty_home_has_sent_nothing(tmp_path):
    """No file, no bytes, and reading makes no file."""
    ledger = Ledger(tmp_path / "sent.jsonl")
    assert (ledger.entries(), ledger.sent_off()) == ((), 0)
    assert list(tmp_path.iterdir()) == []


def test_only_other_machines_are_counted(tmp_path):
    """700 + 50 bytes to two hosts; the 9,000 to this machine are listed, not counted."""
    ledger = Ledger(tmp_path / "sent.jsonl")
    ledger.record("api.openai.com", 700, "an answer")
    ledger.record("localhost:11434", 9000, "an answer")
    ledger.record("192.168.0.9:80", 50, "an answer")
    assert ledger.sent_off() == 700 + 50
    assert [entry.local for entry in ledger.entries()] == [False, True, False]


def test_the_ledger_survives_a_restart(tmp_path):
    """A new ledger of the same file has the same entries, with their moments."""
    path = tmp_path / "new" / "sent.jsonl"
    first = Ledger(path)
    written = [first.record(f"host-{n}", n, "why") for n in range(5)]
    assert list(Ledger(path).entries()) == written


def test_a_line_cut_by_a_crash_costs_only_itself(tmp_path):
    """The lines before and after it are read, and it is counted as unreadable."""
    path = tmp_path / "sent.jsonl"
    Ledger(path).record("one", 1, "why")
    with path.open("ab") as file:
        file.write(b'{"when": "20')
    Ledger(path).record("two", 2, "why")
    again = Ledger(path)
    assert [entry.host for entry in again.entries()] == ["one", "two"]
    assert again.unreadable == 1


def test_threads_lose_nothing(tmp_path):
    """8 threads with 25 entries of 3 bytes each: 8 * 25 * 3 bytes, on disk too."""
    path = tmp_path / "sent.jsonl"
    ledger = Ledger(path)

    def work(_):
        for _ in range(25):
            ledger.record("far.example", 3, "why")

    at_once(work, range(8))
    assert ledger.sent_off() == Ledger(path).sent_off() == 8 * 25 * 3


def test_what_cannot_be_written_is_an_error(tmp_path):
    """A ledger whose file is a folder refuses to record, in words."""
    path = tmp_path / "sent.jsonl"
    ledger = Ledger(path)
    path.mkdir()
    with pytest.raises(StoreError, match="Nothing was sent"):
        ledger.record("far.example", 3, "why")
    assert ledger.entries() == ()
    with pytest.raises(StoreError, match="cannot be read"):
        Ledger(path)
