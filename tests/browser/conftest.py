"""What tests in a browser share: Chromium, started once."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.server import CHROMIUM, chromium, opened, served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; its absence is an error where tests run unattended, else a reason to skip."""
    if CHROMIUM is None:
        reason = "no program called chromium on this machine's path"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address(browser: Browser) -> Iterator[str]:
    """The demonstration, for all tests that save nothing; its first page was opened already."""
    with served() as found:
        with opened(browser, found):
            pass
        yield found
