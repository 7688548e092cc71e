"""The parts of an explanation in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import becomes

pytestmark = pytest.mark.browser


def test_falls_are_drawn_on_one_scale_and_the_unread_end_apart(page, demo):
    """The sentence with the word falls from 0 to -4: the full bar; the others have none."""
    page.goto(demo("why"))
    expect(page.locator(".sentence")).to_have_count(2)
    expect(page.locator(".sentence .text").first).to_contain_text("<img src=x onerror=")
    expect(page.locator(".word")).to_have_text(["approve−4.00", "tickets+4.00"])
    expect(page.locator(".sentence .fall")).to_have_text(["+0.00", "−4.00"])
    share = (
        "bars => bars.map(bar => bar.firstChild.getBoundingClientRect().width"
        " / bar.getBoundingClientRect().width)"
    )
    bars = page.locator(".fallen .bar")
    becomes(page, lambda: bars.evaluate_all(share), pytest.approx([0, 1], abs=0.01))
    expect(page.locator(".strongest .text")).to_have_text("You may approve it.")
    expect(page.locator(".unread .grey")).to_have_text("It ends here unread.")
    expect(page.locator(".unread .note")).to_contain_text("beyond the model's limit of 15 tokens")
    expect(page.locator(".cost")).to_contain_text("5 pairs scored in")
