"""Questions made by rule: all on one topic, no gap left open, the same for the same seed."""

import pytest

from core.errors import InputError
from training.policies import policy_lines

LINES = policy_lines()


def test_there_are_as_many_as_the_bundled_model_learned_from_give_or_take():
    """22 topics, 60 rounds, five questions; 51 pairs of words, 14 rounds."""
    assert len(LINES) == 22 * 60 * 5 + 50 * 14
    assert policy_lines(seed=0) == LINES
    assert policy_lines(seed=1) != LINES


def test_each_has_three_negatives_that_are_not_the_answer_and_no_gap():
    """Every name in braces was filled in; every passage begins with a capital."""
    for line in LINES:
        passages = [line["positive"], *line["negatives"]]
        assert len(passages) == 4
        assert line["positive"] not in line["negatives"]
        assert not any(mark in text for text in (*passages, line["query"]) for mark in "{}")
        assert all(text[0] == text[0].upper() for text in passages)


def test_a_damaged_file_is_named(tmp_path):
    """It belongs to the project."""
    (tmp_path / "policies.toml").write_text("[values]")
    with pytest.raises(InputError, match=r"policies\.toml cannot be used"):
        policy_lines(path=tmp_path / "policies.toml")
