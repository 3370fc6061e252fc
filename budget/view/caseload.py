"""Clients per counsellor in words, tables and a chart.

Source: the field in one page, joined-up services.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd

from budget.allocation.caseload import ABOVE, BELOW, WITHIN, Desk, Gathered, Scheme, gathered
from budget.allocation.faults import N_
from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.exports import Column, Table, won
from budget.view.names import value_name
from budget.view.numbers import NOTHING, WON, Numbers
from budget.view.parameters import capital
from budget.view.strips import HIGH, LOW, MIDDLE, Dot, Strip, strip_chart
from budget.view.words import Words

Names = Mapping[str, str]
"""Centre id -> short name in the reader's language."""
SOURCE = N_(
    "The band is that of the French scheme for people with several barriers, 70 to 100 clients a "
    "counsellor (ILO technical note on people facing labour-market disadvantage). Counted as "
    "counsellors: job counsellors and officials of the counselling series; outreach posts count "
    "with the centre that staffs them."
)
COST_SOURCE = N_(
    "No whole cost of a counsellor is published; this figure is illustrative and can be changed. "
    "Pay is budgeted apart from the envelope, so the comparison tells the size and no shortfall "
    "of the envelope."
)
CLIENTS: Mapping[str, str] = {
    "disadvantaged_jobseekers": N_("Disadvantaged jobseekers"),
    "registered_jobseekers": N_("All registered jobseekers"),
}
GROUPINGS: Mapping[str, str] = {
    "level": N_("Integration level"),
    "centre_type": N_("Types of centre"),
}
SIDES: Mapping[str, str] = {
    BELOW: N_("below the band"),
    WITHIN: N_("within the band"),
    ABOVE: N_("above the band"),
}
SIGNS: Mapping[str, str] = {BELOW: "▼", WITHIN: "●", ABOVE: "▲"}
_SIDE_OF = {BELOW: LOW, WITHIN: MIDDLE, ABOVE: HIGH}
NAMED = 3


def side_text(side: str, _: Words) -> str:
    """On which side of the band, as a sign and in words."""
    return f"{SIGNS[side]} {_(SIDES[side])}"


def group_name(key: str, by: str, _: Words) -> str:
    """A level of integration or a type of centre."""
    return capital(value_name("integration_level" if by == "level" else by, key, _))


def ratio_text(ratio: Fraction | None, numbers: Numbers) -> str:
    """Clients per counsellor."""
    return NOTHING if ratio is None else numbers.number(float(ratio), 1)


# --- sentences ---------------------------------------------------------------------------------


def caseload_title(country: Gathered, scheme: Scheme, numbers: Numbers) -> str:
    """How many are above the band, and what would bring them within."""
    _, above = numbers.words, country.on(ABOVE)
    if not above:
        return _(
            "Every one of the {total} centres has at most {most} clients a counsellor",
            total=len(country.desks),
            most=scheme.most,
        )
    return _(
        "{above} of {total} centres have more than {most} clients a counsellor; {missing} more "
        "counsellors would bring everybody within",
        above=above,
        total=len(country.desks),
        most=scheme.most,
        missing=numbers.number(country.missing),
    )


def caseload_basis(country: Gathered, numbers: Numbers) -> str:
    """The country's own figures."""
    _ = numbers.words
    return _(
        "In all {clients} clients and {counsellors} counsellors: {ratio} clients each. Partner "
        "staff: {partners}. Within the band {within}, below it {below}.",
        clients=numbers.number(float(country.clients)),
        counsellors=numbers.number(float(country.counsellors)),
        ratio=ratio_text(country.per_counsellor, numbers),
        partners=numbers.number(float(country.partners)),
        within=country.on(WITHIN),
        below=country.on(BELOW),
    )


def cost_sentence(country: Gathered, envelope: int, scheme: Scheme, numbers: Numbers) -> str:
    """What the missing counsellors cost, beside the joined-up pool and the envelope."""
    _ = numbers.words
    if not country.missing:
        return _("No counsellor is missing, so nothing is to be paid.")
    cost = _(
        "{missing} counsellors at {each} cost {cost} a year",
        missing=numbers.number(country.missing),
        each=numbers.money_with_unit(scheme.cost_krw),
        cost=numbers.money_with_unit(country.cost_krw),
    )
    share = numbers.percent(country.cost_krw / envelope)
    if not country.pool_krw:
        return _(
            "{cost}: {share} of the envelope ({envelope}). The rules have no money for centres "
            "with partner staff.",
            cost=cost,
            share=share,
            envelope=numbers.money_with_unit(envelope),
        )
    return _(
        "{cost}: {times} times the joined-up pool ({pool}) and {share} of the envelope "
        "({envelope}).",
        cost=cost,
        times=numbers.number(country.cost_krw / country.pool_krw, 1),
        pool=numbers.money_with_unit(country.pool_krw),
        share=share,
        envelope=numbers.money_with_unit(envelope),
    )


