"""The sheet of keys: what it names can be pressed."""

from pages.ui.frame import PAGES
from pages.ui.shortcuts import sheet


def test_every_page_has_one_key_of_its_own():
    """A key is one sign, the tenth page has 0; no two pages share one."""
    keys = [shortcut["key"] for shortcut in sheet(list(PAGES))["pages"]]
    assert keys == list("1234567890")[: len(PAGES)]
