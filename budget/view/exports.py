"""Tables for files: every figure in whole won, with its kind, its total and where it comes from.

A screen rounds to the reader's unit; a file holds the won. The writers of CSV and workbooks
(budget.files.workbook) take these tables as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from budget.allocation.contract import STAFF
from budget.allocation.parameters import Parameter, parameters
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.view.findings import centre_names
from budget.view.names import binding_name, pool_name, province_name, value_name
from budget.view.parameters import capital, full_title, scale_of
from budget.view.tables import pool_lines
from budget.view.words import Words

Cell = str | int | float | Decimal | date | None


@dataclass(frozen=True)
class Column:
    """One column of a table in a file.

    Attributes:
        kind: "text", "won", "won_change", "count", "share", "share_change", "number" or "day".
            Shares are 0 to 1; a change carries its sign.
        total: what the column must sum to, in the total's row; None: no total.
    """

    heading: str
    cells: Sequence[Cell]
    kind: str = "text"
    total: int | None = None


@dataclass(frozen=True)
class Table:
    """A table for a file.

    Attributes:
        name: ASCII, for the file's name.
        title: what a reader calls it; the name of its sheet.
        total_label: the first cell of the row of totals; "" where there is none.
    """

    name: str
    title: str
    columns: Sequence[Column]
    total_label: str = ""


@dataclass(frozen=True)
class Provenance:
    """What a file was made from, so that its figures can be found again.

    Attributes:
        scenario: with its version, as `scenario_text` says it; several where several are compared.
        requests: which ones were considered.
        certified: None where nothing was allocated.
        made: when, with its time zone.
        hashes: SHA-256 by what was hashed, English sources or names.
    """

    round: str
    fiscal_year: int
    state: str
    scenario: str
    requests: str
    certified: bool | None
    illustrative: bool
    made: datetime
    code_version: str
    hashes: Mapping[str, str]

    def line(self, _: Words) -> str:
        """One line that stands above every table and under every chart's title."""
        kind = _("illustrative data") if self.illustrative else ""
        proof = {True: _("certified"), False: _("not certified")}.get(self.certified or False, "")
        parts = (
            self.round,
            self.scenario,
            proof if self.certified is not None else "",
            f"{self.made:%Y-%m-%d %H:%M} KST",
        )
        line = " · ".join(part for part in parts if part)
        return f"{capital(kind)} · {line}" if kind else line


def scenario_text(name: str, version: int | None, _: Words) -> str:
    """A scenario with its version; None: with changes that are not saved."""
    if version is None:
        return _("{scenario}, unsaved changes", scenario=_.name(name))
    return _("{scenario}, version {version}", scenario=_.name(name), version=version)


def provenance_table(found: Provenance, _: Words) -> Table:
    """The provenance as a sheet: one fact a row."""
    answers = {True: _("yes"), False: _("no"), None: "–"}
    facts = {
        _("Round"): found.round,
        _("Fiscal year"): str(found.fiscal_year),
        _("State"): found.state,
        _("Scenario"): found.scenario or "–",
        _("Requests considered"): found.requests or "–",
        _("Certified by the independent checker"): answers[found.certified],
        _("Illustrative data"): answers[found.illustrative],
        _("Made at"): f"{found.made:%Y-%m-%d %H:%M:%S} KST",
        _("Version of the program"): found.code_version,
        **{f"SHA-256 · {_.name(name)}": value for name, value in found.hashes.items()},
    }
    return Table(
        "provenance",
        _("Provenance"),
        (Column(_("Fact"), list(facts)), Column(_("Value"), list(facts.values()))),
    )


# --- parameters --------------------------------------------------------------------------------


def parameter_table(
    policy: Policy, baseline: Policy, rationales: Mapping[str, str], _: Words
) -> Table:
    """Every parameter with its value in the baseline, whether it differs, and its source.

    Args:
        rationales: parameter path -> why it has its value.
    """
    before = {parameter.path: parameter for parameter in parameters(baseline)}
    now = parameters(policy)
    return Table(
        "parameters",
        _("Parameters"),
        (
            Column(_("Parameter"), [full_title(found, policy, _) for found in now]),
            Column(_("Path"), [found.path for found in now]),
            Column(_("Value"), [_shown(found, policy) for found in now], "number"),
            Column(_("Unit"), [_unit(found, policy, _) for found in now]),
            Column(
                capital(_("baseline")),
                [
                    _shown(before[found.path], baseline) if found.path in before else None
                    for found in now
                ],
                "number",
            ),
            Column(_("Changed"), [_changed(found, before, _) for found in now]),
            Column(_("Rationale"), [rationales.get(found.path, "") for found in now]),
            Column(
                _("Source"),
                [_("allocation model, section {section}", section=found.section) for found in now],
            ),
        ),
    )


def _shown(parameter: Parameter, policy: Policy) -> Decimal:
    return scale_of(parameter, policy).to_screen(parameter.value)


def _unit(parameter: Parameter, policy: Policy, _: Words) -> str:
    label = scale_of(parameter, policy).label
    return _(label) if label else ""


def _changed(parameter: Parameter, before: Mapping[str, Parameter], _: Words) -> str:
    old = before.get(parameter.path)
    return _("no") if old is not None and old.value == parameter.value else _("yes")


def stated_table(stated: Mapping[str, str], _: Words) -> Table:
    """What a page was told to reckon with, one choice a row: name -> value in words."""
    return Table(
        "parameters",
        _("Parameters"),
        (
            Column(_("Parameter"), list(stated)),
            Column(_("Value"), list(stated.values())),
        ),
    )


