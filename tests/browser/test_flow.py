"""The flow in a real browser: where rows and curves are, what they say, what hands can do."""

import pytest
from playwright.sync_api import Page, expect

from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.shapes import FlowData
from tests.browser.made_comparison import made_chunk, made_comparison, made_hybrid
from tests.browser.steps import eventually, new_page, settle

pytestmark = pytest.mark.browser
# Rows, curves and crossing marks, in pixels of the viewport.
GEOMETRY = """() => {
  const root = document.querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot;
  const at = (way) => (length) => {
    const p = way.getPointAtLength(length).matrixTransform(way.getScreenCTM());
    return [p.x, p.y];
  };
  const middle = (node) => {
    const box = node.getBoundingClientRect();
    return box.top + box.height / 2;
  };
  const lists = [...root.querySelectorAll('.list')].map(list => ({
    rows: [...list.querySelectorAll('.row')].map(middle),
    left: list.getBoundingClientRect().left, right: list.getBoundingClientRect().right,
    missing: list.querySelector('.missing') ? middle(list.querySelector('.missing')) : null,
  }));
  const ways = [...root.querySelectorAll('.ways .way')].map(way => {
    const line = way.querySelector('.line');
    const style = getComputedStyle(line);
    return {
      passage: Number(way.dataset.passage), kind: way.getAttribute('class'),
      from: at(line)(0), to: at(line)(line.getTotalLength()),
      width: parseFloat(style.strokeWidth), dash: style.strokeDasharray, colour: style.stroke,
      cross: [...way.querySelectorAll('.cross')].filter(c => c.style.display !== 'none')
        .map(middle),
    };
  });
  return { lists, ways, cut: middle(root.querySelector('.cut')) };
}"""


def _open(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".flow .row").last).to_be_attached()
    page.wait_for_function("document.fonts.status === 'loaded'")
    settle(page)


def _rows(page: Page, column: int) -> str:
    return f'.list[data-at="{column}"] .row'


def _drawn(page: Page, view: FlowData) -> None:
    """Soon after the page was opened."""
    eventually(page, lambda: _assert_drawn(page, view))


def _assert_drawn(page: Page, view: FlowData) -> None:
    """Every way of the data is one curve between the middles of its rows, wide by its size."""
    seen = page.evaluate(GEOMETRY)
    ways = {(way["passage"], way["gap"]): way for way in view["ways"]}
    gaps = [(a["right"], b["left"]) for a, b in zip(seen["lists"], seen["lists"][1:], strict=False)]
    assert len(seen["ways"]) == len(ways)
    for drawn in seen["ways"]:
        gap = next(i for i, (a, b) in enumerate(gaps) if a <= drawn["from"][0] <= b)
        way = ways.pop((drawn["passage"], gap))
        for end, place, listed in (
            (drawn["from"], way["before"], seen["lists"][gap]),
            (drawn["to"], way["after"], seen["lists"][gap + 1]),
        ):
            middle = listed["missing"] if place is None else listed["rows"][place - 1]
            assert end[1] == pytest.approx(middle, abs=1.0)
        assert drawn["to"][0] == pytest.approx(gaps[gap][1], abs=10.0)
        wanted = 1.5 + 4 * (way["size"] / view["largest"]) ** 0.5 if way["size"] else 1.0
        assert drawn["width"] == pytest.approx(wanted, abs=0.02)
        assert drawn["cross"] == ([pytest.approx(seen["cut"], abs=1.5)] if way["mark"] else [])
    assert ways == {}


def test_two_lists_are_drawn_as_the_data_says(page, demo):
    """60 rows in each list, a curve for each passage, marks on the cut line."""
    _open(page, demo("flow"))
    made = made_comparison(60)
    _drawn(page, flow_data(made))
    for column, ranks in ((0, made.candidates), (1, made.reranked)):
        names = page.locator(_rows(page, column)).evaluate_all(
            "rows => rows.map(row => row.getAttribute('aria-label'))"
        )
        assert [name.split(",")[0] for name in names] == [f"Rank {item.rank}" for item in ranks]


