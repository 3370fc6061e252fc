"""The menu: which pages there are, what each is for, and who may open it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from budget.allocation.faults import N_
from budget.view.words import Words
from budget.workflow.deeds import Actor
from budget.workflow.roles import Verb


@dataclass(frozen=True)
class Entry:
    """A page of the menu.

    Attributes:
        name: its file in pages/ and its address.
        verb: what somebody must be allowed for the menu to offer it; whoever comes by another
            way is refused by the services.
        told: what it is for, in a line.
    """

    name: str
    icon: str
    verb: Verb
    title: str
    told: str


FIRST = "overview"
ENTRIES = (
    Entry(
        "overview",
        "dashboard",
        Verb.SEE_ROUND,
        N_("Overview"),
        N_("The round at a glance: its dates, where the envelope goes, what waits for you"),
    ),
    Entry(
        "allocate",
        "tune",
        Verb.SEE_FIGURES,
        N_("Allocate"),
        N_("Move the rules and see at once who gains and who loses"),
    ),
    Entry(
        "compare",
        "compare_arrows",
        Verb.SEE_SCENARIOS,
        N_("Compare"),
        N_("Up to four scenarios and last year, side by side"),
    ),
    Entry(
        "centre",
        "apartment",
        Verb.SEE_CENTRE,
        N_("Centre"),
        N_("Why a centre receives its amount, and what would change it"),
    ),
    Entry(
        "sensitivity",
        "labs",
        Verb.SEE_FIGURES,
        N_("Sensitivity"),
        N_("Move a rule over a range, price every rule, see how sure the amounts are"),
    ),
    Entry(
        "joined_up",
        "handshake",
        Verb.SEE_FIGURES,
        N_("Joined-up services"),
        N_("Clients per counsellor of every centre, and what it costs to come within the band"),
    ),
    Entry(
        "quarters",
        "calendar_month",
        Verb.SEE_CENTRE,
        N_("Quarters"),
        N_("The allocation by quarter, what is spent to date, what could still move"),
    ),
    Entry(
        "divisions",
        "account_tree",
        Verb.SEE_DIVISIONS,
        N_("Divisions"),
        N_("A centre's operating money over its divisions, within the Ministry's limits"),
    ),
    Entry(
        "requests",
        "edit_document",
        Verb.BEGIN,
        N_("Requests"),
        N_("Special needs of a centre: write, submit, follow"),
    ),
    Entry(
        "review",
        "rule",
        Verb.SEE_QUEUE,
        N_("Review"),
        N_("Assess and decide requests; see what approving one costs whom"),
    ),
    Entry(
        "publish",
        "verified",
        Verb.EXPORT_PACK,
        N_("Publish"),
        N_("Check, propose and confirm the allocation; the export pack"),
    ),
    Entry(
        "data",
        "dataset",
        Verb.SEE_DATA,
        N_("Data"),
        N_("Upload centres and requests, see what changes, go back"),
    ),
    Entry(
        "people",
        "group",
        Verb.SEE_PEOPLE,
        N_("People"),
        N_("Who has which role, and since when"),
    ),
    Entry(
        "audit",
        "history",
        Verb.SEE_TRAIL,
        N_("Audit"),
        N_("Who did what, when and why; proof that no record was changed"),
    ),
    Entry(
        "guide",
        "menu_book",
        Verb.SEE_ROUND,
        N_("Guide"),
        N_("How to use these pages, and the method"),
    ),
)


def pages(person: Actor, _: Words) -> list[StreamlitPage]:
    """All pages; those that are not the person's are hidden."""
    return [
        st.Page(
            f"pages/{entry.name}.py",
            title=_(entry.title),
            help=_(entry.told),
            icon=f":material/{entry.icon}:",
            default=entry.name == FIRST,
            url_path="" if entry.name == FIRST else entry.name,
            visibility="visible" if person.may(entry.verb) else "hidden",
        )
        for entry in ENTRIES
    ]
