"""The parts of the overview: envelope, dates, country, gainers and losers, what waits."""

from functools import partial

import streamlit as st

from budget.allocation.faults import N_
from budget.allocation.result import Allocation
from budget.ui import country, keys, session
from budget.ui.allocation_files import overview_contents
from budget.ui.centre_link import open_centre
from budget.ui.downloads import Picture, downloads
from budget.ui.figures import picked, show
from budget.ui.results import certificate_badge
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view import charts, maps
from budget.view import country as measures
from budget.view.colours import LIGHT
from budget.view.findings import (
    CentreChange,
    Movement,
    against_last_year,
    movement_basis,
    movement_title,
    nothing_approved,
    since_last_year,
)
from budget.view.names import pool_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import national, rounds
from budget.workflow.deadlines import KOREA
from budget.workflow.national import NationalParts
from budget.workflow.rounds import RoundFacts

SWATCHES = ("blue", "violet", "green", "yellow", "gray")
"""The theme's names of the colours of the envelope's bar, in its order."""

DATES = {
    "requests_open": N_("Requests open"),
    "requests_close": N_("Requests close"),
    "decisions_due": N_("Decisions due"),
    "publication_due": N_("Publication due"),
}
NAMED = 7
"""So many gainers and as many losers are named."""
MAP_HEIGHT = 372
MAP_OF_A_FILE = 640
"""Pixels either way."""


def envelope(allocation: Allocation, shown: Round) -> None:
    """How much there is, and where it goes, beside last year where last year is known."""
    _, numbers = session.words(), session.numbers()
    total = allocation.policy.envelope
    parts = _parts(allocation, _)
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(
                plain(
                    _(
                        "{envelope} for {count} centres in {year}",
                        envelope=numbers.money_with_unit(total),
                        count=len(allocation.centres),
                        year=shown.fiscal_year,
                    )
                ),
                anchor=False,
            )
            certificate_badge(allocation, _)
            downloads(lambda: overview_contents(shown, allocation, _pictures(allocation, shown)))
        st.caption(plain(_operating_last_year(allocation, numbers)))
    _envelope_parts(parts, total, numbers)
    told = nothing_approved(allocation, numbers)
    if told:
        st.caption(f":material/info: {plain(told)}")


def _pictures(allocation: Allocation, shown: Round) -> list[Picture]:
    """The charts of this page, in the colours of paper."""
    _, numbers = session.words(), session.numbers()
    total = allocation.policy.envelope
    movement = since_last_year(allocation, _)
    basis = movement_basis(movement, numbers)
    found, measure = measures.country(allocation, movement, _), country.measure()
    map_ = partial(maps.country_map, found, shown.provinces, measure, numbers, LIGHT, MAP_OF_A_FILE)
    return [
        Picture(
            "envelope",
            _("Parts of the envelope"),
            _(
                "{envelope} in {year}",
                envelope=numbers.money_with_unit(total),
                year=shown.fiscal_year,
            ),
            _operating_last_year(allocation, numbers),
            partial(charts.envelope_bar_for_a_file, _parts(allocation, _), numbers, LIGHT),
        ),
        Picture(
            "map",
            _("Map"),
            measures.country_title(found, measure, numbers),
            country.basis_text(found, numbers),
            map_,
            MAP_OF_A_FILE,
        ),
        Picture(
            "leaders",
            _("Greatest gains and losses"),
            movement_title(movement, numbers),
            basis,
            partial(charts.greatest_changes, _named(movement), numbers, LIGHT),
        ),
    ]


def _envelope_parts(parts: list[tuple[str, int]], total: int, numbers: Numbers) -> None:
    """The bar of the envelope, and under it each part with its share."""
    show(charts.envelope_bar(parts, numbers, session.chart_colours()))
    with st.container(horizontal=True, gap="medium"):
        for (name, won), swatch in zip(parts, SWATCHES, strict=False):
            st.markdown(
                f":{swatch}[■] {plain(capital(name))}  \n"
                f"**{plain(numbers.money_with_unit(won))}** "
                f":small[:gray[{plain(numbers.percent(won / total))}]]",
                width="content",
            )


def _parts(allocation: Allocation, _: Words) -> list[tuple[str, int]]:
    return [
        *((pool_name(pool.rule.name, _), pool.placed) for pool in allocation.pools),
        (_("special needs"), sum(allocation.special_needs)),
        (_("reserve"), allocation.reserve),
    ]


