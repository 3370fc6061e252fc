"""People and their roles on the screen: who may do what, grant a role, end one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from budget.allocation.faults import N_
from budget.ui import address, deed_dialog, keys, session
from budget.ui.address import Parameter
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.text import plain
from budget.view import trail
from budget.view.names import centre_name
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import founding, people, rounds
from budget.workflow.people import Granted, Listed
from budget.workflow.roles import ROLE_NAMES, Role, Verb

GRANT, END = "grant_role", "end_role"
NO_ROLE = "none"
TABLE_HEIGHT = 470
Centres = Mapping[str, tuple[str, str]]
ROLE = Parameter(
    keys.ROLE_PARAMETER, address.one_of({*map(str, Role), NO_ROLE}), N_("a role of the list")
)
TEXT = Parameter(keys.TEXT_PARAMETER, address.words_of, address.WORDS)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    role: str
    text: str
    person: int | None


def people_page() -> None:
    """Everybody with the roles in force, and one person beside the list.

    Raises:
        Forbidden: for anybody but administrators and auditors.
    """
    _ = session.words()
    everybody = [
        person
        for person in people.people(session.store(), session.who())
        if person.identity != founding.SYSTEM
    ]
    centres = rounds.centre_names(session.store(), session.who())
    may_grant = session.person().may(Verb.GRANT_ROLE)
    wanted = _wanted(everybody)
    found = [person for person in everybody if _matches(person, wanted, centres)]
    _above_the_list(everybody, len(found), wanted, may_grant=may_grant)
    left, right = st.columns([0.6, 0.4], gap="small")
    with left:
        if found:
            _list(found, wanted, centres, _)
        else:
            st.info(
                _("Nobody matches. Choose all roles, or clear the search."),
                icon=":material/search_off:",
            )
    with right:
        person = next((person for person in everybody if person.id == wanted.person), None)
        if person is None:
            st.info(
                _("Choose a person in the table to see their roles."), icon=":material/ads_click:"
            )
        else:
            _person(person, centres, _, may_grant=may_grant)
    deed_dialog.show(GRANT, _("Grant a role"), _grant, width="medium")
    deed_dialog.show(END, _("End a role"), _end, width="medium")


def role_name(granted: Granted, centres: Centres, _: Words) -> str:
    """A role in force, with the centre of a centre head."""
    name = capital(_(ROLE_NAMES[granted.role]))
    centre = centres.get(granted.centre_id)
    if not granted.centre_id:
        return name
    return f"{name} · {centre_name(*centre, _) if centre else granted.centre_id}"


def person_name(person: Listed, _: Words) -> str:
    """A person's name in the reader's language."""
    return _.of(person.name, person.name_en or person.name)


# --- the address and the list --------------------------------------------------------------------


def _wanted(everybody: Sequence[Listed]) -> Wanted:
    ids = {str(known.id) for known in everybody}
    person = Parameter(keys.WHO_PARAMETER, address.one_of(ids), N_("a person of the list"))
    found = address.read(ROLE, TEXT, person)
    chosen = found.one(person)
    return Wanted(found.one(ROLE) or "", found.one(TEXT) or "", int(chosen) if chosen else None)


def _matches(person: Listed, wanted: Wanted, centres: Centres) -> bool:
    if wanted.role == NO_ROLE:
        if person.roles:
            return False
    elif wanted.role and wanted.role not in {granted.role for granted in person.roles}:
        return False
    texts = [person.name, person.name_en, person.identity]
    for granted in person.roles:
        texts += [granted.centre_id, *centres.get(granted.centre_id, ())]
    return all(word in " ".join(texts).casefold() for word in wanted.text.casefold().split())


def _ask(parameter: str) -> None:
    value = st.session_state[keys.asked(parameter)]
    _say(parameter, str(value or "").strip())


def _say(parameter: str, value: str) -> None:
    if value:
        st.query_params[parameter] = value
    else:
        st.query_params.pop(parameter, None)


def _above_the_list(
    everybody: Sequence[Listed], count: int, wanted: Wanted, *, may_grant: bool
) -> None:
    _ = session.words()
    counts = {
        **{
            str(role): sum(role in {held.role for held in person.roles} for person in everybody)
            for role in Role
        },
        NO_ROLE: sum(not person.roles for person in everybody),
    }
    labels = {**{str(key): name for key, name in ROLE_NAMES.items()}, NO_ROLE: _NO_ROLE}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state[keys.asked(keys.TEXT_PARAMETER)] = wanted.text
        st.text_input(
            _("Search"),
            placeholder=_("Name, centre or identity"),
            icon=":material/search:",
            max_chars=address.MOST_TEXT,
            key=keys.asked(keys.TEXT_PARAMETER),
            on_change=_ask,
            args=(keys.TEXT_PARAMETER,),
            label_visibility="collapsed",
            width=240,
        )
        st.session_state[keys.asked(keys.ROLE_PARAMETER)] = wanted.role or None
        st.selectbox(
            _("Role"),
            list(counts),
            index=None,
            format_func=lambda role: f"{capital(_(labels[role]))} ({counts[role]})",
            placeholder=_("all roles"),
            key=keys.asked(keys.ROLE_PARAMETER),
            on_change=_ask,
            args=(keys.ROLE_PARAMETER,),
            label_visibility="collapsed",
            width=200,
        )
        st.caption(
            plain(
                _(
                    "{shown} of {total} people",
                    shown=count,
                    total=len(everybody),
                )
            ),
            width="stretch",
        )
        if may_grant:
            deed_dialog.opener(
                GRANT, _("Grant a role…"), type=session.main_button(), icon=":material/person_add:"
            )
        else:
            st.badge(_("read only"), color="gray", icon=":material/visibility:")


_NO_ROLE = N_("no role in force")


def _list(found: Sequence[Listed], wanted: Wanted, centres: Centres, _: Words) -> None:
    rows = pd.DataFrame(
        {
            "name": [person_name(person, _) for person in found],
            "roles": [
                ", ".join(role_name(granted, centres, _) for granted in person.roles) or _(_NO_ROLE)
                for person in found
            ],
            "since": [
                max((trail.moment(granted.since)[:10] for granted in person.roles), default="")
                for person in found
            ],
            "identity": [person.identity for person in found],
        }
    )
    ids = [person.id for person in found]
    st.session_state[keys.PEOPLE_SHOWN] = ids
    chosen = [ids.index(wanted.person)] if wanted.person in ids else []
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "name": text(_("Name"), width=150, pinned=True),
            "roles": text(_("Roles in force"), width=250),
            "since": text(_("since"), width=92),
            "identity": text(_("Identity"), width=240),
        },
        hide_index=True,
        height=TABLE_HEIGHT if len(found) > 14 else "content",
        row_height=30,
        placeholder="",
        key=_table_key(ids),
        on_select=_choose,
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen, "columns": [], "cells": []}},
        alt=_("People with their roles in force"),
    )


def _table_key(ids: Sequence[int]) -> str:
    return keys.people_table(f"{hash(tuple(ids))}")


def _choose() -> None:
    """Say the marked person in the address."""
    ids = st.session_state[keys.PEOPLE_SHOWN]
    rows = st.session_state[_table_key(ids)]["selection"]["rows"]
    _say(keys.WHO_PARAMETER, str(ids[rows[0]]) if rows else "")


# --- one person ----------------------------------------------------------------------------------


def _person(person: Listed, centres: Centres, _: Words, *, may_grant: bool) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(person_name(person, _))}**")
        st.code(person.identity, language=None, wrap_lines=True)
        if not person.roles:
            st.markdown(plain(_("No role in force: this person cannot open the round.")))
        for granted in person.roles:
            with st.container(
                horizontal=True,
                vertical_alignment="center",
                horizontal_alignment="distribute",
                gap="small",
            ):
                since = _("since {day}", day=trail.moment(granted.since)[:10])
                st.markdown(
                    f"{plain(role_name(granted, centres, _))}  \n:small[:gray[{plain(since)}]]",
                    width="content",
                )
                if may_grant:
                    deed_dialog.opener(
                        END,
                        _("End…"),
                        seen=(person, granted),
                        which=str(granted.id),
                        help=plain(_("End the role {role}", role=role_name(granted, centres, _))),
                    )
        if may_grant:
            deed_dialog.opener(
                GRANT,
                _("Grant another role…"),
                seen=person,
                which=str(person.id),
                icon=":material/add:",
            )
            st.caption(_("A change takes effect at the person's next click, in open windows too."))


# --- deeds ---------------------------------------------------------------------------------------


def _grant(prepared: Prepared) -> None:
    _ = session.words()
    known: Listed | None = prepared.seen
    asked = Fields(prepared)
    if known is None:
        identity = asked.text(
            "identity",
            _("Identity"),
            people.IDENTITY.most,
            help=_(
                "Issuer and subject of the sign-in. Who signs in without a role sees it on the "
                "screen and can copy it to you."
            ),
        )
        name = asked.text("name", _("Name"), people.NAME.most)
    else:
        identity, name = known.identity, known.name
        st.markdown(f"**{plain(person_name(known, _))}** :small[:gray[{plain(identity)}]]")
    role = st.selectbox(
        _("Role"),
        list(Role),
        index=None,
        format_func=lambda key: capital(_(ROLE_NAMES[key])),
        placeholder=_("Choose a role"),
        key=prepared.field("role"),
        persist_state="session",
    )
    asked.place("role")
    centre = (
        asked.centre(rounds.centre_names(session.store(), session.who()))
        if role == Role.CENTRE_HEAD
        else None
    )
    reason = asked.reason()
    st.caption(_("The role takes effect at the person's next click."))
    if not st.button(_("Grant the role"), type=session.main_button(), key=prepared.field("do")):
        return
    earlier = None if known else _known_as(identity)
    if earlier is not None and earlier.name != name.strip():
        asked.fault("name", _("This identity is known as {name}.", name=earlier.name))
        return
    if asked.attempt(
        lambda: people.grant(
            session.store(),
            session.who(),
            identity,
            name,
            role or "",
            centre_id=centre or "",
            reason=reason,
            key=prepared.key,
        ),
        _(
            "{person} is now {role}.",
            person=name.strip(),
            role=_(ROLE_NAMES[role]) if role else "",
        ),
    ):
        deed_dialog.close()


def _known_as(identity: str) -> Listed | None:
    """Whoever has this identity already: their name is not changed by a role."""
    return next(
        (
            person
            for person in people.people(session.store(), session.who())
            if person.identity == identity.strip()
        ),
        None,
    )


def _end(prepared: Prepared) -> None:
    _ = session.words()
    person, granted = prepared.seen
    centres = rounds.centre_names(session.store(), session.who())
    asked = Fields(prepared)
    name, role = person_name(person, _), role_name(granted, centres, _)
    st.markdown(f"**{plain(name)}** · {plain(role)}")
    deed_dialog.refusal_before(prepared)
    if person.identity == session.who():
        st.warning(_("This is your own role."), icon=":material/person_alert:")
    st.markdown(
        plain(
            _(
                "At the next click, in open windows too, {person} can no longer do what only this "
                "role allows. What was written and decided stays.",
                person=name,
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        if st.form_submit_button(_("End the role"), type=session.main_button()):
            done = asked.attempt(
                lambda: people.end(
                    session.store(),
                    session.who(),
                    granted.id,
                    reason,
                    based_on=person.version,
                    key=prepared.key,
                ),
                _("{person} is no longer {role}.", person=name, role=role),
                look_again=lambda: (_as_now(person), granted),
            )
            if done:
                deed_dialog.close()


def _as_now(person: Listed) -> Listed:
    found = people.people(session.store(), session.who())
    return next((other for other in found if other.id == person.id), person)
