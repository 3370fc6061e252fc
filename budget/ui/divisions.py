"""The page of divisions: for those who see the round the whole table, for a head the own plan."""

from collections.abc import Callable

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.faults import N_, InputError
from budget.ui import (
    address,
    conflict,
    division_centres,
    division_conflict,
    division_edits,
    division_own,
    division_plans_list,
    division_rules_form,
    division_totals,
    keys,
    session,
)
from budget.ui.address import Parameter
from budget.ui.division_files import contents
from budget.ui.division_round import DivisionRound, Money, computed, lacks_staff, money_of, planning
from budget.ui.downloads import Contents, downloads
from budget.ui.problems import problems, show_faults
from budget.ui.round import present_round
from budget.ui.text import plain
from budget.view.divisions import plans_title, proposal_title
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow.divisions import Planning, RulesVersion
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

SECTIONS = {
    "totals": N_("National totals"),
    "centres": N_("Centres"),
    "plans": N_("Plans of the centres"),
    "rules": N_("Rules for divisions"),
}
SECTION = Parameter(
    keys.SECTION_PARAMETER, address.one_of(SECTIONS), N_("totals, centres, plans or rules")
)
WHICH = Parameter(keys.PART_PARAMETER, address.words_of, address.WORDS)
DATA_PAGE = "pages/data.py"


def divisions_page(round_: RoundFacts) -> None:
    """What the person may see of it.

    Raises:
        Forbidden: for whoever sees no divisions at all.
    """
    person = session.person()
    if person.centres and not person.may(Verb.SEE_FIGURES):
        division_own.own_page(round_)
        return
    given = address.read(SECTION, WHICH, division_centres.FILTER, address.CHANGES)
    found = planning()
    if person.centres:
        division_own.link_to_own(round_)
    section = given.one(SECTION) or next(iter(SECTIONS))
    which = given.one(WHICH) or ""
    _whole_round(found, round_, section, which)


def _whole_round(found: Planning, round_: RoundFacts, section: str, which: str) -> None:
    _, numbers = session.words(), session.numbers()
    if found.rules is None:
        _no_rules(_)
        return
    with problems():
        division_edits.adopt(found.rules.rules)
    division_edits.forget_unknown(found.rules.rules)
    try:
        money = money_of(found, numbers)
    except InfeasiblePolicy as error:
        shown = present_round()
        conflict.conflict(error, shown.baseline, shown)
        return
    _basis(money, found.rules, numbers)
    try:
        with st.spinner(_("Computing"), show_time=False):
            present = computed(found, money, found.rules, division_edits.edits())
    except InfeasibleDivisions as error:
        division_conflict.conflict(error, found.rules)
        division_rules_form.rules_section(found, money, None, which)
        return
    except InputError as error:
        _cannot_be_computed(error, found, money, which, _)
        return
    _headline(present, numbers, lambda: contents(present, round_, which))
    _switch(section, _)
    if section == "totals":
        division_totals.totals_section(present, which)
    elif section == "centres":
        division_centres.centres_section(present)
    elif section == "plans":
        division_plans_list.plans_section(present, which)
    else:
        division_rules_form.rules_section(found, money, present, which)


def _no_rules(_: Words) -> None:
    """An upgraded database has none: what to do, for whom."""
    st.info(
        _(
            "The Ministry's rules for divisions are not there yet: which divisions there are, "
            "between which shares a centre may move, and the national limits."
        ),
        icon=":material/rule_settings:",
    )
    if session.person().may(Verb.SAVE_DIVISION_RULES):
        division_rules_form.first_rules()
    else:
        st.caption(_("A planner gives them on this page."))


def _basis(money: Money, rules: RulesVersion, numbers: Numbers) -> None:
    """Whose money and which rules are shown."""
    _ = numbers.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if money.is_published:
            st.badge(_("published"), color="green", icon=":material/verified:")
        else:
            st.badge(_("preview"), color="gray", icon=":material/visibility:")
        st.caption(
            plain(
                _(
                    "Operating money of the centres: {amount} ({scenario}) · rules version "
                    "{number}",
                    amount=numbers.money_with_unit(sum(money.operating.values())),
                    scenario=money.scenario,
                    number=rules.number,
                )
            ),
            width="content",
        )
        division_rules_form.unsaved_badge(rules)


def _headline(present: DivisionRound, numbers: Numbers, offered: Callable[[], Contents]) -> None:
    """The finding, in a sentence made of the numbers."""
    _ = numbers.words
    categories = present.categories(_)
    pushers = present.leading_pushes(_)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(proposal_title(categories, pushers, numbers)), anchor=False)
        if present.table.certified:
            st.badge(_("certified"), color="green", icon=":material/verified:")
        else:
            st.badge(_("not certified"), color="red", icon=":material/gpp_bad:")
        downloads(offered)
    if present.money.is_published:
        count = len(present.table.cells)
        st.markdown(plain(plans_title(categories, len(present.submitted), count, numbers)))
    else:
        st.caption(
            _(
                "The round is not published yet: this is a preview with the baseline. Centres "
                "plan their divisions once the amounts are published."
            )
        )


def _switch(section: str, _: Words) -> None:
    name = keys.asked(keys.SECTION_PARAMETER)
    st.session_state[name] = section
    st.segmented_control(
        _("Part of the page"),
        list(SECTIONS),
        format_func=lambda key: _(SECTIONS[key]),
        key=name,
        on_change=_choose_section,
        required=True,
        label_visibility="collapsed",
    )


def _choose_section() -> None:
    address.say(SECTION, st.session_state[keys.asked(keys.SECTION_PARAMETER)])


def _cannot_be_computed(
    error: InputError, found: Planning, money: Money, which: str, _: Words
) -> None:
    """The data lack the staff by division, or the changed rules cannot be."""
    rules = found.rules
    if rules is not None and lacks_staff(rules.rules, error.faults):
        st.warning(
            _(
                "The data in force do not say how many staff work in which division. Upload a "
                "table of centres with these columns on the page Data (the template there has "
                "them):"
            ),
            icon=":material/table_view:",
        )
        st.markdown(plain(", ".join(rules.rules.staff_columns)))
        st.page_link(
            DATA_PAGE,
            label=_("To the page Data"),
            icon=":material/upload_file:",
            query_params=session.address(),
        )
    else:
        show_faults(error, _)
    division_rules_form.rules_section(found, money, None, which)
