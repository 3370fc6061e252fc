"""The rules for divisions on the screen: national limits, bands by type, versions, saving."""

from decimal import Decimal

import streamlit as st

from budget import files
from budget.allocation.division_reading import CENTRE_TYPES
from budget.allocation.division_rules import Division
from budget.allocation.faults import InputError
from budget.files import round_folder
from budget.ui import deed_dialog, division_edits, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.division_conflict import saved_value
from budget.ui.division_edits import CEILING, LEAST, MINIMUM, MOST, band_path, limit_path
from budget.ui.division_round import DivisionRound, Money
from budget.ui.division_versions import MIME, upload_place, versions
from budget.ui.division_words import refused_rules
from budget.ui.problems import problems
from budget.ui.text import plain
from budget.view.division_notices import path_title, value_text
from budget.view.divisions import division_name
from budget.view.names import value_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.workflow import division_bands, divisions
from budget.workflow.divisions import Planning, RulesVersion
from budget.workflow.roles import Verb

SAVE = "save_division_rules"
GRID = [0.46, 0.27, 0.27]


def rules_section(found: Planning, money: Money, present: DivisionRound | None, which: str) -> None:
    """The rules as controls for planners, to be read by everybody else.

    Args:
        present: the proposal by these rules; None where they give none.
        which: the type of centre whose bands are shown.
    """
    saved = found.rules
    if saved is None:
        return
    _, numbers = session.words(), session.numbers()
    is_planner = session.person().may(Verb.SAVE_DIVISION_RULES)
    _unsaved(saved, numbers)
    left, right = st.columns(2, gap="large")
    with left:
        _limits(saved, money, present, numbers, is_open=is_planner)
    with right:
        _bands(saved, money, present, which, numbers, is_open=is_planner)
    versions(found)
    if is_planner:
        upload_place(saved)
    deed_dialog.show(SAVE, _("Save the rules for divisions"), _save, width="medium")


