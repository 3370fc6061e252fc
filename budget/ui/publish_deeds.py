"""The deeds of a publication: propose it, confirm it, correct it by a supplementary round."""

from datetime import timedelta

import streamlit as st

from budget.ui import deed_dialog, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.round import facts
from budget.ui.text import plain
from budget.view import trail
from budget.view.words import Words
from budget.workflow import publication, supplementary
from budget.workflow.deadlines import KOREA
from budget.workflow.publication import Proposal
from budget.workflow.saved_scenarios import CONSIDERED, SavedScenario

PUBLISH = "pages/publish.py"
PROPOSE, CONFIRM = "propose_publication", "confirm_publication"
SUPPLEMENT = "open_supplementary"
USUAL_DAYS = 14
"""So long a supplementary round takes requests, unless the lead says otherwise."""


def dialogs() -> None:
    """The dialogs of the page, while one is open."""
    _ = session.words()
    deed_dialog.show(PROPOSE, _("Propose the publication"), _propose, width="medium")
    deed_dialog.show(CONFIRM, _("Confirm the publication"), _confirm, width="medium")
    deed_dialog.show(SUPPLEMENT, _("Open a supplementary round"), _supplement, width="medium")


def proposal_text(found: Proposal, _: Words) -> str:
    """Which scenario, who proposed it, when."""
    return _(
        "{scenario}, version {number}, by {person}, {when}",
        scenario=_.name(found.scenario),
        number=found.number,
        person=_.of(found.proposed_by, found.proposed_by_en or found.proposed_by),
        when=trail.moment(found.proposed_at)[:16],
    )


def _propose(prepared: Prepared) -> None:
    _ = session.words()
    chosen: SavedScenario
    earlier: Proposal | None
    chosen, earlier = prepared.seen
    asked = Fields(prepared)
    name = _("{scenario}, version {version}", scenario=_.name(chosen.name), version=chosen.number)
    st.markdown(f"**{plain(name)}**")
    if earlier is not None:
        st.info(
            plain(
                _(
                    "A new proposal takes the place of this one: {what}",
                    what=proposal_text(earlier, _),
                )
            )
        )
    _scenario_facts(chosen, _)
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        wants = st.form_submit_button(
            _("Compute and propose"), type=session.main_button(), icon=":material/outbox:"
        )
    if wants and asked.attempt(
        lambda: publication.propose(
            session.store(), session.who(), chosen.id, reason, key=prepared.key
        ),
        _("Proposed. A lead who is not you confirms it."),
    ):
        deed_dialog.close()


def _scenario_facts(found: SavedScenario, _: Words) -> None:
    """Who saved the version, and what will be considered in it."""
    person = _.of(found.saved_by, found.saved_by_en or found.saved_by)
    st.caption(
        plain(
            _(
                "Saved by {person}, {when}. A publication considers approved requests only.",
                person=person,
                when=trail.moment(found.saved_at)[:16],
            )
        )
    )
    if found.considered != next(iter(CONSIDERED)):
        st.warning(
            _(
                "This scenario was made with assessed requests as well; the figures published "
                "will differ from those it showed."
            ),
            icon=":material/warning:",
        )
    if found.note:
        st.text(found.note)


def _confirm(prepared: Prepared) -> None:
    _ = session.words()
    found: Proposal = prepared.seen
    asked = Fields(prepared)
    st.markdown(f"**{plain(proposal_text(found, _))}**")
    st.caption(_("Hash of the allocation that is published:"))
    st.code(found.allocation_sha256, language=None, wrap_lines=True)
    st.markdown(
        plain(
            _(
                "The figures are frozen, approved requests become funded or not funded, and "
                "every centre sees its allocation. This is final: a correction is a new, "
                "supplementary round."
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        agreed = asked.agreement()
        wants = st.form_submit_button(
            _("Publish"), type=session.main_button(), icon=":material/verified:"
        )
    if not wants:
        return
    if not asked.is_agreed(reason, agreed=agreed):
        return
    if asked.attempt(
        lambda: publication.confirm(
            session.store(), session.who(), found.id, reason, key=prepared.key
        ),
        _("The round is published."),
    ):
        deed_dialog.close()


def _supplement(prepared: Prepared) -> None:
    _ = session.words()
    asked = Fields(prepared)
    today = facts().now.astimezone(KOREA).date()
    st.markdown(
        plain(
            _(
                "The published round stays as it is. The supplementary round begins with its "
                "data, its rules as the baseline, and its approved requests under new numbers; "
                "it is then the round that every page shows. Nothing changes for the centres "
                "until it is published in its turn."
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        until = st.date_input(
            _("Requests until"),
            value=today + timedelta(days=USUAL_DAYS),
            min_value=today,
            format="YYYY-MM-DD",
            help=_("Decisions are due 14 days later, the publication 28 days later."),
            key=prepared.field("until"),
            persist_state="session",
        )
        asked.place("until")
        reason = asked.reason()
        agreed = asked.agreement()
        wants = st.form_submit_button(
            _("Open the supplementary round"),
            type=session.main_button(),
            icon=":material/add_circle:",
        )
    if not wants:
        return
    if until is None:
        asked.fault("until", _("Please choose a day."))
        return
    if not asked.is_agreed(reason, agreed=agreed):
        return
    if asked.attempt(
        lambda: supplementary.open_round(
            session.store(), session.who(), until, reason, key=prepared.key
        ),
        _("The supplementary round is open."),
    ):
        deed_dialog.close()
