"""What a request says, to whoever reviews it: as it was submitted, and how it was assessed."""

from datetime import date

import streamlit as st

from budget.ui import session
from budget.ui.request_view import labelled
from budget.ui.request_words import field_name, field_text, fields_of, moment, won_in_words
from budget.ui.review_deeds import reviewer_name
from budget.ui.review_forms import PRIORITIES
from budget.ui.text import plain
from budget.view.numbers import NOTHING
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow.fields import Field
from budget.workflow.needs_seen import Need

SHORT = 60
"""Fields of at most so many characters share a line, two by two."""
PAIR = (0.42, 0.58)


def title(need: Need, _: Words) -> str:
    """What a request is called, as it was submitted."""
    return _.of(need.title, need.title_en or need.title).strip() or _("without a title")


def submitted_text(need: Need, _: Words) -> str:
    """When it was submitted, and in which version."""
    if need.submitted_at is None:
        return ""
    return _(
        "submitted {time}, version {number}",
        time=moment(need.submitted_at),
        number=need.snapshots,
    )


def fields_as_submitted(need: Need) -> None:
    """Every field of the latest version; what its centre types into a returned one is its own."""
    shown = fields_of(need.category)
    short = [field for field in shown if field.most <= SHORT]
    for place in range(0, len(short), 2):
        for field, column in zip(short[place : place + 2], st.columns(PAIR), strict=False):
            with column:
                _field(need, field)
    for field in shown:
        if field not in short:
            _field(need, field)


def _field(need: Need, field: Field) -> None:
    _, value = session.words(), getattr(need, field.name)
    if need.snapshots == 0:
        value = need.draft.get(field.name)
    text = value.isoformat() if isinstance(value, date) else str(value or "")
    labelled(capital(_(field.label)), field_text(field.name, text, session.numbers()))


def assessment(need: Need, _: Words) -> None:
    """What the reviewer found."""
    if need.feasible is None:
        return
    level = PRIORITIES.get(need.priority or 0)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(_('Assessment'))}** :small[:gray[{plain(reviewer_name(need, _))}]]")
        facts = (
            ("feasible", _("feasible") if need.feasible else _("not feasible")),
            ("assessed_krw", won_in_words(need.assessed_krw or 0, session.numbers())),
            ("divisible", _("yes") if need.divisible else _("no")),
            ("priority", _(level[0]) if level else NOTHING),
        )
        for place in range(0, len(facts), 2):
            for (name, text), column in zip(
                facts[place : place + 2], st.columns(PAIR), strict=True
            ):
                with column:
                    labelled(capital(field_name(name, _)), text)
        labelled(_("Rationale"), need.assessment or NOTHING)
