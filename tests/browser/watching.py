"""Watches what hostile text does in a browser: what runs, what appears, who is asked."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.steps import settle

# Everything in the page, shadow roots too, that only hostile text could have made.
INTRUDERS = """() => {
  const foreign = [];
  const own = (address) => new URL(address, location).origin === location.origin
    // icons, and our own picture of a page
    || ['data:image/svg', 'data:image/png'].some((start) => address.startsWith(start));
  const walk = (root) => {
    for (const node of root.querySelectorAll('*')) {
      const name = node.localName;
      const handlers = node.getAttributeNames().filter(a => /^on|^ping$|^srcdoc$/.test(a));
      const here = node.closest('[data-testid="stMain"], [data-testid="stSidebar"]')
        || root !== document;
      const never = ['iframe', 'object', 'embed', 'base', 'marquee', 'video', 'audio', 'frame',
        'math', 'noscript', 'blink', 'applet', 'details'];
      const inText = node.closest('.card, .answer, [data-testid="stMarkdownContainer"], '
        + '[data-testid="stText"], [data-testid="stCode"]');
      const address = node.getAttribute('src') || node.getAttribute('href')
        || node.getAttribute('action') || node.getAttribute('background') || '#';
      const markup = inText && !address.startsWith('#');
      const words = inText && ['script', 'img', 'link', 'form', 'input', 'table', 'video', 'em',
        'del', 'blockquote', 'h1', 'sup', 'sub'].includes(name)
        && !(name === 'em' && node.textContent === 'these');  // our own, over the evaluation
      const alien = here && (!own(address)
        || (never.includes(name) && !node.closest('[data-testid="stExpander"]')));
      if (handlers.length || alien || markup || words || node.classList.contains('katex')) {
        foreign.push(node.outerHTML.slice(0, 200));
      }
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  return foreign;
}"""


@dataclass
class Watch:
    """What the browser asked for and what popped up."""

    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def foreign_hosts(self) -> set[str]:
        """Hosts that are not this machine."""
        hosts = {urlsplit(url).hostname or "" for url in self.asked}
        return hosts - {"127.0.0.1", "localhost", ""}


def watched(page: Page) -> Watch:
    """Keep a list of every request and every dialog of a page."""
    watch = Watch()
    page.on("request", lambda request: watch.asked.append(request.url))
    page.on("websocket", lambda socket: watch.asked.append(socket.url))
    page.on("dialog", lambda dialog: (watch.dialogs.append(dialog.message), dialog.dismiss()))
    return watch


def harmless(page: Page, watch: Watch) -> None:
    """Nothing ran, nothing appeared, nothing was asked of another host."""
    foreign = page.evaluate(INTRUDERS)
    assert not foreign, foreign
    assert page.evaluate("window.stolen") is None
    assert watch.dialogs == []
    assert watch.foreign_hosts() == set()


def ask(page: Page, url: str, question: str, depth: int = 20) -> None:
    """Open the link of a question and wait for both lists."""
    page.goto(f"{url}/?q={quote(question)}&k={depth}&n=5")
    expect(page.locator(".column[data-side='1'] .card").first).to_be_visible()
    expect(page.get_by_label("Ask your documents")).to_have_value(question)
    settle(page)


def squeezed(text: str) -> str:
    """One space for any white space, without the joiners that ``plain`` puts in."""
    return " ".join(text.replace("\u2060", "").split())
