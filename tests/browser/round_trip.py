"""How long from a moved slider to the new table, beside an empty page on the same machine.

    python -m tests.browser.round_trip [moves]

Prints the medians of Allocate (with its table, and with the map beside it) and of the empty page,
and their ratios; exits 1 when one is above 1.5. The pages are moved by one key press at a time, in
turns, so that all meet the same load, and never twice to the same value, so that no result comes
from a cache. The clock runs in the browser, from the key to the
first frame in which the table's text is new.
"""

import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.server import chromium, opened, served, settled

MOVES = 30
ALLOWED = 1.5
SLIDER = '[data-testid="stSlider"] input[type=range]'
RULE = '[data-testid="stSlider"] input[type=range][aria-label*="%s"]'
VIEWS = {"table": ("", RULE % "직업상담원"), "map": ("?view=map", RULE % "직업상담직")}
"""The weight of a column: every value of it is feasible and moves every centre. Another column in
each view, so that none finds the other's result in a cache."""
EMPTY = "empty page"
WATCH = """() => {
  const grids = [...document.querySelectorAll('[data-testid="stDataFrame"] canvas table')];
  const grid = grids[grids.length - 1];
  window.before = grid.textContent; window.done = null; window.finished = null;
  const begin = () => { window.start = performance.now(); };
  document.addEventListener('keydown', begin, {once: true, capture: true});
  const app = document.querySelector('[data-testid="stApp"]');
  let ran = false;
  new MutationObserver(() => {
    if (window.start === null) return;
    if (app.getAttribute('data-test-script-state') !== 'notRunning') ran = true;
    else if (ran && window.finished === null) window.finished = performance.now() - window.start;
  }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
  const look = () => {
    const all = document.querySelectorAll('[data-testid="stDataFrame"] canvas table');
    const now = performance.now();
    if (window.start && all.length && all[all.length - 1].textContent !== window.before
        && window.done === null) window.done = now - window.start;
    if (window.done === null) requestAnimationFrame(look);
  };
  window.start = null;
  requestAnimationFrame(look);
}"""


def moved(page: Page, slider: str) -> tuple[float, float]:
    """Milliseconds from one key press to the new table, and to the end of the script."""
    page.bring_to_front()
    page.wait_for_selector('[data-testid="stDataFrame"] canvas table', state="attached")
    page.evaluate(WATCH)
    page.locator(slider).first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.done !== null", timeout=60_000)
    settled(page)
    done = float(page.evaluate("window.done"))
    return done, float(page.evaluate("window.finished") or done)


def main(moves: int = MOVES) -> int:
    """Measure and print; the exit status says whether the page is fast enough."""
    reference = Path(__file__).parent / "empty_page.py"
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in (*VIEWS, EMPTY)}
    with ExitStack() as stack:
        app, plain = stack.enter_context(served()), stack.enter_context(served(reference))
        browser = stack.enter_context(chromium())
        pages = {EMPTY: (stack.enter_context(opened(browser, plain)), SLIDER)}
        for name, (view, slider) in VIEWS.items():
            page = stack.enter_context(opened(browser, app))
            page.goto(f"{app}/allocate{view}")
            page.get_by_role("radio", name="운영", exact=True).click()
            page.wait_for_selector(slider)
            pages[name] = (page, slider)
        for page, slider in pages.values():
            page.locator(slider).first.focus()
            page.keyboard.press("Home")
            settled(page)
        for move in range(-2, moves):
            for name, (page, slider) in pages.items():
                found = moved(page, slider)
                if move >= 0:
                    times[name].append(found)
    status = 0
    for position, what in enumerate(("slider to new table", "slider to end of script")):
        theirs = statistics.median(one[position] for one in times[EMPTY])
        for name in VIEWS:
            mine = statistics.median(one[position] for one in times[name])
            ratio = mine / theirs
            print(f"{what}, {name}: {mine:.0f} ms, empty page {theirs:.0f} ms, ratio {ratio:.2f}")
            status |= position == 0 and ratio > ALLOWED
    return int(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MOVES))
