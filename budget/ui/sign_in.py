"""Who is using the app: an OpenID Connect sign-in where one is configured, else the demonstration.

The demonstration has a database of its own, listens on localhost only, says so on every page, and
lets the visitor take any role. What the visitor may do is checked by the workflow at every call,
against the roles of that moment.

Source: workflow, signing in.
"""

import ipaddress
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.ui import keys
from budget.workflow import demonstration, installation
from budget.workflow.roles import Role

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
LOCAL_NAMES = ("localhost",)
FIRST_PERSON = demonstration.demonstration_identity(Role.PLANNER, "1")


@cache
def is_demonstration() -> bool:
    """Whether no sign-in is configured ([auth] in Streamlit's secrets).

    Decided once: a file that is being edited must not open the other kind of installation.
    """
    return not get_secrets_auth_section()


def store() -> Store:
    """The database of this installation; opened, and filled if it is new, at the first call.

    Raises:
        InputError: if it cannot be opened or is not for this kind of installation.
    """
    kind = demonstration.DEMONSTRATION if is_demonstration() else installation.MINISTRY
    return _store(kind, *(os.environ.get(name, "") for name in _VARIABLES))


_VARIABLES = (installation.DATABASE, installation.FOLDER, installation.SAMPLE)


@st.cache_resource(show_spinner=False)
def _store(kind: str, *values: str) -> Store:
    return installation.open_store(dict(zip(_VARIABLES, values, strict=True)), kind)


# --- the demonstration stays at home -----------------------------------------------------------


def is_local(host: str) -> bool:
    """Whether a host, with or without a port, is this machine."""
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_address(server_address: str | None) -> None:
    """A demonstration listens on localhost only.

    Raises:
        InputError: for any other address; the server does not start.
    """
    secret_files = [path for path in st.get_option("secrets.files") if Path(path).is_file()]
    if is_demonstration() and secret_files:
        raise InputError([Fault(Path(secret_files[0]).name, "[auth]", "", _NO_AUTH)])
    if is_demonstration() and not is_local(server_address or "0.0.0.0"):
        raise InputError([Fault("server.address", "", server_address or "", _ELSEWHERE)])


_NO_AUTH = N_(
    "a readable file with a section [auth]; a demonstration has no secrets, and starts without one"
)
_ELSEWHERE = N_(
    "localhost: without a sign-in the app is a demonstration and refuses any other address; "
    "configure [auth] in the secrets to serve others"
)


def check_visit(headers: Mapping[str, str], client: str | None) -> None:
    """A visit to the demonstration comes from this machine, not through a proxy.

    Args:
        client: the address that the visit comes from; None: unknown, or this machine.

    Raises:
        InputError: otherwise.
    """
    if not is_demonstration():
        return
    if isinstance(client, str) and not is_local(client):
        raise InputError([Fault("client", "", client[:80], _ELSEWHERE)])
    host = headers.get("Host", "")
    if host and not is_local(host):
        raise InputError([Fault("Host", "", host[:80], _ELSEWHERE)])
    for name in FORWARDED:
        if headers.get(name):
            raise InputError([Fault(name, "", headers[name][:80], _ELSEWHERE)])


# --- who ---------------------------------------------------------------------------------------


def identity() -> str | None:
    """What the sign-in says: issuer and subject; None if nobody is signed in.

    In the demonstration it is the person whom the visitor has taken; the address keeps it, so
    that a reload does not change it.
    """
    if is_demonstration():
        asked = st.query_params.get(keys.PERSON_PARAMETER)
        taken = asked or st.session_state.get(keys.TAKEN) or FIRST_PERSON
        if not taken.startswith(f"{demonstration.DEMONSTRATION}|"):
            taken = f"{demonstration.DEMONSTRATION}|{taken}"
        st.session_state[keys.TAKEN] = taken
        shown = taken.removeprefix(f"{demonstration.DEMONSTRATION}|")
        if shown != asked and (asked or taken != FIRST_PERSON):
            st.query_params[keys.PERSON_PARAMETER] = shown
        return cast(str, taken)
    if not st.user.is_logged_in:
        return None
    return of_claims(dict(st.user))


def is_nameless() -> bool:
    """Whether somebody is signed in of whom the sign-in does not say who they are."""
    return not is_demonstration() and bool(st.user.is_logged_in) and identity() is None


def of_claims(claims: Mapping[str, object]) -> str | None:
    """The identity that a sign-in's claims give: who says it, and whom they mean."""
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        return None
    return f"{issuer}|{subject}"


def take(person: str) -> None:
    """Become another person of the demonstration; what the last one was doing is forgotten."""
    for name in list(st.session_state):
        if name not in keys.KEPT:
            del st.session_state[name]
    st.session_state[keys.TAKEN] = person
    st.query_params[keys.PERSON_PARAMETER] = person.removeprefix(f"{demonstration.DEMONSTRATION}|")
