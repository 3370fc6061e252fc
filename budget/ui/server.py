"""The web server around the pages: the demonstration's refusal, headers, files by ticket.

An attachment is not one of Streamlit's media files, which anybody with the link can load. Its
link carries a signed ticket for one person and one file, and the workflow checks the person's
rights at the moment of loading.
"""

import asyncio
import gc
import json
import secrets
import sys
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_auth_routes import _get_signed_cookie_from_request
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from budget.allocation.faults import InputError
from budget.files.pack import MIME
from budget.ui import kept_data, sign_in
from budget.ui.packs_made import made_pack
from budget.ui.problems import tell
from budget.workflow import attachments, packs, records
from budget.workflow.attachments import Served
from budget.workflow.deadlines import KOREA
from budget.workflow.refusals import Refusal

ATTACHMENT = "attachment"
TICKET_SECONDS = 15 * 60
_tickets = URLSafeTimedSerializer(secrets.token_bytes(32), salt=ATTACHMENT)
EXPORT = "trail-export"
EXPORT_SECONDS = 5 * 60
_export_tickets = URLSafeTimedSerializer(secrets.token_bytes(32), salt=EXPORT)
DAYS = ("first_day", "last_day")
PACK = "export-pack"
PACK_SECONDS = 15 * 60
_pack_tickets = URLSafeTimedSerializer(secrets.token_bytes(32), salt=PACK)


_settled: set[int] = set()
"""How many modules were imported when what they hold was last set aside."""


def settle() -> None:
    """Set aside what imports have left in memory; called at the end of a page.

    Streamlit collects garbage after every run of a page. With all libraries imported that would
    take a tenth of a second, in which no other page moves, and never find any of theirs.
    """
    if len(sys.modules) not in _settled:
        _settled.add(len(sys.modules))
        gc.collect()
        gc.freeze()


def is_script_run() -> bool:
    """Whether a page is being drawn; otherwise the server is being set up."""
    return get_script_run_ctx(suppress_warning=True) is not None


class SafeHeaders:
    """Every answer says what a browser may do with it.

    Pictures come from this server alone: an image link in a justification loads nothing, even if
    it were ever drawn as one.
    """

    HEADERS = (
        (
            "Content-Security-Policy",
            "img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; add the headers to its answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.HEADERS:
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def settings() -> dict[str, Any]:
    """What `st.App` is built with, besides the script.

    Raises:
        SystemExit: with the reason, where the app must not run or has no database.
    """
    try:
        sign_in.check_address(st.get_option("server.address"))
        sign_in.store()
    except InputError as error:
        raise SystemExit(f"the app does not start: {error}") from None
    return {
        "routes": [
            Route(f"/{ATTACHMENT}/{{ticket}}", _serve_attachment),
            Route(f"/{EXPORT}/{{ticket}}", _serve_export),
            Route(f"/{PACK}/{{ticket}}", _serve_pack),
            Route(f"/{kept_data.PATH}/{{name}}", kept_data.serve),
        ],
        "middleware": [Middleware(SafeHeaders)],
        "on_script_error": tell,
    }


# --- attachments -------------------------------------------------------------------------------


def attachment_link(file_id: int, who: str) -> str:
    """A link with which one person can load one file for a quarter of an hour."""
    return f"{ATTACHMENT}/{_tickets.dumps([file_id, who])}"


async def _serve_attachment(request: Request) -> Response:
    try:
        file_id, who = _tickets.loads(request.path_params["ticket"], max_age=TICKET_SECONDS)
    except BadSignature:
        return PlainTextResponse(
            "이 링크는 더 이상 유효하지 않습니다. 페이지에서 파일을 다시 여십시오.\n"
            "This link is no longer valid. Please open the file from its page again.",
            status_code=403,
        )

    def file(who: str) -> Served:
        return attachments.served(sign_in.store(), who, int(file_id))

    return await _served_to(request, who, file)


# --- exports of the audit trail ----------------------------------------------------------------


def export_link(wanted: records.Filter, key: str, who: str) -> str:
    """A link with which one person can load one export, recorded before, for five minutes.

    The ticket names the export by its key. The reason stands in the trail and not in an address
    that browsers and proxies keep.
    """
    asked = {name: value for name, value in vars(wanted).items() if value}
    days = {name: asked[name].isoformat() for name in DAYS if name in asked}
    return f"{EXPORT}/{_export_tickets.dumps([who, key, {**asked, **days}])}"


async def _serve_export(request: Request) -> Response:
    try:
        ticket = request.path_params["ticket"]
        (who, key, asked), made = _export_tickets.loads(
            ticket, max_age=EXPORT_SECONDS, return_timestamp=True
        )
    except BadSignature:
        return PlainTextResponse(
            "이 링크는 더 이상 유효하지 않습니다. 감사 페이지에서 다시 내보내십시오.\n"
            "This link is no longer valid. Please export again on the audit page.",
            status_code=403,
        )
    days = {name: date.fromisoformat(asked[name]) for name in DAYS if name in asked}
    wanted = records.Filter(**{**asked, **days})

    def file(who: str) -> Served:
        return Served(
            f"audit-trail-{made.astimezone(KOREA):%Y%m%d-%H%M%S}.csv",
            "text/csv; charset=utf-8",
            records.export(sign_in.store(), who, wanted, "", key=key),
        )

    return await _served_to(request, who, file)


# --- the export pack ---------------------------------------------------------------------------


def pack_link(publication_id: int, key: str, who: str) -> str:
    """A link with which one person can load one export pack, recorded before, for a while."""
    return f"{PACK}/{_pack_tickets.dumps([who, publication_id, key])}"


async def _serve_pack(request: Request) -> Response:
    try:
        who, publication_id, key = _pack_tickets.loads(
            request.path_params["ticket"], max_age=PACK_SECONDS
        )
    except BadSignature:
        return PlainTextResponse(
            "이 링크는 더 이상 유효하지 않습니다. 공개 페이지에서 다시 준비하십시오.\n"
            "This link is no longer valid. Please prepare the pack again on its page.",
            status_code=403,
        )

    def file(who: str) -> Served:
        run = packs.export(sign_in.store(), who, int(publication_id), key=key)
        return Served(
            packs.pack_name(run),
            MIME,
            made_pack(sign_in.store(), run, lambda _done, _count: None),
        )

    return await _served_to(request, who, file)


async def _served_to(request: Request, who: str, file: Callable[[str], Served]) -> Response:
    """A file, if whoever asks is whom the ticket was made for and the workflow allows it."""
    if not sign_in.is_demonstration() and _signed_in(request) != who:
        return _not_yours()
    try:
        sign_in.check_visit(request.headers, request.client.host if request.client else None)
        found = await asyncio.to_thread(file, who)
    except (Refusal, InputError):
        return _not_yours()
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )


def _not_yours() -> Response:
    return PlainTextResponse(
        "이 파일을 볼 수 없습니다.\nThis file is not yours to see.", status_code=403
    )


def _signed_in(request: Request) -> str | None:
    """The identity in the sign-in cookie of a request."""
    cookie = get_cookie_with_chunks(
        lambda name: _get_signed_cookie_from_request(request, name), USER_COOKIE_NAME
    )
    claims: Any = json.loads(cookie) if cookie else {}
    return sign_in.of_claims(claims) if isinstance(claims, dict) else None
