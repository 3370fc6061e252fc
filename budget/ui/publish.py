"""Publish: what is missing, what changes, who signs; afterwards the facts and the export pack."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

import budget
from budget.allocation.faults import N_
from budget.allocation.infeasibility import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.run import Allocation
from budget.ui import deed_dialog, keys, publish_deeds, session
from budget.ui.centre_link import open_centre
from budget.ui.figures import picked
from budget.ui.publish_pack import pack_controls
from budget.ui.results import certificate_badge
from budget.ui.round import steady
from budget.ui.text import plain
from budget.view import charts, trail
from budget.view.findings import (
    Movement,
    movement_basis,
    movement_title,
    since_baseline,
    since_last_year,
)
from budget.view.notices import conflict_sentence
from budget.view.numbers import Numbers
from budget.view.publish import (
    Request,
    parts_table,
    requests_table,
    requests_title,
    rule_title,
    rules_table,
)
from budget.view.words import Words
from budget.workflow import checklist, packs, publication, rounds, scenarios, special_needs
from budget.workflow.checklist import DONE, KNOWN, MISSING, Check, Checklist
from budget.workflow.packs import FrozenRun, Signed
from budget.workflow.publication import Proposal
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

OWN_PROPOSAL = 0
"""In the list of scenarios: the proposal that awaits a lead."""
NAMED = 5
MOST_TOLD = 8
REQUEST_COLUMNS = ["id", "centre", "outcome", "approved", "funded", "priority", "title"]
"""What a phone shows first: whose, and what became of it."""
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


@dataclass(frozen=True)
class Figures:
    """What is signed, beside what it is compared with.

    Attributes:
        baseline: None where its rules contradict each other.
    """

    present: Allocation
    baseline: Allocation | None
    baseline_name: str
    requests: Sequence[Request]


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
        figures = _figures(found, is_proposal=proposal is not None and not chosen)
        if figures is not None:
            _what_changes(figures, found)
    with left:
        _check_card(found, figures, is_proposed=proposal is not None and not chosen)
        _signatures(round_, found, figures, proposal, is_proposed=not chosen)
    _earlier_packs(_)


# --- which scenario ----------------------------------------------------------------------------


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
    listed = {found.id: found for found in scenarios.scenarios(session.store(), session.who())}
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


# --- figures -----------------------------------------------------------------------------------


def _figures(found: Checklist, *, is_proposal: bool) -> Figures | None:
    """What is signed; None, with the reason, where the rules contradict each other."""
    _ = session.words()
    with st.spinner(_("Computing"), show_time=False):
        if is_proposal:
            run = packs.proposed_run(session.store(), session.who())
            if run is not None:
                return _frozen_figures(run)
        try:
            return _preview(found)
        except InfeasiblePolicy as error:
            st.error(
                plain(conflict_sentence(error.conflict, session.numbers())),
                icon=":material/block:",
            )
            return None


def _frozen_figures(run: FrozenRun) -> Figures:
    where = _where()
    return Figures(
        _again(where, run.id, run.allocation_sha256, run),
        _baseline_again(where, run.id, run.baseline_content, run),
        run.baseline_name,
        run.requests,
    )


def _where() -> str:
    return session.store().engine.url.render_as_string(hide_password=True)


@st.cache_resource(max_entries=8, show_spinner=False)
def _again(where: str, publication_id: int, sha256: str, _run: FrozenRun) -> Allocation:
    return packs.allocation_of(_run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _baseline_again(
    where: str, publication_id: int, baseline: str, _run: FrozenRun
) -> Allocation | None:
    return packs.baseline_of(_run)


def _preview(found: Checklist) -> Figures:
    store, who = session.store(), session.who()
    version, given = steady(
        lambda figures: (f"{_where()} {figures}", rounds.inputs(store, who, version=figures))
    )
    present = _allocated(version, found.scenario.policy_content, found.scenario.policy, given)
    base = given.baseline
    try:
        before = _allocated(version, base.policy_content, base.policy, given)
    except InfeasiblePolicy:
        before = None
    return Figures(present, before, base.name, special_needs.queue(store, who))


@st.cache_resource(max_entries=16, show_spinner=False)
def _allocated(
    version: str, content: str, _policy: Policy, _given: rounds.RoundInputs
) -> Allocation:
    return budget.allocate(_given.centres, _policy, _given.requests)


# --- the checklist -----------------------------------------------------------------------------


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


# --- the signatures ----------------------------------------------------------------------------


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
        st.caption(plain(_("Proposed: {what}", what=publish_deeds.proposal_text(proposal, _))))
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


# --- what changes ------------------------------------------------------------------------------


def _what_changes(figures: Figures, found: Checklist) -> None:
    """Totals, rules, winners and losers, requests: what whoever signs is to know."""
    _, numbers = session.words(), session.numbers()
    movement = since_last_year(figures.present, _)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(movement_title(movement, numbers)), anchor=False, width="content")
        certificate_badge(figures.present, _)
    st.caption(plain(movement_basis(movement, numbers)))
    _movers(movement, numbers)
    _against_baseline(figures, numbers)
    _rules(found, numbers)
    _requests(figures, numbers)


def _movers(movement: Movement, numbers: Numbers) -> None:
    named = [*movement.gainers[:NAMED], *reversed(movement.losers[:NAMED])]
    chosen = picked(
        charts.greatest_changes(named, numbers, session.chart_colours()), keys.PUBLISH_CHART
    )
    if chosen:
        open_centre(chosen)


def _against_baseline(figures: Figures, numbers: Numbers) -> None:
    _ = numbers.words
    base = figures.baseline
    if base is None:
        st.caption(_("The baseline's rules contradict each other; nothing to compare with."))
        return
    title = movement_title(since_baseline(figures.present, base, _), numbers)
    st.markdown(
        f"**{plain(_('Against the baseline {name}', name=_.name(figures.baseline_name)))}**: "
        f"{plain(title)}"
    )
    text = st.column_config.TextColumn
    st.dataframe(
        parts_table(figures.present, base, numbers),
        column_config={
            "part": text(_("Part"), width=92),
            "amount": text(_("Amount"), alignment="right", width=88),
            "before": text(_("Baseline"), alignment="right", width=84),
            "change": text(_("Difference"), alignment="right", width=72),
        },
        hide_index=True,
        height="content",
        alt=_("Parts of the envelope beside the baseline's"),
    )
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))


def _rules(found: Checklist, numbers: Numbers) -> None:
    _ = numbers.words
    rows: pd.DataFrame = rules_table(found.rules, found.began, found.scenario.policy, numbers)
    if rows.empty:
        st.markdown(f"**{plain(_('No rule differs from those the round began with'))}**")
        return
    count = _.ngettext(
        "{count} rule differs from those the round began with",
        "{count} rules differ from those the round began with",
        len(rows),
    )
    st.markdown(f"**{plain(count)}**")
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "rule": text(_("Rule"), width=290),
            "before": text(_("Before"), alignment="right", width=90),
            "now": text(_("Now"), alignment="right", width=90),
            "rationale": text(_("Rationale"), width=260),
        },
        hide_index=True,
        height="content",
        placeholder="–",
        alt=_("Changed rules with their rationales"),
    )


def _requests(figures: Figures, numbers: Numbers) -> None:
    _ = numbers.words
    st.markdown(f"**{plain(requests_title(figures.present, numbers))}**")
    names = rounds.centre_names(session.store(), session.who())
    rows = requests_table(figures.present, figures.requests, names, numbers)[REQUEST_COLUMNS]
    if rows.empty:
        return
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "id": text(_("Request"), width=98),
            "centre": text(_("Centre"), width=104),
            "outcome": text(_("Outcome"), width=96),
            "approved": text(_("Approved"), alignment="right", width=80),
            "funded": text(_("Funded"), alignment="right", width=80),
            "priority": st.column_config.NumberColumn(_("Priority"), width=66),
            "title": text(_("Title"), width=230),
        },
        hide_index=True,
        height=240,
        alt=_("Approved requests, those that get least first"),
    )
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))


# --- published ---------------------------------------------------------------------------------


def _published(run: FrozenRun) -> None:
    """The facts of the publication, its pack, and what it changed."""
    _ = session.words()
    found = checklist.checklist(session.store(), session.who())
    left, right = st.columns([0.38, 0.62], gap="large")
    with right:
        figures = _frozen_figures(run)
        _what_changes(figures, found)
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
