"""A Streamlit server of our own on a free loopback port, and Chromium to look at it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from budget.workflow import installation

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The same engine without the windows around it, where it is installed: a third less work."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PORTS = range(8700, 8800)
OWN_PORTS = 25


def free_port(taken: int = 0) -> int:
    """A port of the agreed range on which nobody listens; test workers side by side each look
    through their own part of it.

    Args:
        taken: a port that is promised to somebody who does not listen yet.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = worker * OWN_PORTS % len(PORTS)
    for port in PORTS[first : first + OWN_PORTS]:
        with socket.socket() as probe:
            if port != taken and probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port from 8700 to 8799 for this worker")


@contextlib.contextmanager
def served(
    script: Path = ROOT / "app.py",
    *,
    port: int | None = None,
    options: Sequence[str] = (),
    **environment: str,
) -> Iterator[str]:
    """Run a page and give its address; ends the process that it started, and no other.

    It has a database of its own, unless the environment names one.

    Args:
        options: further options of `streamlit run`.
    """
    port = port or free_port()
    own = tempfile.TemporaryDirectory(prefix="budget-", ignore_cleanup_errors=True)
    environment = {installation.FOLDER: own.name, installation.DATABASE: "", **environment}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(script)),
            *("--server.port", str(port), "--server.fileWatcherType", "none"),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(150):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        own.cleanup()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(
    browser: Browser,
    address: str,
    *,
    width: int = 1366,
    height: int = 768,
    dark: bool = False,
) -> Iterator[Page]:
    """A page that has finished its first run."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="ko-KR",
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    settled(page)
    try:
        yield page
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until the script has ended and the screen has been drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function("!document.querySelector('[data-stale=true]')")
    page.wait_for_timeout(400)