def covered_sentence(country: Gathered, numbers: Numbers) -> str:
    """What the present pool would cover of that, if all of it paid counsellors."""
    _ = numbers.words
    if not country.missing or not country.pool_krw:
        return ""
    covered = _(
        "If all of the joined-up pool paid counsellors, it would cover {covered} of that cost.",
        covered=numbers.percent(float(country.covered or 0)),
    )
    idle = country.pool_krw - country.covering_krw
    if not idle:
        return covered
    return f"{covered} " + _(
        "{idle} of the pool is more than its centres lack, and would be left over.",
        idle=numbers.money_with_unit(idle),
    )


# --- the chart ---------------------------------------------------------------------------------


def caseload_chart(
    country: Gathered, by: str, scheme: Scheme, names: Names, numbers: Numbers, colours: Colours
) -> Figure:
    """Every centre by its clients per counsellor, group above group, against the band."""
    _ = numbers.words
    known = [desk for desk in country.desks if desk.per_counsellor is not None]
    furthest = sorted(known, key=lambda desk: -(desk.per_counsellor or 0))[:NAMED]
    named = {desk.centre_id for desk in furthest}
    dots = [
        Dot(
            desk.centre_id,
            names[desk.centre_id],
            group_name(desk.level if by == "level" else desk.centre_type, by, _),
            float(desk.per_counsellor or 0),
            _SIDE_OF[desk.side],
            _("{ratio} clients a counsellor", ratio=ratio_text(desk.per_counsellor, numbers)),
            side_text(desk.side, _),
            desk.centre_id in named,
        )
        for desk in known
    ]
    groups = [
        (
            group_name(group.key, by, _),
            None if group.per_counsellor is None else float(group.per_counsellor),
            ratio_text(group.per_counsellor, numbers),
        )
        for group in gathered(country.desks, by)
    ]
    told = ", ".join(f"{name}: {text}" for name, _value, text in groups)
    return strip_chart(
        Strip(
            dots,
            groups,
            [(scheme.least, str(scheme.least)), (scheme.most, str(scheme.most))],
            _("Clients per counsellor"),
            f"{caseload_title(country, scheme, numbers)}. {told}",
        ),
        colours,
    )


# --- tables ------------------------------------------------------------------------------------


def desk_rows(country: Gathered, names: Names, numbers: Numbers) -> pd.DataFrame:
    """One row a centre with its posts, those that miss most counsellors first."""
    _, unit = numbers.words, numbers.unit.won
    found = sorted(country.desks, key=lambda desk: (-desk.missing, desk.centre_id))
    return pd.DataFrame(
        {
            "centre_id": [desk.centre_id for desk in found],
            "centre": [_with_posts(desk, names, _) for desk in found],
            "type": [group_name(desk.centre_type, "centre_type", _) for desk in found],
            "level": [desk.level for desk in found],
            "partners": [float(desk.partners) for desk in found],
            "clients": [float(desk.clients) for desk in found],
            "counsellors": [float(desk.counsellors) for desk in found],
            "ratio": [
                None if desk.per_counsellor is None else float(desk.per_counsellor)
                for desk in found
            ],
            "side": [side_text(desk.side, _) for desk in found],
            "missing": [desk.missing for desk in found],
            "cost": [desk.cost_krw / unit for desk in found],
            "pool": [desk.pool_krw / unit for desk in found],
            "covered": [
                None if desk.covered is None else float(desk.covered) * 100 for desk in found
            ],
        }
    )


def _with_posts(desk: Desk, names: Names, _: Words) -> str:
    name = names[desk.centre_id]
    if not desk.posts:
        return name
    return _("{centre} + {count} posts", centre=name, count=len(desk.posts))