def first_rules() -> None:
    """A round without rules: begin with those of the program, or with a file of one's own."""
    _ = session.words()
    usual = round_folder.usual_divisions()
    st.markdown(
        plain(
            _(
                "Begin with the rules that come with the program: six divisions, with bands by "
                "type of centre. They are examples and not the Ministry's; every share and limit "
                "can then be changed here with a control, and each version is kept."
            )
        )
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        deed_dialog.opener(
            SAVE,
            _("Begin with the rules of the program…"),
            seen=(usual, 0),
            which="usual",
            type=session.main_button(),
            icon=":material/play_arrow:",
        )
        st.download_button(
            _("Download them as a template ({file})", file=divisions.CONTENT),
            usual,
            file_name=divisions.CONTENT,
            mime=MIME,
            key=keys.download("usual_divisions"),
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )
    upload_place(None)
    deed_dialog.show(SAVE, _("Save the rules for divisions"), _save, width="medium")


# --- unsaved changes ---------------------------------------------------------------------------


def unsaved_badge(saved: RulesVersion) -> None:
    """How many rules are changed and not saved, wherever the page shows their effect."""
    count = len(division_edits.edits())
    if count:
        _ = session.words()
        st.badge(
            _.ngettext("{count} unsaved change", "{count} unsaved changes", count),
            color="orange",
            icon=":material/edit:",
        )


def _unsaved(saved: RulesVersion, numbers: Numbers) -> None:
    """What is changed, from what to what; save or drop."""
    _ = numbers.words
    changes = division_edits.edits()
    if not changes:
        return
    with st.container(border=True, gap="xsmall"):
        for path, value in changes.items():
            before = value_text(saved_value(saved.rules, path), numbers)
            title = path_title(path, saved.rules, _)
            st.markdown(f"- {plain(f'{title}: {before} → {value_text(value, numbers)}')}")
        with st.container(horizontal=True, gap="small"):
            try:
                content = files.divisions_toml(division_edits.edited(saved.rules, changes))
            except InputError:
                st.caption(_("These changes contradict themselves and cannot be saved."))
            else:
                if session.person().may(Verb.SAVE_DIVISION_RULES):
                    deed_dialog.opener(
                        SAVE,
                        _("Save…"),
                        seen=(content.decode(), saved.id),
                        type=session.main_button(),
                        icon=":material/save:",
                    )
            st.button(
                _("Drop the changes"),
                key=keys.DIVISION_DISCARD,
                icon=":material/undo:",
                on_click=division_edits.discard,
            )


# --- controls ------------------------------------------------------------------------------------


def _limits(
    saved: RulesVersion,
    money: Money,
    present: DivisionRound | None,
    numbers: Numbers,
    *,
    is_open: bool,
) -> None:
    """The least and most of every division over all centres, in per cent of all operating money."""
    _ = numbers.words
    st.markdown(f"**{plain(_('National limits'))}**")
    total = sum(money.operating.values())
    st.caption(
        plain(
            _(
                "In per cent of all operating money, {total}. Empty: no limit.",
                total=numbers.money_with_unit(total),
            )
        )
    )
    totals = {found.id: found for found in present.categories(_)} if present else {}
    for division in saved.rules.divisions:
        name, least, most = st.columns(GRID, vertical_alignment="top", gap="small")
        found = totals.get(division.id)
        now = (
            _(
                "proposal {share}, by staff {staff}",
                share=numbers.percent(found.total / total),
                staff=numbers.percent(found.target / total),
            )
            if found and total
            else ""
        )
        name.markdown(_titled(division_name(division, _), now))
        for place, which, label in (
            (least, MINIMUM, _("Minimum (%)")),
            (most, CEILING, _("Ceiling (%)")),
        ):
            with place:
                _share(
                    limit_path(division.id, which),
                    _limit_share(division, which, total),
                    is_open=is_open,
                    label=label,
                )


def _limit_share(division: Division, which: str, total: int) -> Decimal | None:
    """A limit as a share; one in won by its part of all operating money."""
    amount = division.ceiling if which == CEILING else division.minimum
    if amount is None:
        return None
    if amount.share is not None:
        return Decimal(amount.share)
    return (Decimal(amount.krw or 0) / total).quantize(Decimal("0.0001")) if total else None


def _titled(name: str, beside: str) -> str:
    small = f"  \n:small[:gray[{plain(beside)}]]" if beside else ""
    return f"{plain(name)}{small}"


def _bands(
    saved: RulesVersion,
    money: Money,
    present: DivisionRound | None,
    which: str,
    numbers: Numbers,
    *,
    is_open: bool,
) -> None:
    """Between which shares the centres of one type may move, division by division."""
    _ = numbers.words
    st.markdown(f"**{plain(_('Bands by type of centre'))}**")
    kind = which if which in CENTRE_TYPES else CENTRE_TYPES[0]
    st.session_state[keys.DIVISION_BANDS] = kind
    st.selectbox(
        _("Type of centre"),
        list(CENTRE_TYPES),
        format_func=lambda one: value_name("centre_type", one, _),
        key=keys.DIVISION_BANDS,
        on_change=_choose_kind,
        label_visibility="collapsed",
    )
    of_kind = money.centres[money.centres["centre_type"] == kind]["centre_id"].tolist()
    st.caption(
        plain(
            _.ngettext(
                "{count} centre; in per cent of its own operating money. Empty: no limit. A "
                "division without staff gets nothing.",
                "{count} centres; in per cent of their own operating money. Empty: no limit. A "
                "division without staff gets nothing.",
                len(of_kind),
            )
        )
    )
    for division in saved.rules.divisions:
        name, least, most = st.columns(GRID, vertical_alignment="top", gap="small")
        title = division_name(division, _)
        beside = _held(present, of_kind, division.id, numbers) if present else ""
        name.markdown(_titled(title, beside))
        band = saved.rules.band(kind, division.id)
        for place, end, label in (
            (least, LEAST, _("Least (%)")),
            (most, MOST, _("Greatest (%)")),
        ):
            with place:
                _share(
                    band_path(kind, division.id, end),
                    None if band is None else getattr(band, end),
                    is_open=is_open,
                    label=label,
                )


def _choose_kind() -> None:
    st.query_params[keys.PART_PARAMETER] = st.session_state[keys.DIVISION_BANDS]


def _held(present: DivisionRound, of_kind: list[str], division: str, numbers: Numbers) -> str:
    """How many centres of a type stand at either end of a band, beside the proposal's share."""
    _ = numbers.words
    known = present.table.cells.index.intersection(of_kind)
    operating = int(present.table.operating.reindex(known).sum())
    if not operating:
        return ""
    given = int(present.table.cells.loc[known, division].sum())
    held = list(present.table.binding.loc[known, division])
    told = [_("proposal {share}", share=numbers.percent(given / operating))]
    if "floor" in held:
        told.append(_("{count} at the least", count=held.count("floor")))
    if "cap" in held:
        told.append(_("{count} at the greatest", count=held.count("cap")))
    return ", ".join(told)


def _share(
    path: str,
    saved: Decimal | None,
    *,
    is_open: bool,
    label: str,
) -> None:
    """A share as a number in per cent, with the saved value where it was changed."""
    _ = session.words()
    changes = division_edits.edits()
    present = changes.get(path, saved) if path in changes else saved
    key = keys.division_rule(path)
    st.session_state[key] = None if present is None else float(present * 100)
    st.number_input(
        label,
        min_value=0.0,
        max_value=100.0,
        step=0.5,
        format="%.2f",
        key=key,
        placeholder=_("no limit"),
        disabled=not is_open,
        on_change=_changed,
        args=(path, saved),
    )
    if path in changes:
        before = value_text(saved, session.numbers())
        st.caption(plain(_("saved: {value}", value=before)))


def _changed(path: str, saved: Decimal | None) -> None:
    typed = st.session_state[keys.division_rule(path)]
    value = None if typed is None else (Decimal(repr(typed)) / 100).quantize(Decimal("0.0001"))
    division_edits.change(path, value, saved)


# --- saving --------------------------------------------------------------------------------------


def _save(prepared: Prepared) -> None:
    """A reason, and which plans go back to their centres."""
    _ = session.words()
    content, based_on = prepared.seen
    asked = Fields(prepared)
    known = divisions.planning(session.store(), session.who()).rules
    if known is not None:
        refused_rules(prepared.refused, known.rules)
    outside: list[str] = []
    with problems():
        outside = division_bands.plans_outside(session.store(), session.who(), content)
    if outside:
        st.warning(
            plain(
                _.ngettext(
                    "{count} submitted plan does not keep the new bands and goes back to its "
                    "centre with your reason: {centres}",
                    "{count} submitted plans do not keep the new bands and go back to their "
                    "centres with your reason: {centres}",
                    len(outside),
                    centres=", ".join(outside[:20]),
                )
            ),
            icon=":material/undo:",
        )
    else:
        st.markdown(
            plain(
                _(
                    "The new version counts at once, for the proposal and for all plans. "
                    "Submitted plans keep the new bands and stay as they are."
                )
            )
        )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        asked.place(divisions.CONTENT)
        wants = st.form_submit_button(_("Save"), type=session.main_button())
    if wants and asked.attempt(
        lambda: division_bands.save(
            session.store(),
            session.who(),
            content,
            reason,
            based_on=based_on,
            key=prepared.key,
        ),
        capital(_("the rules for divisions are saved and count from now on.")),
        look_again=lambda: (content, _latest()),
    ):
        division_edits.discard()
        st.session_state.pop(keys.DIVISION_UPLOAD, None)
        deed_dialog.close()


def _latest() -> int:
    found = divisions.planning(session.store(), session.who()).rules
    return found.id if found else 0