# --- an allocation -----------------------------------------------------------------------------


def allocation_tables(allocation: Allocation, baseline: Allocation, _: Words) -> list[Table]:
    """The centres and the parts of the envelope, as the Allocate page shows them."""
    return [centres_table(allocation, baseline, _), parts_table(allocation, baseline, _)]


def parts_table(allocation: Allocation, baseline: Allocation, _: Words) -> Table:
    """The parts of the envelope beside the baseline's; together they are the envelope."""
    *parts, whole = pool_lines(allocation, baseline, _)
    before = [part.before.won if part.before else 0 for part in parts]
    had = whole.before.won if whole.before else 0
    envelope = whole.won
    return Table(
        "parts",
        _("Parts of the envelope"),
        (
            Column(_("Part"), [capital(part.name) for part in parts]),
            won(_("Amount"), [part.won for part in parts], envelope, _),
            won(capital(_("baseline")), before, had, _),
            won(
                _("Difference"),
                [part.won - old for part, old in zip(parts, before, strict=True)],
                envelope - had,
                _,
                signed=True,
            ),
            Column(_("Common factor λ"), [part.common_factor for part in parts], "number"),
            Column(_("Centres at a floor"), [part.at_floor for part in parts], "count"),
            Column(_("Centres at a cap"), [part.at_cap for part in parts], "count"),
            Column(_("Centres in a binding band"), [part.at_band for part in parts], "count"),
        ),
        capital(_("envelope")),
    )


def centres_table(allocation: Allocation, baseline: Allocation, _: Words) -> Table:
    """Every centre: last year, each pool, special needs, total, the baseline, what binds."""
    main = allocation.policy.remainder_pool.name
    operating = allocation.pool(main).amounts
    prior = allocation.prior_operating
    before = dict(zip(baseline.centres.ids, baseline.totals, strict=True))
    had = [before.get(centre) for centre in allocation.centres.ids]
    differences = [
        None if old is None else now - old for now, old in zip(allocation.totals, had, strict=True)
    ]
    pools = [
        won(capital(pool_name(pool.rule.name, _)), pool.amounts, pool.placed, _)
        for pool in allocation.pools
    ]
    return Table(
        "centres",
        _("Centres"),
        (
            *centre_columns(allocation, _),
            Column(_("Staff"), staff(allocation), "count"),
            won(_("Last year's operating money"), prior, total(prior), _),
            *pools,
            won(
                _("Operating money against last year"),
                allocation.changes,
                total(allocation.changes),
                _,
                signed=True,
            ),
            rates(_("Operating money against last year"), operating, prior),
            won(
                capital(_("special needs")),
                allocation.special_needs,
                sum(allocation.special_needs),
                _,
            ),
            won(capital(_("total")), allocation.totals, sum(allocation.totals), _),
            won(_("Total in the baseline"), had, total(had), _),
            won(_("Total against the baseline"), differences, total(differences), _, signed=True),
            Column(_("What binds"), bindings(allocation, _)),
        ),
        capital(_("total")),
    )


def centre_columns(allocation: Allocation, _: Words) -> list[Column]:
    """Who a centre is: number, name, province, regional office, type; in the order of the ids."""
    table = allocation.centres.table

    def texts(name: str) -> list[str]:
        if name not in table.columns:
            return [""] * len(allocation.centres)
        cells = table[name].tolist()
        return [str(cells[row] or "") for row in allocation.centres.rows]

    office = _.of("regional_office_ko", "regional_office")
    return [
        Column(_("Number"), list(allocation.centres.ids)),
        Column(_("Centre"), list(centre_names(allocation, _))),
        Column(_("Province"), [province_name(place, _) for place in texts("province")]),
        Column(_("Regional office"), texts(office)),
        Column(_("Type"), [value_name("centre_type", kind, _) for kind in texts("centre_type")]),
    ]


def staff(allocation: Allocation) -> list[int]:
    """Headcount in post, in the order of the ids."""
    table = allocation.centres.table
    columns = [table[name].tolist() for name in STAFF if name in table.columns]
    return [
        sum(int(float(column[row] or 0)) for column in columns) for row in allocation.centres.rows
    ]


def bindings(allocation: Allocation, _: Words) -> list[str]:
    """What stops each centre in each pool, in the order of the ids."""
    lines: list[list[str]] = [[] for _centre in allocation.centres.ids]
    for pool in allocation.pools:
        for line, binding in zip(lines, pool.binding, strict=True):
            if binding:
                line.append(f"{pool_name(pool.rule.name, _)}: {binding_name(binding, _)}")
    return ["; ".join(line) for line in lines]


# --- columns -----------------------------------------------------------------------------------


def won(
    heading: str,
    cells: Sequence[int | None],
    sum_: int | None,
    _: Words,
    *,
    signed: bool = False,
) -> Column:
    """A column of whole won, its unit in the heading."""
    kind = "won_change" if signed else "won"
    return Column(_("{what} (won)", what=heading), list(cells), kind, sum_)


def rates(heading: str, now: Sequence[int | None], before: Sequence[int | None]) -> Column:
    """A column of relative differences, in per cent; empty where there is no before."""
    cells = [
        None if not old or new is None else (new - old) / old
        for new, old in zip(now, before, strict=True)
    ]
    return Column(f"{heading} (%)", cells, "share_change")


def total(cells: Sequence[int | None]) -> int:
    """The sum of what is there."""
    return sum(cell or 0 for cell in cells)
