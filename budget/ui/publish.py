"""Publish: what is missing, what changes, who signs; afterwards the facts and the export pack."""

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import deed_dialog, keys, publish_deeds, session
from budget.ui.publish_changes import what_changes
from budget.ui.publish_figures import Figures, figures_of, frozen_figures
from budget.ui.publish_pack import pack_controls
from budget.ui.text import plain
from budget.view import trail
from budget.view.publish import rule_title
from budget.view.words import Words
from budget.workflow import checklist, packs, publication, saved_scenarios
from budget.workflow.checklist import DONE, KNOWN, MISSING, Check, Checklist
from budget.workflow.packs import FrozenRun, Signed
from budget.workflow.publication import Proposal
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

OWN_PROPOSAL = 0
"""In the list of scenarios: the proposal that awaits a lead."""
MOST_TOLD = 8
SIGNS = {
    DONE: (":green[:material/check_circle:]", N_("Done")),
    KNOWN: (":orange[:material/info:]", N_("To be known")),
    MISSING: (":red[:material/cancel:]", N_("Missing")),
}

TEXTS = {
    ("decided", True): N_("The round is decided."),
    ("decided", False): N_("The round is not decided yet: a lead moves it on the Overview."),
    ("requests", True): N_("Every request is decided."),
    ("requests", False): N_("Without a decision, so without money:"),
    ("no_requests", False): N_("No request was submitted in this round."),
    ("saved", True): N_("The scenario was saved after the last decision."),
    ("saved", False): N_(
        "Decisions were taken after the scenario was saved; the figures here are computed with "
        "them."
    ),
    ("version", False): N_("A newer version of the scenario exists: {about}."),
    ("data", False): N_(
        "The scenario was saved with an earlier version of the data; the figures here are "
        "computed with the present one."
    ),
    ("no_changes", True): N_("No rule differs from those the round began with."),
    ("rationales", True): N_("Every changed rule has a rationale."),
    ("rationales", False): N_("Without a rationale; it is given on Allocate, by Save scenario:"),
    ("certified", True): N_("The allocation is certified by the independent checker."),
    ("certified", False): N_("The allocation is not certified."),
    ("proposal", True): N_("Decisions and data are those of the proposal."),
    ("proposal", False): N_(
        "Decisions or data have changed since the proposal. It cannot be confirmed; a planner "
        "proposes it anew."
    ),
    ("hands", True): N_("Whoever confirms is not who proposed."),
    ("hands", False): N_("You proposed it; another lead confirms it."),
}
PAGES = {
    "decided": ("pages/overview.py", N_("Overview")),
    "requests": ("pages/review.py", N_("Review")),
    "rationales": ("pages/allocate.py", N_("Allocate")),
}
"""Where a missing thing is mended."""


