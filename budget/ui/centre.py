"""The page of one centre: for planners by the rules on the screen, for its head as published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from budget import files
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.explained import Explained, explained
from budget.allocation.movers import Mover, movers
from budget.allocation.result import Allocation
from budget.ui import address, conflict, glance, keys, scenario_controls, session
from budget.ui.allocation_files import parameters_sheet
from budget.ui.centre_context import Context
from budget.ui.centre_figures import WAY, explanation
from budget.ui.centre_link import PAGE
from budget.ui.centre_own import data_of_centre, requests_of_centre
from budget.ui.centre_picker import CENTRE, asked_centre, keep, may_open, names_of_centres, picker
from budget.ui.problems import problems
from budget.ui.round import Round, allocation, present_round
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import centres
from budget.workflow.centres import CentreFacts, PublishedRun
from budget.workflow.deadlines import KOREA
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

STILL_OPEN = ("submitted", "in_review", "returned", "assessed", "approved", "unfunded")
"""States of requests that could still be funded."""
MOST_LINKS = 5


def centre_page(round_: RoundFacts) -> None:
    """The picker, and the centre that the address names."""
    rules = (address.CHANGES, address.SCENARIO)
    address.read(CENTRE, WAY, *(rules if session.person().may(Verb.SEE_FIGURES) else ()))
    names = names_of_centres()
    offered = may_open(names)
    chosen = None
    with problems():
        chosen = asked_centre(offered)
    picker(offered, chosen, names)
    if chosen is None:
        return
    known = None
    with problems():
        known = centres.centre(session.store(), session.who(), chosen)
    if known is None:
        _way_back(offered, names)
        return
    if not known.data:
        _closed(known)
        return
    with problems():
        keep(chosen)
        if session.person().may(Verb.SEE_FIGURES):
            _by_rules(known, round_, names)
        else:
            _as_published(known, round_, names)


def _closed(known: CentreFacts) -> None:
    """A centre that the present data no longer have: its requests stay readable."""
    _ = session.words()
    st.info(
        plain(
            _(
                "{centre} has closed: the present version of the data does not have it. Its "
                "requests can be read.",
                centre=_.of(known.name_ko, known.name_en),
            )
        ),
        icon=":material/domain_disabled:",
    )
    requests_of_centre(known)


def _way_back(offered: Sequence[str], names: Mapping[str, str]) -> None:
    """To the centres that the person may see, after one that is not theirs."""
    for centre_id in offered[:MOST_LINKS]:
        st.page_link(
            PAGE,
            label=plain(names.get(centre_id, centre_id)),
            icon=":material/apartment:",
            query_params={**session.address(), keys.CENTRE_PARAMETER: centre_id},
        )


# --- whoever sees the round ----------------------------------------------------------------------


def _by_rules(known: CentreFacts, round_: RoundFacts, names: Mapping[str, str]) -> None:
    """By the baseline, a scenario or rules that are not saved: as the Allocate page has them."""
    _ = session.words()
    shown = present_round()
    with problems():
        session.adopt_edits(shown.baseline)
    with problems():
        scenario_controls.adopt_scenario(shown)
    changes = session.edits().present
    try:
        with st.spinner(_("Computing"), show_time=False):
            present = allocation(shown, changes)
    except InfeasiblePolicy as error:
        conflict.told(error)
        conflict.conflict(error, shown.baseline.replaced(changes), shown)
        return
    key = tuple(sorted((path, str(value)) for path, value in changes.items()))
    found = _explained(shown.version, key, known.centre_id, present)
    open_ids = tuple(need.id for need in known.requests if need.state in STILL_OPEN)
    with st.spinner(_("Computing"), show_time=False):
        moved = _movers(shown.version, key, known.centre_id, open_ids, present, shown)
    rules = _rules_shown(shown, _)
    explanation(
        found,
        Context(
            facts=known,
            round=round_,
            names=names,
            rules=rules.text,
            status=_("Preview by the rules on the screen"),
            scenario=rules.scenario,
            allocation_sha256=lambda: sha256(files.allocation_csv(present)).hexdigest(),
            is_published=False,
            movers=moved,
            parameters=parameters_sheet(present.policy, shown, _),
        ),
    )
    if known.published:
        _published_beside(known.published, known.centre_id, found)
    data_of_centre(known)


@dataclass(frozen=True)
class _Rules:
    text: str
    scenario: str


def _rules_shown(shown: Round, _: Words) -> _Rules:
    """Which rules are shown: the open scenario, and how many changes are not saved."""
    current, present = session.opened(), session.edits().present
    base = shown.saved_baseline
    name = _.name(current.name if current else base.name)
    number = current.number if current else base.number
    saved = current.saved if current else {}
    is_base = current is None or current.scenario_id == base.id
    scenario = _("{scenario}, version {number}", scenario=name, number=number)
    unsaved = sum(saved.get(path) != present.get(path) for path in {*saved, *present})
    texts = [_("Baseline: {scenario}", scenario=scenario) if is_base else scenario]
    if unsaved:
        texts.append(_.ngettext("{count} unsaved change", "{count} unsaved changes", unsaved))
    return _Rules(" · ".join(texts), " · ".join([scenario, *texts[1:]]))


@st.cache_data(max_entries=256, show_spinner=False)
def _explained(
    version: str, key: tuple[tuple[str, str], ...], centre_id: str, _present: Allocation
) -> Explained:
    return explained(_present, centre_id, anonymous=False)


@st.cache_data(max_entries=256, show_spinner=False)
def _movers(
    version: str,
    key: tuple[tuple[str, str], ...],
    centre_id: str,
    open_ids: tuple[str, ...],
    _present: Allocation,
    _shown: Round,
) -> tuple[Mover, ...]:
    return movers(_present, _shown.requests, centre_id, open_ids)


def _published_beside(run: PublishedRun, centre_id: str, found: Explained) -> None:
    """What was published, beside what the rules on the screen give."""
    _, numbers = session.words(), session.numbers()
    frozen = _published(
        _address(), session.who(), str(session.person().grants), centre_id, run.run_id
    )
    if frozen is None:
        return
    values = {
        "total": numbers.money_with_unit(frozen.total),
        "scenario": _.name(run.scenario),
        "number": run.number,
    }
    difference = found.total - frozen.total
    st.caption(
        plain(
            _(
                "Published: {total} ({scenario}, version {number}); the rules on the screen differ "
                "from it by {change}.",
                change=numbers.change_with_unit(difference),
                **values,
            )
            if difference
            else _(
                "Published: {total} ({scenario}, version {number}); the rules on the screen give "
                "the same.",
                **values,
            )
        )
    )


# --- a centre's head -----------------------------------------------------------------------------


def _as_published(known: CentreFacts, round_: RoundFacts, names: Mapping[str, str]) -> None:
    """What was published and why; before that, what there is and when the amounts come."""
    _ = session.words()
    run = known.published
    with st.spinner(_("Computing"), show_time=False):
        found = (
            _published(
                _address(), session.who(), str(session.person().grants), known.centre_id, run.run_id
            )
            if run
            else None
        )
    if run is None or found is None:
        st.info(
            _(
                "This year's amounts are shown to the centres once they are published, "
                "planned for {day}. Until then you see your centre's data, last year's money, "
                "your requests and the national totals.",
                day=f"{round_.dates['publication_due']:%Y-%m-%d}",
            ),
            icon=":material/event:",
        )
        left, right = st.columns([0.56, 0.44], gap="large")
        with left:
            requests_of_centre(known)
            glance.national_totals(round_)
        with right:
            data_of_centre(known, is_open=True)
        return
    scenario = _("{scenario}, version {number}", scenario=_.name(run.scenario), number=run.number)
    with st.spinner(_("Computing"), show_time=False):
        moved = _published_movers(
            _address(), session.who(), str(session.person().grants), known.centre_id, run.run_id
        )
    explanation(
        found,
        Context(
            facts=known,
            round=round_,
            names={known.centre_id: names[known.centre_id]},
            rules=_("As published: {scenario}", scenario=scenario),
            status=_("Published on {day}", day=f"{run.published_at.astimezone(KOREA):%Y-%m-%d}"),
            scenario=scenario,
            allocation_sha256=lambda: run.allocation_sha256,
            is_published=True,
            movers=moved,
        ),
    )
    data_of_centre(known)


def _address() -> str:
    return session.store().engine.url.render_as_string(hide_password=True)


@st.cache_data(max_entries=256, show_spinner=False)
def _published_movers(
    address: str, who: str, rights: str, centre_id: str, run_id: int
) -> tuple[Mover, ...]:
    """Kept as `_published` is. The caller has just checked the rights."""
    return centres.published_movers(session.store(), who, centre_id)


@st.cache_data(max_entries=256, show_spinner=False)
def _published(
    address: str, who: str, rights: str, centre_id: str, run_id: int
) -> Explained | None:
    """Kept by run and rights: what is published does not change, but who may know whose peers
    may. The caller has just checked the rights."""
    return centres.published(session.store(), who, centre_id)
