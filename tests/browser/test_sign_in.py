"""Signing in with a real OpenID Connect provider on loopback: roles, sign out, revoked roles."""

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.storage.store import Store, opened
from budget.workflow import founding, installation, people, proving, records, special_needs
from budget.workflow.deadlines import KOREA
from budget.workflow.roles import Role
from tests.browser.server import free_port, served, settled
from tests.storage.databases import head, key

pytestmark = pytest.mark.browser
ADMINISTRATOR, PLANNER, HEAD, STRANGER = "hong", "kim", "lee", "choi"
AUDITOR, LEAD = "jung", "park"


@dataclass(frozen=True)
class Ministry:
    """The app with a sign-in.

    Attributes:
        issuer: the provider's address, the first half of every identity.
    """

    address: str
    issuer: str
    store: Store

    def identity(self, subject: str) -> str:
        """What the sign-in gives for a person."""
        return f"{self.issuer}|{subject}"

    def grant(self, subject: str, role: Role, centre: str = "") -> None:
        """The administrator gives somebody a role."""
        people.grant(
            self.store,
            self.identity(ADMINISTRATOR),
            self.identity(subject),
            subject,
            role,
            centre_id=centre,
            reason="for a test",
            key=key("grant"),
        )

    def end_roles(self, subject: str) -> None:
        """The administrator ends all roles of somebody."""
        administrator = self.identity(ADMINISTRATOR)
        for person in people.people(self.store, administrator):
            for number, granted in enumerate(person.roles):
                if person.identity == self.identity(subject):
                    people.end(
                        self.store,
                        administrator,
                        granted.id,
                        "for a test",
                        based_on=person.version + number,
                        key=key("end"),
                    )


@pytest.fixture(scope="module")
def ministry(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ministry]:
    """A provider, and the app that trusts it, on a database of its own."""
    folder = tmp_path_factory.mktemp("ministry")
    provider_port = free_port()
    port = free_port(taken=provider_port)
    issuer = f"http://localhost:{provider_port}"
    (folder / "secrets.toml").write_text(
        f"""
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "only-for-this-test-{port}-{provider_port}-and-long-enough"
client_id = "budget"
client_secret = "budget-secret"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )
    store = installation.open_store({installation.FOLDER: str(folder)}, installation.MINISTRY)
    founding.grant_first_administrator(
        store, f"{issuer}|{ADMINISTRATOR}", ADMINISTRATOR, "for a test"
    )
    with (
        provided(provider_port),
        served(
            port=port,
            options=["--secrets.files", str(folder / "secrets.toml")],
            **{installation.FOLDER: str(folder), installation.DATABASE: ""},
        ),
    ):
        found = Ministry(f"http://localhost:{port}", issuer, store)
        found.grant(AUDITOR, Role.AUDITOR)
        found.grant(LEAD, Role.LEAD)
        yield found
    store.close()


@contextlib.contextmanager
def provided(port: int) -> Iterator[None]:
    """The OpenID Connect provider, a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}/.well-known/openid-configuration"
    try:
        for _attempt in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(address):
                break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def visitor(browser: Browser, address: str) -> Iterator[Page]:
    """Somebody with a browser profile of their own."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="ko-KR")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    settled(page)
    yield page
    context.close()


def sign_in(page: Page, subject: str) -> None:
    """Through the provider's own page and back."""
    page.get_by_role("button", name="로그인").click()
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Subject").press("Enter")
    page.wait_for_selector('[data-testid="stApp"]', timeout=60_000)
    page.wait_for_selector("h1")
    settled(page)


def test_nobody_gets_past_the_sign_in(browser: Browser, ministry: Ministry) -> None:
    """Every address shows the sign-in and nothing else; the demonstration's person is ignored."""
    for path in ("", "allocate", "audit?lang=ko", "requests?as=centre_head-EC001", "?as=lead-1"):
        with visitor(browser, f"{ministry.address}/{path}") as page:
            expect(page.get_by_role("button", name="로그인")).to_be_visible()
            assert (
                page.locator('[data-testid="stDataFrame"], [data-testid="stVegaLiteChart"]').count()
                == 0
            )
            assert "128,000" not in page.inner_text("body")


