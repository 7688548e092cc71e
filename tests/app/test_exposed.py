"""Who opens the page to other machines without a login is told what they then see."""

import pytest

from pages.ui.resources import exposed


@pytest.mark.parametrize(
    ("address", "login", "warned"),
    [
        (None, False, True),
        ("0.0.0.0", False, True),
        ("::", False, True),
        ("0.0.0.0", True, False),
        ("localhost", False, False),
        ("127.0.0.1", False, False),
    ],
)
def test_an_open_page_is_a_warning(address, login, warned):
    """History, notes and the language model are named."""
    said = exposed(address, login=login)
    assert bool(said) is warned
    assert not said or all(word in said for word in ("history", "notes", "language model"))