def publish_page(round_: RoundFacts) -> None:
    """The checklist at the left, what changes at the right; the signatures under the checklist.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    proposal = publication.proposal(session.store(), session.who())
    publish_deeds.dialogs()
    if round_.state == "published":
        run = packs.proposed_run(session.store(), session.who())
        if run is not None:
            _published(run)
        return
    chosen = _chosen(round_, proposal)
    found = checklist.checklist(session.store(), session.who(), chosen or None)
    _ = session.words()
    left, right = st.columns([0.38, 0.62], gap="large")
    with right:
        figures = figures_of(found, is_proposal=proposal is not None and not chosen)
        if figures is not None:
            what_changes(figures, found)
    with left:
        _check_card(found, figures, is_proposed=proposal is not None and not chosen)
        _signatures(round_, found, figures, proposal, is_proposed=not chosen)
    _earlier_packs(_)


def _chosen(round_: RoundFacts, proposal: Proposal | None) -> int:
    """The scenario that a planner looks at; OWN_PROPOSAL: the proposal."""
    _ = session.words()
    if not session.person().may(Verb.PROPOSE_PUBLICATION):
        if proposal is None:
            st.info(
                _("No publication is proposed yet; a planner proposes it. Shown is the baseline."),
                icon=":material/hourglass_empty:",
            )
        return OWN_PROPOSAL
    listed = {
        found.id: found for found in saved_scenarios.scenarios(session.store(), session.who())
    }
    names = {
        key: f"{'★ ' if found.is_baseline else ''}{_.name(found.name)} · "
        f"{_('version {number}', number=found.number)}"
        for key, found in listed.items()
    }
    if proposal is not None:
        text = _("Proposed: {what}", what=publish_deeds.proposal_text(proposal, _))
        names = {OWN_PROPOSAL: text, **names}
    return int(
        st.selectbox(
            _("What is published"),
            list(names),
            format_func=names.__getitem__,
            key=keys.PUBLISH_SCENARIO,
            help=_("The latest version of a scenario, with the approved requests."),
        )
    )


def _check_card(found: Checklist, figures: Figures | None, *, is_proposed: bool) -> None:
    """Every line with a sign and words; what is missing with the way to where it is mended."""
    _ = session.words()
    checks = list(found.checks)
    if not is_proposed:
        certified = figures is not None and figures.present.certified
        checks.append(Check("certified", DONE if certified else MISSING))
    missing = sum(check.state == MISSING for check in checks)
    with st.container(border=True, gap="xsmall"):
        st.subheader(
            plain(
                _.ngettext("{count} thing is missing", "{count} things are missing", missing)
                if missing
                else _("Nothing is missing")
            ),
            anchor=False,
        )
        for check in checks:
            _check_line(check, found, _)


def _check_line(check: Check, found: Checklist, _: Words) -> None:
    text = _(TEXTS[check.key, check.state == DONE], about=", ".join(check.about))
    sign, state = SIGNS[check.state]
    st.markdown(f"{sign} :small[:gray[{plain(_(state))}]]  \n{plain(text)}")
    if check.key == "rationales":
        about = [rule_title(path, found.scenario.policy, session.numbers()) for path in check.about]
    elif check.key == "requests":
        about = list(check.about)
    else:
        about = []
    if about:
        more = len(about) - MOST_TOLD
        told = ", ".join(about[:MOST_TOLD])
        if more > 0:
            told = _("{some} and {count} more", some=told, count=more)
        st.caption(plain(told))
    page = PAGES.get(check.key)
    if page and check.state != DONE:
        st.page_link(
            page[0],
            label=_(page[1]),
            icon=":material/arrow_forward:",
            query_params=session.address(),
            width="content",
        )


def _signatures(
    round_: RoundFacts,
    found: Checklist,
    figures: Figures | None,
    proposal: Proposal | None,
    *,
    is_proposed: bool,
) -> None:
    """Propose for planners, confirm for leads; as far as nothing is missing."""
    _, person = session.words(), session.person()
    may_propose = person.may(Verb.PROPOSE_PUBLICATION)
    if proposal is not None:
        said = _("Proposed: {what}", what=publish_deeds.proposal_text(proposal, _))
        if proposal.is_current and not person.may(Verb.CONFIRM_PUBLICATION):
            said = f"{said}. {_('It waits for a lead who did not propose it.')}"
        st.caption(plain(said))
    with st.container(horizontal=True, gap="small"):
        if may_propose and not (is_proposed and proposal is not None and proposal.is_current):
            is_ready = found.is_complete or (is_proposed and proposal is not None)
            deed_dialog.opener(
                publish_deeds.PROPOSE,
                _("Propose the publication…"),
                seen=(found.scenario, proposal),
                type=session.main_button(),
                icon=":material/outbox:",
                disabled=round_.state != "decided" or figures is None or not is_ready,
            )
        if person.may(Verb.CONFIRM_PUBLICATION) and proposal is not None and is_proposed:
            deed_dialog.opener(
                publish_deeds.CONFIRM,
                _("Confirm the publication…"),
                seen=proposal,
                type=session.main_button(),
                icon=":material/verified:",
                disabled=not found.is_complete or figures is None,
            )


def _published(run: FrozenRun) -> None:
    """The facts of the publication, its pack, and what it changed."""
    _ = session.words()
    found = checklist.checklist(session.store(), session.who())
    left, right = st.columns([0.38, 0.62], gap="large")
    with right:
        figures = frozen_figures(run)
        what_changes(figures, found)
    with left:
        with st.container(border=True, gap="small"):
            st.subheader(_("Published"), anchor=False)
            _facts(run, _)
            pack_controls(run)
            st.page_link(
                "pages/centre.py",
                label=_("To the centres"),
                icon=":material/apartment:",
                query_params=session.address(),
                width="content",
            )
        with st.expander(_("Checklist"), icon=":material/checklist:"):
            for check in found.checks:
                _check_line(check, found, _)
        if session.person().may(Verb.OPEN_SUPPLEMENTARY):
            deed_dialog.opener(
                publish_deeds.SUPPLEMENT,
                _("Open a supplementary round…"),
                icon=":material/add_circle:",
            )
    _earlier_packs(_, besides=run.id)


def _facts(run: FrozenRun, _: Words) -> None:
    scenario = _("{scenario}, version {version}", scenario=_.name(run.scenario), version=run.number)
    lines = [
        (_("Scenario"), scenario),
        (_("Proposed"), _signed(run.proposed, _)),
        (_("Confirmed"), _signed(run.confirmed, _) if run.confirmed else "–"),
        (_("Version of the program"), run.code_version),
    ]
    st.markdown("  \n".join(f":gray[{plain(label)}] {plain(value)}" for label, value in lines))
    st.caption(_("Hash of the allocation (SHA-256)"))
    st.code(run.allocation_sha256, language=None, wrap_lines=True)


def _signed(signed: Signed, _: Words) -> str:
    return f"{_.of(signed.name, signed.name_en)}, {trail.moment(signed.at)[:16]}"


def _earlier_packs(_: Words, besides: int = 0) -> None:
    """Publications of the rounds before this one, which it corrects."""
    listed = [
        run for run in packs.publications(session.store(), session.who()) if run.id != besides
    ]
    for run in listed:
        with st.container(border=True, gap="small"):
            name = _.of(run.round_ko, run.round_en)
            st.markdown(f"**{plain(_('Earlier publication: {name}', name=name))}**")
            _facts(run, _)
            pack_controls(run)
