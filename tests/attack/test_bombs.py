"""Small files that ask for much: refused or read within limits, and never slow to draw."""

import sys
from pathlib import Path

import pytest

from tests.attack.bombs import BOMBS
from tests.attack.measure import Cost, cost

SECONDS, BUSY_SECONDS, CHILD_MB, PARENT_MB = 20, 125, 1024, 150
QUICK_TO_DRAW = ["xobject_tree", "huge_image"]
QUICK = ["long_content", "pages_100_000", "xobject_tree", "outline_cycle", "nested_flate"]
HARMLESS = {
    "light_page_listed_300_times",
    "claimed_pages",
    "xobject_cycle",
    "outline_cycle",
    "deep_outline",
    "huge_image",
    "many_images",
    "endless_word",
    "huge_page",
}
MEMORY = {"nested_flate", "long_content", "xobject_tree", "endless_drawing", "many_operators"}
CODES = {
    **{name: {"too_large"} for name in MEMORY},
    "lzw": {"no_text"},
    "run_length": {"no_text"},
    "page_listed_300_times": {"too_much_text"},
    "pages_almost_the_same": {"timeout"},
    "pages_100_000": {"too_many_pages"},
    "deep_page_tree": {"no_text", "damaged"},
    "page_tree_cycle": {"no_text", "damaged"},
    "deep_brackets": {"no_text"},
    "one_letter_everywhere": {"too_much_text"},
}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the memory of a process is bounded and measured on Linux"
)


def weighed(name: str, folder: Path, *options: str) -> Cost:
    """What the bomb costs."""
    path = folder / "bomb.pdf"
    path.write_bytes(BOMBS[name]())
    return cost(path, *options)


def assert_contained(found):
    """Neither slow nor large, here and in the child; on a busy machine the clock runs longer."""
    assert found.processor_seconds < SECONDS
    assert found.seconds < BUSY_SECONDS
    assert found.child_mb < CHILD_MB
    assert found.parent_mb < PARENT_MB


def all_but_slow(quick):
    """Every bomb; those that are not quick are for runs by hand."""
    return [pytest.param(name, marks=[] if name in quick else pytest.mark.slow) for name in BOMBS]


@pytest.mark.parametrize("name", all_but_slow(QUICK))
def test_a_bomb_is_refused_or_harmless(name, tmp_path):
    """Within 20 s and 1 GiB of memory in the child, and little in this process."""
    found = weighed(name, tmp_path)
    assert_contained(found)
    expected = {"done"} if name in HARMLESS else CODES.get(name, {"damaged"})
    assert found.outcome in expected
    assert ("MB of memory" in found.message) == (name in MEMORY)
    assert bool(found.message) == (name not in HARMLESS)


@pytest.mark.parametrize("name", all_but_slow(QUICK_TO_DRAW))
def test_drawing_a_bomb_ends(name, tmp_path):
    """A page that cannot be drawn is an error with words, not a process that hangs or grows."""
    found = weighed(name, tmp_path, "draw")
    assert_contained(found)
    allowed = {"done", "damaged"} if name in QUICK_TO_DRAW else {"done", "damaged", "no_pages"}
    assert found.outcome in allowed
