"""Execution to date on the screen: upload, who runs behind, what the year will leave."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.allocation.execution import CARRY_LIMIT, Reading, Standing
from budget.allocation.faults import N_
from budget.files.uploads.definitions import EXECUTION
from budget.files.uploads.templates import filled_template_csv
from budget.ui import address, data_dictionary, keys, quarters_upload, session
from budget.ui.address import Parameter
from budget.ui.centre_link import open_centre
from budget.ui.downloads import Contents, Picture, Sheet, downloads, may_see_figures
from budget.ui.figures import picked
from budget.ui.probe import centre_table, money_column
from budget.ui.text import plain
from budget.ui.year_shown import YearShown, share
from budget.view import quarter_charts, trail
from budget.view import quarters as view
from budget.view.charts import Figure
from budget.view.colours import LIGHT, Colours
from budget.view.exports import stated_table
from budget.view.numbers import Numbers
from budget.workflow import execution
from budget.workflow.execution import ExecutionVersion
from budget.workflow.roles import Verb

USUAL = Reading()
MOST_SHARE = 150
MOST_CARRY = int(CARRY_LIMIT * 100)


def _per_cent(name: str, most: int, expected: str, kept: str) -> Parameter[int]:
    """A share in whole per cent from 1, in the address and in its field up to the same most."""

    def read(text: str) -> int:
        value = address.whole(text)
        if value > most:
            raise ValueError(text)
        return value

    return Parameter(name, read, expected, kept=kept)


BEHIND = _per_cent(
    keys.BEHIND_PARAMETER, 100, N_("whole per cent from 1 to 100"), keys.QUARTER_BEHIND
)
ABLE = _per_cent(
    keys.ABLE_PARAMETER, MOST_SHARE, N_("whole per cent from 1 to 150"), keys.QUARTER_ABLE
)
CARRY = _per_cent(
    keys.CARRY_PARAMETER, MOST_CARRY, N_("whole per cent from 1 to 15"), keys.QUARTER_CARRY
)
LINKS = (BEHIND, ABLE, CARRY)


def reading() -> Reading:
    """How execution is read, as the controls say.

    Raises:
        InputError: for shares that contradict each other.
    """

    def of(parameter: Parameter[int], usual: Any) -> Any:
        chosen = address.value(parameter)
        return usual if chosen is None else share(chosen)

    return Reading(of(BEHIND, USUAL.behind), of(ABLE, USUAL.able), of(CARRY, USUAL.carry))


def controls(*, with_carry: bool) -> None:
    """The stated shares, beside each other.

    Args:
        with_carry: whether the limit of the carry-over matters here.
    """
    _ = session.words()
    offered = [
        (BEHIND, _("Behind below (% of what was allotted to date)"), USUAL.behind, 100),
        (ABLE, _("Can use more from (% of what was allotted to date)"), USUAL.able, MOST_SHARE),
    ]
    if with_carry:
        offered.append((CARRY, _("Carry-over at most (% of the year)"), USUAL.carry, MOST_CARRY))
    for column, (parameter, label, usual, most) in zip(
        st.columns(len(offered), gap="small"), offered, strict=True
    ):
        name, default = keys.asked(parameter.name), int(usual * 100)
        st.session_state[name] = address.value(parameter) or default
        column.number_input(
            label,
            min_value=1,
            max_value=most,
            step=1,
            key=name,
            on_change=_choose,
            args=(parameter, default),
        )


def _choose(parameter: Parameter[int], usual: int) -> None:
    chosen = st.session_state[keys.asked(parameter.name)]
    address.choose(parameter, None if chosen == usual else chosen)


def part(shown: YearShown) -> None:
    """What was uploaded, and what it says of each centre."""
    numbers = session.numbers()
    _ = numbers.words
    latest = shown.year.executions[0] if shown.year.executions else None
    if latest is not None:
        _in_force(shown, latest, numbers)
        head = st.container(gap=None)
        controls(with_carry=True)
        read = reading()
        _answer(shown, shown.standings(read), read, numbers, head)
    elif not session.person().may(Verb.SAVE_EXECUTION):
        quarters_upload.nothing_uploaded()
    if session.person().may(Verb.SAVE_EXECUTION):
        quarters_upload.upload(shown)
    if latest is not None:
        with st.expander(_("All versions of the execution"), icon=":material/history:"):
            _versions(shown, numbers)
    with st.expander(_("Template and definitions"), icon=":material/description:"):
        st.download_button(
            _("Template with all centres (CSV)"),
            partial(filled_template_csv, EXECUTION, _.language, _("Centre"), shown.names),
            file_name=f"execution-all-centres-{_.language}.csv",
            mime="text/csv",
            key=keys.download("execution-all-centres"),
            on_click="ignore",
            icon=":material/download:",
        )
        data_dictionary.of_table(EXECUTION, _("Execution to date: one row a centre"), numbers)
    quarters_upload.dialog()


def _in_force(shown: YearShown, latest: ExecutionVersion, numbers: Numbers) -> None:
    _ = numbers.words
    days = {latest.first_day.isoformat(), latest.last_day.isoformat()}
    st.markdown(
        "**"
        + plain(
            _(
                "Execution in force: version {number}, until {day}, {count} of {total} centres",
                number=latest.number,
                day=" – ".join(sorted(days)),
                count=latest.centres,
                total=len(shown.names),
            )
        )
        + "** :small[:gray["
        + plain(f"{latest.file} · SHA-256 {latest.sha256[:12]}…")
        + "]]"
    )
    if shown.is_of_the_future():
        st.warning(
            plain(_("The day until which spending is counted lies in the future.")),
            icon=":material/event_upcoming:",
        )


def _answer(
    shown: YearShown,
    found: tuple[Standing, ...],
    read: Reading,
    numbers: Numbers,
    head: DeltaGenerator,
) -> None:
    """Who runs behind.

    Args:
        head: where the finding stands, above the controls.
    """
    _ = numbers.words
    title = view.execution_title(found, numbers)
    groups = dict(zip(shown.names, shown.places.groups("centre_type"), strict=True))

    def draw(colours: Colours) -> Figure:
        return quarter_charts.execution_strip(found, groups, read, shown.names, numbers, colours)

    with head:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(title), anchor=False)
            downloads(partial(_contents, shown, found, read, title, draw, numbers))
        missing = view.missing_sentence(found, shown.names, numbers)
        st.caption(plain(f"{view.forecast_sentence(found, numbers)} {missing}".strip()))
        st.caption(
            plain(
                _(
                    "Allotted to date: past quarters whole, the running one by its days. Forecast: "
                    "the rest is spent at the rate so far, no less than what is contracted. "
                    "Special needs apart."
                )
            )
        )
    chosen = ""
    if any(one.pace is not None for one in found):
        chosen = picked(draw(session.chart_colours()), keys.EXECUTION_CHART)
    number = st.column_config.NumberColumn
    text = st.column_config.TextColumn
    centre_table(
        view.execution_rows(found, shown.names, numbers),
        {
            "centre": text(_("Centre"), pinned=True, width=130),
            "flag": text(_("Flag"), width=120),
            "pace": number(_("Spent (%)"), format="%,.1f", width=76),
            "spent": money_column(_("Spent"), numbers, 84),
            "due": money_column(_("Allotted to date"), numbers, 108),
            "year": money_column(_("Year"), numbers, 84),
            "forecast": money_column(_("Forecast"), numbers, 84),
            "carried": money_column(_("Carried over"), numbers, 92),
            "unused": money_column(_("Would lapse"), numbers, 92),
            "as_of": text(_("As of"), width=92),
        },
        keys.EXECUTION_TABLE,
        _("Table of the centres with spending to date, forecast and flag"),
        numbers.unit_name,
    )
    if chosen:
        open_centre(chosen)


def _contents(
    shown: YearShown,
    found: tuple[Standing, ...],
    read: Reading,
    title: str,
    draw: Callable[[Colours], Figure],
    numbers: Numbers,
) -> Contents:
    _ = numbers.words
    name = _("Execution to date")
    return Contents(
        name="execution",
        scenario="" if shown.is_published else "preview",
        provenance=shown.provenance(_),
        check=may_see_figures(),
        sheets=[
            Sheet("execution", name, lambda: view.execution_table(found, shown.names, _)),
        ],
        pictures=[
            Picture(
                "execution",
                name,
                title,
                view.forecast_sentence(found, numbers),
                lambda: draw(LIGHT),
            )
        ],
        further=lambda: [stated_table(view.stated(shown.year.profile, read, numbers), _)],
        hashes=shown.hashes,
    )


def _versions(shown: YearShown, numbers: Numbers) -> None:
    """Every version; each can be downloaded as it is kept."""
    _, text = numbers.words, st.column_config.TextColumn
    versions = shown.year.executions
    st.dataframe(
        pd.DataFrame(
            {
                "number": [one.number for one in versions],
                "day": [one.last_day.isoformat() for one in versions],
                "centres": [one.centres for one in versions],
                "spent": [numbers.money(one.spent) for one in versions],
                "who": [_.of(one.saved_by, one.saved_by_en or one.saved_by) for one in versions],
                "when": [trail.moment(one.saved_at)[:16] for one in versions],
                "why": [one.note for one in versions],
                "file": [one.file for one in versions],
            }
        ),
        column_config={
            "number": st.column_config.NumberColumn(_("Version"), width=60, pinned=True),
            "day": text(_("As of"), width=92),
            "centres": st.column_config.NumberColumn(_("Number of centres"), width=84),
            "spent": text(f"{_('Spent')} ({numbers.unit_name})", alignment="right", width=130),
            "who": text(_("Saved by"), width=100),
            "when": text(_("Saved at (Korean time)"), width=140),
            "why": text(_("Reason"), width=180),
            "file": text(_("File"), width=150),
        },
        hide_index=True,
        height="content",
        row_height=30,
        key=keys.EXECUTION_VERSIONS,
        alt=_("Versions of the execution, the newest first"),
    )
    store, who = session.store(), session.who()
    with st.container(horizontal=True, gap="small"):
        for one in versions[:4]:
            kind = "-illustrative" if shown.facts.illustrative else ""
            name = f"{shown.facts.fiscal_year}-execution-v{one.number}{kind}.csv"
            st.download_button(
                _("Download version {number} (CSV)", number=one.number),
                partial(execution.content, store, who, one.id),
                file_name=name,
                mime="text/csv",
                key=keys.download(f"{one.id}:{name}"),
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
