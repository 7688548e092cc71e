"""Text of documents, file names and answers stays text, in a real browser."""

import json

import pytest
from playwright.sync_api import Page

from pages.ui.text import printable
from tests.browser.steps import eventually, settle
from tests.shared import shared_path

pytestmark = pytest.mark.browser
STREAMLIT_MARKUP = [
    "**bold** _it_ ~~gone~~ `code` # no heading",
    "# heading",
    "> quoted",
    "1. first",
    "- item",
    "- [ ] task",
    "$x^2$ and $$\\frac{1}{2}$$ \\(a\\)",
    ":red[red] :blue-background[b] :small[s] :rainbow[r] :help[h] :shimmer[s] :red-badge[b]",
    ":color[x]{foreground=red} ::leaf:: :::container",
    ":smile: :+1: :-1: :material/home: :material_home: :streamlit: a:b:c",
    "[link](https://example.org) ![image](https://example.org/a.png) [ref][1]",
    "https://example.org www.example.org me@example.org http://a.b/c?d=e&f=g",
    "mailto:me@example.org ftp://example.org xmpp:me@example.org",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "<b>bold</b> <script>window.stolen = 1</script> <img src=x onerror='window.stolen=1'>",
    "&lt;b&gt; &#58; &amp; &nbsp;",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "[^1] footnote\n\n[^1]: text",
    "    four spaces",
    "line one  \nline two\\\nline three",
    "back\\slash \\* \\\\ end\\",
    "---",
    "https://example.org/:smile:/**x**",
    "WWW.example.org HTTPS://EXAMPLE.ORG",
]
FOREIGN = "a, img, strong, em, del, code, pre, h1, h2, h3, blockquote, li, table, sup, script"
ELEMENTS = ("text", "caption", "button", "expander", "markdown")
INSPECT = """([foreign]) => [...document.querySelectorAll('[class*="st-key-case-"]')].map(box => {
  const read = (selector) => box.querySelector(selector)?.textContent ?? '';
  return {
    index: Number([...box.classList].find(c => c.startsWith('st-key-case-')).slice(12)),
    text: read('[data-testid="stText"]'),
    caption: read('[data-testid="stCaptionContainer"]'),
    button: read('[data-testid="stButton"] [data-testid="stMarkdownContainer"]'),
    expander: read('summary [data-testid="stMarkdownContainer"]'),
    markdown: read('[data-testid="stMarkdown"] [data-testid="stMarkdownContainer"]'),
    foreign: [...box.querySelectorAll('[data-testid="stMarkdownContainer"]')]
      .concat([...box.querySelectorAll('[data-testid="stCaptionContainer"]')])
      .flatMap(node => [...node.querySelectorAll(foreign + ', [style], .katex')])
      .map(node => node.outerHTML),
  };
})"""


def _squeezed(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def _right(strings: list[str], case: dict[str, object]) -> bool:
    wanted = _squeezed(printable(strings[int(str(case["index"]))]))
    shown = {_squeezed(str(case[where])) for where in ELEMENTS}
    return shown == {wanted} and case["foreign"] == []


def _look(page: Page, url: str, strings: list[str]) -> None:
    """Labels are drawn later than their buttons: look until every case is as it should be."""
    page.goto(url)
    page.get_by_text("all cases are drawn").wait_for(state="attached")
    settle(page)
    eventually(page, lambda: _check(strings, page.evaluate(INSPECT, [FOREIGN])))


def _check(strings: list[str], seen: list[dict[str, object]]) -> None:
    assert sorted(int(str(case["index"])) for case in seen) == list(range(len(strings)))
    wrong = [(strings[int(str(case["index"]))], case) for case in seen if not _right(strings, case)]
    assert wrong == []


def test_streamlit_markup_is_shown_as_it_was_written(page, demo, tmp_path):
    """Nothing that Streamlit's Markdown knows is interpreted, in any element."""
    strings = tmp_path / "strings.json"
    strings.write_text(json.dumps(STREAMLIT_MARKUP), "utf-8")
    url = demo("text", strings=strings)
    _look(page, url, STREAMLIT_MARKUP)
    assert page.evaluate("window.stolen") is None


def test_naughty_strings_are_shown_as_they_are(page, demo):
    """All strings of the big list of naughty strings stay text, and start nothing."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    naughty = shared_path("data/naughty-strings.json")
    strings = json.loads(naughty.read_text("utf-8"))
    url = demo("text", strings=naughty)
    _look(page, url, strings)
    assert dialogs == []
