"""What the tests of the pages share: a page as one person sees it, in English, and its database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from budget.storage.store import Store
from budget.ui import keys, sign_in
from budget.workflow.records import Filter, Line, records
from tests.storage.databases import auditor

ROOT = Path(__file__).parents[2]


def opened(page: str, who: str, asked: Mapping[str, str] | None = None) -> AppTest:
    """A page as one person of the demonstration opens it, with parameters of the address."""
    person = {keys.PERSON_PARAMETER: who, keys.LANGUAGE_PARAMETER: "en"}
    return at_address(page, {**person, **(asked or {})})


def at_address(page: str, asked: Mapping[str, str]) -> AppTest:
    """A page at an address, opened at once: no other page is drawn first."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    for name, value in asked.items():
        app.query_params[name] = value
    return app.run()


def store() -> Store:
    """The database that the pages of this test use."""
    return sign_in.store()


def trail_of(**wanted: Any) -> list[Line]:
    """Records that match, the newest first."""
    return records(store(), auditor(), Filter(**wanted))[0]


def said(app: AppTest) -> str:
    """Warnings, errors, successes and marked-down texts, as they read."""
    texts = [
        element.value
        for kind in ("warning", "error", "success", "info", "markdown", "caption", "text", "title")
        for element in app.get(kind)
    ]
    return "\n".join(texts).replace("\\", "").replace("\u2060", "")


def field(app: AppTest, kind: str, name: str) -> Any:
    """The control of a dialog, by the name of its field."""
    return next(found for found in app.get(kind) if f":{name}:" in (found.key or ""))


def press(app: AppTest, label: str) -> AppTest:
    """Click the button that says so."""
    found = next(found for found in app.button if label in found.label.replace("\\", ""))
    return found.click().run()
