"""Downloads of a page: its tables as CSV and workbook, its charts as SVG and PNG.

One popover a page. Nothing is drawn before it opens and nothing is made before a click, so that
a moved rule pays for none of it. At the click the right to see is checked once more, and every
file carries where its figures come from and whether they are illustrative.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import streamlit as st

from budget.allocation.faults import N_
from budget.allocation.result import Allocation
from budget.files.outputs import hashes
from budget.files.program import program_version
from budget.ui import keys, session
from budget.ui.round import Round, considered, round_name
from budget.ui.text import plain
from budget.view.chart_files import MIME as PICTURE_MIME
from budget.view.chart_files import WIDTH, Format, chart_bytes
from budget.view.charts import Figure
from budget.view.exports import Provenance, Table, provenance_table, scenario_text
from budget.view.numbers import DECREASE
from budget.view.words import Words
from budget.workflow import round_inputs
from budget.workflow.deadlines import KOREA
from budget.workflow.rounds import STATES, RoundFacts
from budget.workflow.saved_scenarios import CONSIDERED

CSV = "text/csv"
PICTURES: tuple[Format, ...] = ("svg", "png")


@dataclass(frozen=True)
class Sheet:
    """A table that a page offers.

    Attributes:
        name: ASCII, for the file.
        title: as the button calls it.
    """

    name: str
    title: str
    make: Callable[[], Table]


@dataclass(frozen=True)
class Picture:
    """A chart that a page offers.

    Attributes:
        name: ASCII, for the file.
        title: as the button calls it.
        heading: the finding, as it stands above the chart.
        basis: what is compared with what.
        make: the chart in the colours of paper.
    """

    name: str
    title: str
    heading: str
    basis: str
    make: Callable[[], Figure]
    width: int = WIDTH


@dataclass(frozen=True)
class File:
    """A file whose format is a contract: made as it is, under the name that the contract gives."""

    name: str
    label: str
    mime: str
    make: Callable[[], bytes]
    is_withheld: bool = False


@dataclass(frozen=True)
class Contents:
    """Everything that a page offers.

    Attributes:
        name: of the page, ASCII.
        scenario: of the file's name: "s3.2", "unsaved", or "" for what has no scenario.
        provenance: without its hashes and with the time of drawing; completed at the click.
        check: raises for whoever may no longer see these figures.
        further: sheets of the workbook that are no table of the page.
    """

    name: str
    scenario: str
    provenance: Provenance
    check: Callable[[], object]
    sheets: Sequence[Sheet] = ()
    pictures: Sequence[Picture] = ()
    files: Sequence[File] = ()
    further: Callable[[], Sequence[Table]] = tuple
    hashes: Callable[[], Mapping[str, str]] = dict


def downloads(contents: Callable[[], Contents]) -> None:
    """The popover of a page.

    Args:
        contents: what it offers; asked only while it is open.
    """
    _ = session.words()
    menu = st.popover(
        _("Download"), icon=":material/download:", key=keys.DOWNLOADS, on_change="rerun"
    )
    if menu.open:
        with menu, st.container(gap="xsmall"):
            _buttons(contents(), _)


def _buttons(offered: Contents, _: Words) -> None:
    made = _Maker(offered, _)
    for file in offered.files:
        make = partial(made.contract, file)
        _button(file.label, make, file.name, file.mime, is_withheld=file.is_withheld)
    if offered.sheets:
        _button(
            _("All tables with parameters and provenance (Excel)")
            if offered.further is not tuple
            else _("All tables with provenance (Excel)"),
            made.workbook,
            made.file_name("", "xlsx"),
            _workbook_mime(),
        )
    for sheet in offered.sheets:
        _button(f"{sheet.title} (CSV)", partial(made.csv, sheet), made.file_name(sheet.name, "csv"))
    for picture in offered.pictures:
        for kind in PICTURES:
            _button(
                f"{picture.title} ({kind.upper()})",
                partial(made.picture, picture, kind),
                made.file_name(picture.name, kind),
                PICTURE_MIME[kind],
            )


def _workbook_mime() -> str:
    from budget.files.workbook import MIME  # noqa: PLC0415 - openpyxl only for who asks

    return MIME


def _button(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    mime: str = CSV,
    *,
    is_withheld: bool = False,
) -> None:
    st.download_button(
        plain(label),
        make,
        disabled=is_withheld,
        file_name=file_name,
        mime=mime,
        key=keys.download(file_name),
        on_click="ignore",
        width="stretch",
    )


class _Maker:
    """Makes the files of a page at a click, in a thread that knows nothing of the session."""

    def __init__(self, offered: Contents, words: Words) -> None:
        self.offered, self.words = offered, words
        self.clock = session.store().clock

    def file_name(self, part: str, ending: str) -> str:
        """ASCII: year, page, part, scenario, and whether the data are illustrative."""
        found = self.offered
        kind = "illustrative" if found.provenance.illustrative else ""
        parts = (str(found.provenance.fiscal_year), found.name, part, found.scenario, kind)
        return "-".join(part for part in parts if part) + f".{ending}"

    def provenance(self) -> Provenance:
        """Where the figures come from, at this moment; the right to see them is checked."""
        self.offered.check()
        return replace(
            self.offered.provenance,
            made=self.clock().astimezone(KOREA),
            hashes=self.offered.hashes(),
        )

    def contract(self, file: File) -> bytes:
        """A file in its own format, for whoever may still see it."""
        self.offered.check()
        return file.make()

    def workbook(self) -> bytes:
        """Every table, then parameters and provenance."""
        from budget.files.workbook import workbook_bytes  # noqa: PLC0415 - as above

        found, _ = self.provenance(), self.words
        tables = [
            *(sheet.make() for sheet in self.offered.sheets),
            *self.offered.further(),
            provenance_table(found, _),
        ]
        return workbook_bytes(
            tables, caption=found.line(_), decrease=DECREASE[_.language], made=found.made
        )

    def csv(self, sheet: Sheet) -> bytes:
        """One table; a last column says in every row if the data are illustrative."""
        from budget.files.workbook import sheet_csv  # noqa: PLC0415 - as above

        found, _ = self.provenance(), self.words
        kind = _("illustrative") if found.illustrative else ""
        return sheet_csv(sheet.make(), _("Kind of data"), kind)

    def picture(self, picture: Picture, kind: Format) -> bytes:
        """One chart with its finding, its basis and its provenance."""
        lines = [picture.basis, self.provenance().line(self.words)]
        return chart_bytes(picture.make(), kind, picture.heading, lines, picture.width)


# --- where figures come from ---------------------------------------------------------------------


def round_provenance(shown: RoundFacts, _: Words) -> Provenance:
    """What a page says that shows no allocation."""
    return Provenance(
        round=round_name(shown, _),
        fiscal_year=shown.fiscal_year,
        state=_(STATES.get(shown.state, shown.state)),
        scenario="",
        requests="",
        certified=None,
        illustrative=shown.illustrative,
        made=shown.now,
        code_version=program_version(),
        hashes={},
    )


def allocation_provenance(
    shown: Round, allocation: Allocation, scenario: str, version: int | None, _: Words
) -> Provenance:
    """What a page says that shows an allocation.

    Args:
        version: None with changes that are not saved.
    """
    return replace(
        round_provenance(shown.facts, _),
        scenario=scenario_text(scenario, version, _),
        requests=_(CONSIDERED[considered()]),
        certified=allocation.certified,
    )


def may_see_figures() -> Callable[[], object]:
    """A check that works in another thread: whether the reader may still see the allocation."""
    return partial(round_inputs.figures_version, session.store(), session.who())


def allocation_hashes(allocation: Allocation, requests: pd.DataFrame | None) -> Mapping[str, str]:
    """SHA-256 of what an allocation was made from, by what it is."""
    found = hashes(allocation, requests)
    named = {
        N_("rules"): found.policy,
        N_("data of the centres"): found.centres,
        N_("requests"): found.requests,
    }
    return {name: value for name, value in named.items() if value}
