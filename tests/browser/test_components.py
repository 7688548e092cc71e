"""The two components in a real browser: what is drawn, what hands can do, what Python hears."""

import pytest
from playwright.sync_api import Locator, Page, expect

from core.schema import Comparison
from tests.browser.conftest import Demo
from tests.browser.made_comparison import made_chunk, made_comparison
from tests.browser.steps import becomes, eventually, settle

pytestmark = pytest.mark.browser
# The middle of every shown card, and both ends of every line, in pixels of the viewport.
GEOMETRY = """() => {
  const root = document.querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot;
  const middle = (node) => {
    const box = node.getBoundingClientRect();
    return box.top + box.height / 2;
  };
  const cards = [...root.querySelectorAll('.column')].map(column =>
    [...column.querySelectorAll('.card')].map(card => {
      const box = card.getBoundingClientRect();
      return { y: middle(card), left: box.left, right: box.right };
    }));
  const lines = Object.fromEntries([...root.querySelectorAll('.lane .join')].map(join => {
    const way = join.querySelector('.way');
    const matrix = way.getScreenCTM();
    const point = (at) => {
      const p = way.getPointAtLength(at).matrixTransform(matrix);
      return [p.x, p.y];
    };
    return [join.dataset.passage, {
      ends: [point(0), point(way.getTotalLength())],
      stub: join.querySelector('.stub')?.textContent ?? null,
    }];
  }));
  return { cards, lines };
}"""


@pytest.fixture
def board(page: Page, demo: Demo) -> Page:
    """The comparison of 60 made passages, ten shown."""
    page.goto(demo("comparison"))
    expect(_cards(page, 1)).to_have_count(10)
    page.wait_for_function("document.fonts.status === 'loaded'")
    settle(page)
    return page


def _cards(page: Page, side: int) -> Locator:
    return page.locator(f'.column[data-side="{side}"] .card')


def _ranks(made: Comparison) -> dict[int, tuple[int, int]]:
    """For each passage index (candidate rank - 1), its rank on the left and on the right."""
    order = {item.chunk.id: item.rank for item in made.reranked}
    return {c.rank - 1: (c.rank, order[c.chunk.id]) for c in made.candidates}


def _lines_meet_their_cards(page: Page, shown: int) -> None:
    """Soon after any change of sizes."""
    eventually(page, lambda: _assert_lines_meet_their_cards(page, shown))


def _assert_lines_meet_their_cards(page: Page, shown: int) -> None:
    seen = page.evaluate(GEOMETRY)
    left, right = seen["cards"]
    for passage, (before, after) in _ranks(made_comparison(60)).items():
        line = seen["lines"].get(str(passage))
        if before > shown and after > shown:
            assert line is None
            continue
        ends = []
        if before <= shown:
            ends.append((left[before - 1]["right"], left[before - 1]["y"]))
        if after <= shown:
            ends.append((right[after - 1]["left"], right[after - 1]["y"]))
        for drawn, wanted in zip(line["ends"], ends, strict=False):
            assert drawn == pytest.approx(wanted, abs=1.0), passage
        hidden = after if before <= shown < after else before if after <= shown < before else None
        assert line["stub"] == (str(hidden) if hidden else None)


def test_every_line_joins_the_middles_of_its_two_cards(board):
    """Ends of lines are at the vertical middle of the cards; a hidden twin is named below."""
    _lines_meet_their_cards(board, 10)


def test_shorter_lists_take_the_place_of_longer_ones(board):
    """Six passages after sixty, whose lines led to passages that are gone; and sixty again."""
    for count in (6, 10):
        board.get_by_text("Six passages").click()
        for side in (0, 1):
            expect(_cards(board, side)).to_have_count(count)
        expect(board.get_by_text("BidiComponent Error")).to_have_count(0)
    _lines_meet_their_cards(board, 10)


def test_lines_follow_when_sizes_change(board):
    """After a card is opened, after a resize and with all cards shown, lines still meet cards."""
    _cards(board, 1).first.get_by_role("button", name="More").click()
    expect(_cards(board, 1).first.get_by_role("button", name="Less")).to_be_visible()
    _lines_meet_their_cards(board, 10)
    board.set_viewport_size({"width": 820, "height": 900})
    _lines_meet_their_cards(board, 10)
    board.get_by_role("button", name="Show all 60").click()
    expect(_cards(board, 0)).to_have_count(60)
    _lines_meet_their_cards(board, 60)
    board.get_by_role("button", name="Overview").click()
    _lines_meet_their_cards(board, 60)


def test_the_cut_line_stands_after_the_top_n_on_both_sides(board):
    """Five cards of each list are above the line, the sixth is below."""
    eventually(board, lambda: _assert_the_cut_line_after_five(board))


def _assert_the_cut_line_after_five(board: Page) -> None:
    line = board.locator(".edge").bounding_box()
    assert line is not None
    for side in (0, 1):
        above = _cards(board, side).nth(4).bounding_box()
        below = _cards(board, side).nth(5).bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] < line["y"] + line["height"] / 2 < below["y"]


def test_hovering_a_card_lights_its_twin_and_their_line(board):
    """The first of the new order was seventh: these two cards and one line are lit."""
    _cards(board, 1).first.hover()
    expect(board.locator(".card.lit")).to_have_count(2)
    expect(_cards(board, 0).nth(6)).to_have_class("card rose lit")
    expect(board.locator(".lane .join.lit")).to_have_attribute("data-passage", "6")
    board.mouse.move(2, 2)
    expect(board.locator(".card.lit")).to_have_count(0)


def test_the_best_sentence_is_in_view_when_the_text_is_cut(board):
    """The window of lines is moved to the sentence that answers, and 'More' shows the rest."""
    eventually(board, lambda: _assert_the_best_sentence_in_view(board))