def group_rows(country: Gathered, by: str, numbers: Numbers) -> pd.DataFrame:
    """One row a level or type, and the country."""
    _, unit = numbers.words, numbers.unit.won
    groups = [*gathered(country.desks, by), country]
    return pd.DataFrame(
        {
            "name": [group_name(one.key, by, _) if one.key else _("Country") for one in groups],
            "centres": [len(one.desks) for one in groups],
            "partners": [float(one.partners) for one in groups],
            "clients": [float(one.clients) for one in groups],
            "counsellors": [float(one.counsellors) for one in groups],
            "ratio": [
                None if one.per_counsellor is None else float(one.per_counsellor) for one in groups
            ],
            "above": [one.on(ABOVE) for one in groups],
            "missing": [one.missing for one in groups],
            "cost": [one.cost_krw / unit for one in groups],
            "pool": [one.pool_krw / unit for one in groups],
            "covered": [
                None if one.covered is None else float(one.covered) * 100 for one in groups
            ],
        }
    )


def desk_table(country: Gathered, names: Names, _: Words) -> Table:
    """One row a centre, for a file: whole won, with totals that reconcile."""
    found = country.desks
    return Table(
        "centres",
        _("Clients per counsellor"),
        (
            Column(_("Number"), [desk.centre_id for desk in found]),
            Column(_("Centre"), [names[desk.centre_id] for desk in found]),
            Column(_("Outreach posts"), [", ".join(desk.posts) for desk in found]),
            Column(_("Type"), [group_name(desk.centre_type, "centre_type", _) for desk in found]),
            Column(_("Integration level"), [_level(desk.level) for desk in found], "count"),
            _heads(_("Partner staff"), [desk.partners for desk in found]),
            _heads(_("Clients"), [desk.clients for desk in found]),
            _heads(_("Counsellors"), [desk.counsellors for desk in found]),
            Column(
                _("Clients per counsellor"),
                [_rounded(desk.per_counsellor) for desk in found],
                "number",
            ),
            Column(_("Against the band"), [_(SIDES[desk.side]) for desk in found]),
            Column(
                _("Missing counsellors"),
                [desk.missing for desk in found],
                "count",
                country.missing,
            ),
            won(_("Cost a year"), [desk.cost_krw for desk in found], country.cost_krw, _),
            won(_("Joined-up pool"), [desk.pool_krw for desk in found], country.pool_krw, _),
            Column(
                _("Covered by the pool"),
                [None if desk.covered is None else float(desk.covered) for desk in found],
                "share",
            ),
        ),
        capital(_("total")),
    )


def _level(level: str) -> int | None:
    return int(level) if level.isdigit() else None


def _heads(name: str, people: Sequence[Fraction | int]) -> Column:
    """A column of people; with their sum where nobody is counted in part."""
    if all(number == int(number) for number in people):
        whole = [int(number) for number in people]
        return Column(name, whole, "count", sum(whole))
    return Column(name, [float(number) for number in people], "number")


def group_table(country: Gathered, by: str, _: Words) -> Table:
    """One row a level or type, for a file."""
    groups: Sequence[Gathered] = gathered(country.desks, by)
    return Table(
        by.replace("centre_", ""),
        _(GROUPINGS[by]),
        (
            Column(_(GROUPINGS[by]), [group_name(one.key, by, _) for one in groups]),
            Column(
                _("Number of centres"),
                [len(one.desks) for one in groups],
                "count",
                len(country.desks),
            ),
            _heads(_("Partner staff"), [one.partners for one in groups]),
            _heads(_("Clients"), [one.clients for one in groups]),
            _heads(_("Counsellors"), [one.counsellors for one in groups]),
            Column(
                _("Clients per counsellor"),
                [_rounded(one.per_counsellor) for one in groups],
                "number",
            ),
            Column(
                _("Missing counsellors"), [one.missing for one in groups], "count", country.missing
            ),
            won(_("Cost a year"), [one.cost_krw for one in groups], country.cost_krw, _),
            won(_("Joined-up pool"), [one.pool_krw for one in groups], country.pool_krw, _),
        ),
        capital(_("total")),
    )


def stated(scheme: Scheme, numbers: Numbers) -> dict[str, str]:
    """What the desks are held against, for a file."""
    _ = numbers.words
    return {
        _("Counted as clients"): _(CLIENTS[scheme.clients]),
        _("Clients a counsellor, at least"): str(scheme.least),
        _("Clients a counsellor, at most"): str(scheme.most),
        _("Cost of a counsellor a year ({unit})", unit=_(WON.label)): f"{scheme.cost_krw:,}",
        _("Source"): f"{_(SOURCE)} {_(COST_SOURCE)}",
    }


def _rounded(ratio: Fraction | None) -> float | None:
    return None if ratio is None else round(float(ratio), 1)