def _operating_last_year(allocation: Allocation, numbers: Numbers) -> str:
    """The main pool beside last year's, with the new centres and without them."""
    _ = numbers.words
    main = allocation.pool(allocation.policy.remainder_pool.name)
    before = sum(won or 0 for won in allocation.prior_operating)
    values = {
        "pool": pool_name(main.rule.name, _),
        "now": numbers.money_with_unit(main.placed),
        "before": numbers.money_with_unit(before),
        "rate": numbers.percent_change(main.placed / before - 1 if before else None),
    }
    new = sum(won is None for won in allocation.prior_operating)
    if not new or not before:
        return _("Of it {pool} {now}, against {before} last year: {rate}.", **values)
    old = since_last_year(allocation, _)
    return _.ngettext(
        "Of it {pool} {now}, against {before} last year: {rate}; without the {count} new centre "
        "{rate_of_old}.",
        "Of it {pool} {now}, against {before} last year: {rate}; without the {count} new centres "
        "{rate_of_old}.",
        new,
        rate_of_old=numbers.percent_change(old.net / before),
        **values,
    )


def national_totals(shown: RoundFacts) -> None:
    """The envelope and its parts as the rules set them, before any request is decided."""
    _, numbers = session.words(), session.numbers()
    parts = national.national_parts(session.store(), session.who())
    for centre in parts.own:
        _own_amounts(centre, parts, numbers)
    st.subheader(
        plain(
            _(
                "{envelope} for {count} centres in {year}",
                envelope=numbers.money_with_unit(parts.envelope),
                count=parts.centres,
                year=shown.fiscal_year,
            )
        ),
        anchor=False,
    )
    st.caption(
        _("National totals as the rules set them; special needs: their ceiling.")
        if not parts.is_published
        else _("National totals as published.")
    )
    named = [
        *((pool_name(name, _), won) for name, won in parts.pools),
        (_("special needs"), parts.special_needs),
        (_("reserve"), parts.reserve),
    ]
    _envelope_parts(named, parts.envelope, numbers)


def _own_amounts(centre: str, parts: NationalParts, numbers: Numbers) -> None:
    """What a centre gets, as published: each part and the total, beside last year."""
    _ = numbers.words
    name = _.of(*rounds.centre_names(session.store(), session.who())[centre])
    amounts = parts.own[centre]
    with st.container(border=True, gap="small"):
        st.subheader(
            plain(
                _(
                    "{centre} gets {total}",
                    centre=name,
                    total=numbers.money_with_unit(amounts["total"]),
                )
            ),
            anchor=False,
        )
        now, before = amounts[parts.main], parts.last_year.get(centre)
        st.markdown(plain(against_last_year(parts.main, now, before, numbers)))
        with st.container(horizontal=True, gap="large"):
            for part, won in amounts.items():
                if part == "total":
                    continue
                label = _("special needs") if part == "special_needs" else pool_name(part, _)
                st.markdown(
                    f"{plain(capital(label))}  \n**{plain(numbers.money_with_unit(won))}**",
                    width="content",
                )


def dates(shown: RoundFacts) -> None:
    """What is due when, and how many days are left."""
    _ = session.words()
    today = shown.now.astimezone(KOREA).date()
    with st.container(
        horizontal=True,
        gap="medium",
        border=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
    ):
        for name, day in shown.dates.items():
            left = (day - today).days
            when = (
                ""
                if shown.state == "published"
                else _.ngettext("{count} day left", "{count} days left", left)
                if left > 0
                else _("today")
                if left == 0
                else _("past")
            )
            mark = ":material/check_circle:" if left < 0 else ":material/event:"
            is_own = (
                name == "requests_close"
                and bool(session.person().centres)
                and shown.state == "review"
                and left >= 0
            )
            label = plain(_("Requests close for you") if is_own else _(DATES.get(name, name)))
            st.markdown(
                f"{mark} {label}  \n**{day:%Y-%m-%d}** :small[:gray[{plain(when)}]]",
                width="content",
            )


def country_and_centres(allocation: Allocation, shown: Round) -> None:
    """Map at the left, the greatest gains and losses at the right, of all or of one province."""
    _, numbers = session.words(), session.numbers()
    movement = since_last_year(allocation, _)
    found = measures.country(allocation, movement, _)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = measures.country_title(found, country.measure(), numbers)
            st.subheader(plain(title), anchor=False)
        country.measure_switch()
        country.country(found, shown.provinces, numbers, MAP_HEIGHT)
        country.basis(found, numbers)
    with right:
        chosen = _gainers_and_losers(movement, numbers)
    country.table(found, numbers)
    if chosen:
        open_centre(chosen)


def _gainers_and_losers(movement: Movement, numbers: Numbers) -> str:
    """The greatest gains and losses, of the chosen province if one is; gives who was clicked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = st.empty()
        province = country.chosen_province(numbers)
    there = movement.of(province) if province else movement
    title.subheader(plain(movement_title(there, numbers)), anchor=False)
    st.caption(plain(movement_basis(there, numbers)))
    if not _named(there):
        return ""
    return picked(
        charts.greatest_changes(_named(there), numbers, session.chart_colours()),
        keys.GREATEST_CHART,
    )


def _named(movement: Movement) -> list[CentreChange]:
    """The greatest gainers, then the greatest losers, the greatest loss last."""
    return [*movement.gainers[:NAMED], *reversed(movement.losers[:NAMED])]