def test_a_stranger_is_told_whom_to_ask(browser: Browser, ministry: Ministry) -> None:
    """Signed in without a role: the identity to send to the administrator, and a way out."""
    with visitor(browser, ministry.address) as page:
        sign_in(page, STRANGER)
        expect(page.get_by_text(ministry.identity(STRANGER))).to_be_visible()
        assert page.locator('[data-testid="stVegaLiteChart"]').count() == 0
        page.get_by_role("button", name="로그아웃").click()
        page.get_by_role("button", name="End session").click()  # the provider's own page
        expect(page.get_by_role("button", name="로그인")).to_be_visible(timeout=30_000)


def test_a_planner_signs_in_works_and_is_stopped_when_the_role_ends(
    browser: Browser,
    ministry: Ministry,
) -> None:
    """Role granted, page used, role ended: the open session gets no further figure."""
    ministry.grant(PLANNER, Role.PLANNER)
    with visitor(browser, ministry.address) as page:
        sign_in(page, PLANNER)
        assert "시연" not in page.inner_text("body")
        page.get_by_text("배분안 만들기").first.click()
        slider = page.locator('input[type=range][aria-label="유보액"]')
        slider.wait_for()
        settled(page)
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("변경 1건")).to_be_visible()
        ministry.end_roles(PLANNER)
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("관리자").first).to_be_visible(timeout=20_000)
        settled(page)
        assert page.locator('[data-testid="stDataFrame"]').count() == 0
        page.reload()
        expect(page.get_by_text(ministry.identity(PLANNER))).to_be_visible(timeout=30_000)


def test_an_attachment_is_served_to_its_person_alone(
    browser: Browser,
    ministry: Ministry,
) -> None:
    """The same link in another person's browser, or in nobody's, gives 403."""
    from tests.files.attachment_samples import png

    ministry.grant(HEAD, Role.CENTRE_HEAD, "EC001")
    who = ministry.identity(HEAD)
    need = open_draft(ministry, who)
    from budget.workflow import attachments

    attachments.attach(ministry.store, who, need, "현장.png", png(), key=key("attach"))
    with visitor(browser, ministry.address) as page:
        sign_in(page, HEAD)
        page.goto(f"{ministry.address}/requests?request={need}")
        link = page.locator('a[href*="attachment/"]')
        link.first.wait_for(timeout=30_000)
        address = link.first.evaluate("a => a.href")
        mine = page.request.get(address)
        assert mine.status == 200
        assert mine.body() == png()
        assert mine.headers["content-disposition"].startswith("attachment")
        with visitor(browser, ministry.address) as other:
            assert other.request.get(address).status == 403  # nobody
            sign_in(other, STRANGER)
            assert other.request.get(address).status == 403  # somebody else
        ministry.end_roles(HEAD)
        assert page.request.get(address).status == 403  # no longer


def open_draft(ministry: Ministry, who: str) -> str:
    """A draft of the head, for whose centre the lead has extended the deadline."""
    from datetime import date

    from budget.workflow import rounds
    from budget.workflow.deadlines import latest_extension

    today = ministry.store.clock().astimezone(KOREA).date()
    rounds.extend_deadline(
        ministry.store,
        ministry.identity(LEAD),
        "EC001",
        latest_extension(date(2026, 11, 27), today),
        "for a test",
        key=key("extend"),
    )
    return special_needs.begin(ministry.store, who, "EC001", {"title": "현장"}, key=key("draft")).id


def test_what_was_refused_is_in_the_trail(ministry: Ministry) -> None:
    """A head who asked for an attachment after the role had ended is; and the chain is whole.

    Whoever gets no further than the sign-in asks nothing of a service: nothing is recorded.
    """
    found, count = records.records(
        ministry.store, ministry.identity(AUDITOR), records.Filter(outcome="refused")
    )
    assert count
    refused = {line.identity for line in found}
    assert ministry.identity(HEAD) in refused
    assert proving.verify(ministry.store, ministry.identity(AUDITOR)).is_whole
    assert head("EC001") not in refused


def test_a_demonstration_refuses_to_start_elsewhere(tmp_path: Path) -> None:
    """On another address the server ends with a reason before it answers anybody."""
    for address in ("0.0.0.0", "::"):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", address),
                *("--server.port", str(free_port()), "--server.headless", "true"),
            ],
            cwd=Path(__file__).parents[2],
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(tmp_path),
                installation.FOLDER: str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != 0
        assert "localhost" in done.stderr + done.stdout
        assert not list(tmp_path.glob("*.sqlite3"))
    assert opened is not None