def _assert_the_best_sentence_in_view(board: Page) -> None:
    text = board.locator('.column[data-side="1"] .text').first
    window, quote = text.bounding_box(), text.locator(".quote").bounding_box()
    assert window is not None
    assert quote is not None
    assert "cut-above" in (text.get_attribute("class") or "")
    assert window["y"] <= quote["y"]
    assert quote["y"] + quote["height"] <= window["y"] + window["height"] + 1


def test_keys_move_through_a_list_and_to_the_twin(board):
    """Down, up, left and right move the focus; Enter opens the page of the card in focus."""
    _cards(board, 1).first.focus()
    board.keyboard.press("ArrowDown")
    expect(_cards(board, 1).nth(1)).to_be_focused()
    board.keyboard.press("ArrowUp")
    board.keyboard.press("ArrowLeft")
    expect(_cards(board, 0).nth(6)).to_be_focused()
    expect(_cards(board, 1).first).to_have_class("card rose lit")
    board.keyboard.press("Enter")
    expect(board.get_by_text(f"opened: {made_chunk(6).id} quote=False")).to_be_visible()


def test_keys_grade_the_card_in_focus(board):
    """3 and then 0 on a card: both its cards show the last grade, and the focus stays."""
    _cards(board, 1).first.focus()
    for grade in ("3", "0"):
        board.keyboard.press(grade)
        expect(_cards(board, 1).first.locator(".badge").first).to_have_text(f"Grade {grade}")
        expect(_cards(board, 0).nth(6).locator(".badge").first).to_have_text(f"Grade {grade}")
        expect(_cards(board, 1).first).to_be_focused()
    expect(board.locator(".badge", has_text="Grade")).to_have_count(2)
    assert not board.url.rstrip("/").endswith("Library")


def test_a_twin_that_is_not_shown_is_fetched(board):
    """From the right list's seventh to the left list's 23rd: all cards are shown for it."""
    _cards(board, 1).nth(6).focus()
    board.keyboard.press("ArrowLeft")
    expect(_cards(board, 0).nth(22)).to_be_focused()


def test_open_page_reaches_python_once(board):
    """The trigger names the chunk, also from the best sentence, and is gone in the next run."""
    _cards(board, 0).nth(1).get_by_role("button", name="Open page").click()
    expect(board.get_by_text(f"opened: {made_chunk(1).id} quote=False")).to_be_visible()
    board.locator('.column[data-side="1"] .quote').first.click()
    expect(board.get_by_text(f"opened: {made_chunk(6).id} quote=True")).to_be_visible()
    board.get_by_role("button", name="Run again").click()
    expect(board.get_by_text("opened: nothing")).to_be_visible()


def test_what_was_opened_stays_open_after_a_rerun(board):
    """Opened cards and 'Show all' survive the run that a click starts."""
    board.get_by_role("button", name="Show all 60").click()
    _cards(board, 1).first.get_by_role("button", name="More").click()
    _cards(board, 0).nth(2).get_by_role("button", name="Open page").click()
    expect(board.get_by_text(f"opened: {made_chunk(2).id}")).to_be_visible()
    expect(_cards(board, 1)).to_have_count(60)
    expect(_cards(board, 1).first.get_by_role("button", name="Less")).to_be_visible()


def test_a_narrow_page_shows_one_list_at_a_time(board):
    """Below 560 px of room a switch chooses the list; nothing runs out of the page."""
    board.set_viewport_size({"width": 480, "height": 800})
    expect(_cards(board, 0).first).to_be_visible()
    expect(_cards(board, 1).first).to_be_hidden()
    board.get_by_role("button", name="Cross-encoder").click()
    expect(_cards(board, 1).first).to_be_visible()
    expect(_cards(board, 0).first).to_be_hidden()
    board.wait_for_function("document.documentElement.scrollWidth <= 480")


def test_the_page_view_places_its_boxes(page, demo):
    """Each box covers its fractions of the picture, at every zoom."""
    page.goto(demo("page"))
    expect(page.locator(".mark")).to_have_count(5)
    for name in ("Fit width", "100 %", "Zoom in"):
        page.get_by_role("button", name=name).click()
        eventually(page, lambda: _assert_the_quote_is_in_its_place(page))


def _assert_the_quote_is_in_its_place(page: Page) -> None:
    sheet, quote = page.locator(".sheet").bounding_box(), page.locator(".quote").bounding_box()
    assert sheet is not None
    assert quote is not None
    assert quote["x"] == pytest.approx(sheet["x"] + 0.1 * sheet["width"], abs=1)
    assert quote["width"] == pytest.approx(0.8 * sheet["width"], abs=1)
    assert quote["y"] == pytest.approx(sheet["y"] + 0.7 * sheet["height"], abs=1)
    assert quote["height"] == pytest.approx(0.02 * sheet["height"], abs=1)


def test_the_page_view_scrolls_to_the_quote(page, demo):
    """The best sentence is inside the frame when the page opens; 100 % is the picture's size."""
    page.goto(demo("page"))
    expect(page.locator(".quote")).to_be_in_viewport()
    expect(page.get_by_role("img", name="Page 4 of <i>policy</i>.pdf")).to_be_visible()
    page.get_by_role("button", name="100 %").click()
    width = "sheet => sheet.getBoundingClientRect().width"
    becomes(page, lambda: page.locator(".sheet").evaluate(width), pytest.approx(850, abs=1))


def test_a_chunk_on_the_page_can_be_chosen(page, demo):
    """One label for each chunk, as text; a click tells Python its id."""
    page.goto(demo("page"))
    expect(page.locator(".label")).to_have_text(["1", "<b>2</b>"])
    page.locator(".chunk").nth(1).click()
    expect(page.get_by_text("clicked: chunk-b")).to_be_visible()
