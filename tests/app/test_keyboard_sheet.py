"""The sheet of keys: what it names can be pressed."""

from pages.ui.frame import PAGES
from pages.ui.shortcuts import sheet


def test_every_page_has_one_key_of_its_own():
    """G and one digit, 0 for the tenth; a digit alone always grades, so it means one thing."""
    keys = [shortcut["key"] for shortcut in sheet(list(PAGES))["pages"]]
    assert keys == [f"G {digit}" for digit in "1234567890"][: len(PAGES)]
