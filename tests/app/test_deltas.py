"""Changes beside a figure: the arrow follows the number, the colour only what is proven."""

import pytest

from pages.ui.deltas import delta


@pytest.mark.parametrize(
    ("value", "claims", "shown"),
    [
        (-0.135, True, ("−0.135", "red", "down")),
        (-0.135, False, ("−0.135", "gray", "down")),
        (0.135, True, ("+0.135", "green", "up")),
        (0.135, False, ("+0.135", "gray", "up")),
        (0.0004, True, ("+0.000", "gray", "off")),
    ],
)
def test_the_arrow_follows_the_sign_and_grey_is_not_proven(value, claims, shown):
    """A true minus would be read as a rise; what chance can do has no colour."""
    assert tuple(delta(value, claims=claims).values()) == shown