def test_rising_and_falling_differ_in_colour_and_in_form(page, demo):
    """Three colours; only falling is dashed, so it can be told without colours."""
    _open(page, demo("flow"))
    _drawn(page, flow_data(made_comparison(60)))
    ways = page.evaluate(GEOMETRY)["ways"]
    looks = {
        kind: {(way["colour"], way["dash"] != "none") for way in ways if f" {kind} " in way["kind"]}
        for kind in ("rose", "fell", "same")
    }
    assert all(len(look) == 1 for look in looks.values())
    assert len({colour for look in looks.values() for colour, _ in look}) == 3
    dashed = {kind: dash for kind, look in looks.items() for _, dash in look}
    assert dashed == {"rose": False, "fell": True, "same": False}


def test_the_cut_line_stands_between_the_top_n_and_the_rest(page, demo):
    """After the fifth row of both lists."""
    _open(page, demo("flow"))
    _drawn(page, flow_data(made_comparison(60)))
    seen = page.evaluate(GEOMETRY)
    for listed in seen["lists"]:
        assert listed["rows"][4] < seen["cut"] < listed["rows"][5]


def test_pointing_lights_the_path_and_shows_the_text(page, demo):
    """The first of the new order was seventh: its two rows, its curve, its words."""
    _open(page, demo("flow"))
    page.locator(_rows(page, 1)).first.hover()
    expect(page.locator(".row.lit")).to_have_count(2)
    expect(page.locator(".way.lit")).to_have_attribute("data-passage", "6")
    detail = page.locator(".detail")
    expect(detail).to_contain_text("rose 6 places")
    expect(detail).to_contain_text("Bi-encoder 7 · cosine 0.670")
    expect(detail.locator(".quote").last).to_have_text(" reports is strictly forbidden.")
    page.mouse.move(2, 2)
    expect(page.locator(".row.lit")).to_have_count(0)


def test_keys_follow_a_passage_and_open_its_page(page, demo):
    """Arrows move in a list and between lists; Enter and a click name the passage to Python."""
    _open(page, demo("flow"))
    page.locator(_rows(page, 1)).first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(_rows(page, 1)).nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(_rows(page, 0)).nth(8)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"opened: {made_chunk(8).id}")).to_be_visible()
    page.locator(_rows(page, 0)).nth(3).click()
    expect(page.get_by_text(f"opened: {made_chunk(3).id}")).to_be_visible()


def test_a_hybrid_search_is_drawn_in_four_lists(page, demo):
    """BM25, bi-encoder, both, cross-encoder; what a retriever missed runs through its last line."""
    _open(page, demo("flow", hybrid=1))
    view = flow_data(made_hybrid(60))
    expect(page.locator(".head .name")).to_have_text([c["title"] for c in view["columns"]])
    expect(page.locator(".missing")).to_have_text(["10 not in this list"] * 2)
    _drawn(page, view)


def test_a_narrow_page_keeps_the_last_two_lists(page, demo):
    """At 800 px the retrievers' own lists are left out, and the page says so."""
    page.set_viewport_size({"width": 800, "height": 900})
    _open(page, demo("flow", hybrid=1))
    for at, seen in enumerate((False, False, True, True)):
        expect(page.locator(f'.head[data-at="{at}"]')).to_be_visible(visible=seen)
    expect(page.get_by_text("A wider window")).to_be_visible()
    page.wait_for_function("document.documentElement.scrollWidth <= 800")


def test_two_hundred_passages_move_smoothly(browser, demo):
    """The order arrives once, in at least ten pictures, and ends where the data says.

    The page's clock goes on by 16 ms a picture: how many there are is not up to the machine.
    """
    page = new_page(browser, reduced_motion="no-preference")
    page.add_init_script(
        "let now = 0; const next = requestAnimationFrame.bind(window);"
        "performance.now = () => now;"
        "window.requestAnimationFrame = (draw) => next(() => draw(now));"
        "(function tick() { now += 16; next(tick); })();"
        "window.places = new Set(); (function look() {"
        "const root = document.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot;"
        "const row = root?.querySelector('.list[data-at=\"1\"] .row');"
        "if (row?.style.transform) window.places.add(row.style.transform);"
        "requestAnimationFrame(look); })()"
    )
    page.goto(demo("flow", count=200))
    expect(page.locator(_rows(page, 1))).to_have_count(200)
    page.wait_for_function("window.places.size >= 10")
    _drawn(page, flow_data(made_comparison(200)))
    page.context.close()
