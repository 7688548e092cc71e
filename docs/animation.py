"""Make the animation that the README opens with, docs/second-look.webp, from the app itself.

    .venv/bin/python docs/animation.py

A question is typed, the lists come, the order settles, the answer's sentence is pointed at, and the
flow shows every candidate. Each picture is what Chromium showed; only the time it stays is chosen.
It uses the home folder of docs/screenshots.py. Look at the result before you keep it.
"""

from __future__ import annotations

import sys
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from screenshots import ARGS, CHROMIUM, HOME, LONG, app, choose, index, settle, top

QUESTION = "By when do I have to submit an expense report?"
OUT = Path(__file__).parent / "second-look.webp"
WIDTH, HEIGHT, SHOWN = 1200, 780, 1080
MOST_BYTES = 3_000_000
WATCHED_SECONDS = 6.0
Frame = tuple[Image.Image, int]


def taken(page: Page, milliseconds: int) -> Frame:
    """What is on the screen, and how long it stays."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((SHOWN, SHOWN * HEIGHT // WIDTH), Image.Resampling.LANCZOS), milliseconds


def frames(page: Page, url: str) -> list[Frame]:
    """From the empty box to the flow."""
    page.goto(f"{url}/?q=hotel")  # both models have read something before they are watched
    expect(page.get_by_text("pairs scored")).to_be_visible(timeout=LONG)
    page.goto(url)
    settle(page)
    box = page.get_by_label("Ask your documents")
    made = [taken(page, 900)]
    for end in range(4, len(QUESTION) + 4, 4):
        box.fill(QUESTION[:end])
        made.append(taken(page, 90))
    box.press("Enter")
    begun = time.monotonic()
    while time.monotonic() - begun < WATCHED_SECONDS:
        made.append(taken(page, 120))
    expect(page.get_by_text("pairs scored")).to_be_visible(timeout=LONG)
    settle(page)
    made.append(taken(page, 2200))
    page.locator(".answer button").first.hover()
    page.wait_for_timeout(400)
    made.append(taken(page, 2600))
    page.mouse.move(0, 0)
    page.locator(".column .card").first.scroll_into_view_if_needed()
    page.mouse.move(WIDTH // 2, HEIGHT // 2)
    page.mouse.wheel(0, 420)
    page.wait_for_timeout(700)
    made.append(taken(page, 2600))
    choose(page, "Flow")
    top(page, "Side by side")
    page.wait_for_timeout(900)
    made.append(taken(page, 3000))
    return made


def merged(made: list[Frame]) -> list[Frame]:
    """Frames that look alike become one that stays longer."""
    kept = [made[0]]
    for picture, stays in made[1:]:
        if picture.tobytes() == kept[-1][0].tobytes():
            kept[-1] = (kept[-1][0], kept[-1][1] + stays)
        else:
            kept.append((picture, stays))
    return kept


def main() -> None:
    """Make the file; it must not be larger than a page can bear."""
    index()
    (HOME / "scores.sqlite").unlink(missing_ok=True)  # else nothing is left to read
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(LONG)
        made = merged(frames(page, url))
        browser.close()
    pictures, stays = [picture for picture, _ in made], [each for _, each in made]
    pictures[0].save(
        OUT, save_all=True, append_images=pictures[1:], duration=stays, loop=0, quality=80, method=6
    )
    size = OUT.stat().st_size
    sys.stdout.write(f"{OUT.name}: {len(made)} pictures, {size:,} bytes\n")
    if size > MOST_BYTES:
        sys.exit(f"More than {MOST_BYTES:,} bytes: choose fewer pictures or a lower quality.")


if __name__ == "__main__":
    main()
