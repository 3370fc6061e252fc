"""Pictures of every page, to be looked at.

    python -m tests.browser.screenshots FOLDER

Every page in both languages, light and dark, on a desk and on a phone.
"""

import sys
from itertools import product
from pathlib import Path

from tests.browser.server import chromium, opened, served

PAGES = {
    "overview": "",
    "allocate": "allocate",
    "compare": "compare?compare=last&compare=1.1",
    "sensitivity": "sensitivity?part=prices",
}
SIZES = ((1366, 768), (390, 844))


def main(folder: Path) -> None:
    """Write the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, chromium() as browser:
        with opened(browser, address):
            pass
        for name, language, dark, (width, height) in product(
            PAGES, ("ko", "en"), (False, True), SIZES
        ):
            mark = "&" if "?" in PAGES[name] else "?"
            where = f"{address}/{PAGES[name]}{mark}lang={language}"
            with opened(browser, where, width=width, height=height, dark=dark) as page:
                page.wait_for_timeout(800)
                look = "dark" if dark else "light"
                page.screenshot(path=folder / f"{name}-{language}-{look}-{width}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
