"""A receipt of hostile documents: no script runs, no request leaves, in any field."""

import pytest

from core.history.receipt_page import receipt_html
from tests.browser.hostile import SCRIPTS
from tests.browser.steps import becomes, painted
from tests.core.history.made import PICTURE, with_text

pytestmark = pytest.mark.browser


def test_no_script_runs_and_no_request_leaves(page, tmp_path):
    """Everything in every field at once, opened from the disk, clicked and hovered over."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    path = tmp_path / "receipt.html"
    path.write_text(receipt_html(with_text("\n".join(SCRIPTS)), [PICTURE]), encoding="utf-8")
    page.goto(path.as_uri())
    page.mouse.move(400, 300)
    page.mouse.click(400, 300)
    painted(page)
    assert page.evaluate("window.stolen") is None
    assert {url for url in asked if not url.startswith("data:image/png")} == {path.as_uri()}
    assert page.locator("script, iframe, object, embed, form, a, link, base").count() == 0


def test_the_policy_stops_a_script_that_got_in(page, tmp_path):
    """Were the escaping ever broken, the page's own policy still forbids scripts and requests."""
    arrived: list[str] = []
    refused: list[tuple[str, str | None]] = []
    page.on("requestfinished", lambda request: arrived.append(request.url))
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    html = receipt_html(with_text("plain"))
    broken = html.replace(
        "</main>",
        "<script>window.stolen=1</script><img src='http://evil.example/a.png'></main>",
    )
    path = tmp_path / "broken.html"
    path.write_text(broken, encoding="utf-8")
    page.goto(path.as_uri())
    becomes(page, lambda: refused, [("http://evil.example/a.png", "csp")])
    assert page.evaluate("window.stolen") is None
    assert arrived == [path.as_uri()]
