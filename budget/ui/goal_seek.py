"""Goal seek on the Allocate page: what a rule must be for a goal; one click takes it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import streamlit as st

from budget.allocation import goals
from budget.allocation.faults import N_
from budget.allocation.goals import BreakEven, Goal, OutOfRuns
from budget.allocation.parameters import Parameter, parameters
from budget.allocation.policy import Policy
from budget.ui import goal_search, keys, session
from budget.ui.goal_search import Answer, Asked, had, has
from budget.ui.problems import problems
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view.findings import centre_names
from budget.view.notices import conflict_sentence
from budget.view.numbers import WON, Numbers
from budget.view.parameters import full_title, parameter_at, scale_of, shown
from budget.view.words import Words

QUESTIONS: Mapping[str, str] = {
    "envelope": N_("Least envelope"),
    "floor": N_("Highest floor"),
    "break_even": N_("Break-even"),
}
AGAINST: Mapping[str, str] = {
    "baseline": N_("its total in the baseline"),
    "last_year": N_("last year (money of the main pool)"),
}
MOST_GROWTH = 100.0


def opener(shown_round: Round) -> None:
    """The button that opens the goal seek."""
    _ = session.words()
    if st.button("", key=keys.GOAL, icon=":material/track_changes:", help=_("Find a value")):
        st.session_state.pop(keys.GOAL_ASKED, None)
        _dialog(shown_round)
    elif st.session_state.pop(keys.GOAL_GOES_ON, False):
        _dialog(shown_round)


def _dialog(shown_round: Round) -> None:
    _ = session.words()
    st.dialog(_("Find a value"), width="medium")(_content)(shown_round)


def _content(shown_round: Round) -> None:
    _ = session.words()
    with problems():
        policy = shown_round.baseline.replaced(session.edits().present)
        question = st.segmented_control(
            _("Question"),
            list(QUESTIONS),
            format_func=lambda name: _(QUESTIONS[name]),
            default="envelope",
            required=True,
            key=keys.GOAL_QUESTION,
            label_visibility="collapsed",
        )
        asked = _ASK[question or "envelope"](policy, shown_round, _)
        if st.button(_("Find"), type=session.main_button(), key=keys.GOAL_FIND):
            st.session_state[keys.GOAL_ASKED] = asked
        if st.session_state.get(keys.GOAL_ASKED) == asked:
            known = goal_search.known(shown_round, asked)
            if known is None:
                goal_search.search(shown_round, policy, asked)
            else:
                _tell(goal_search.answer(known), asked, policy, shown_round, _)


# --- the questions -------------------------------------------------------------------------------


def _ask_envelope(policy: Policy, _shown: Round, _: Words) -> Asked:
    st.caption(
        _(
            "How much money is needed so that nobody has less than last year? The floor of last "
            "year's money is set to the percentage, and the least envelope is sought."
        )
    )
    growth = st.number_input(
        _("Change on last year that everybody gets at least (%)"),
        min_value=-MOST_GROWTH,
        max_value=MOST_GROWTH,
        value=0.0,
        step=0.5,
        format="%.1f",
        key=keys.GOAL_GROWTH,
    )
    path = goals.hold_harmless(policy).path
    return Asked("envelope", growth=f"{growth:.1f}", path=path)


def _ask_floor(policy: Policy, _shown: Round, _: Words) -> Asked:
    st.caption(_("How high can this floor be with the present envelope and all other rules?"))
    pool = policy.remainder_pool.name
    choices = {
        parameter.path: full_title(parameter, policy, _)
        for parameter in parameters(policy)
        if parameter.parts[:3] == ["pool", pool, "floor"]
    }
    first = next((place for place, path in enumerate(choices) if path.endswith(".prior.rate")), 0)
    path = st.selectbox(
        _("Floor"),
        list(choices),
        index=first if choices else None,
        format_func=lambda path: choices.get(path, path),
        key=keys.GOAL_FLOOR,
    )
    return Asked("floor", path=path or "")


def _ask_break_even(policy: Policy, shown_round: Round, _: Words) -> Asked:
    st.caption(_("At which value does a centre have just what it had?"))
    names = _centre_names(shown_round, _)
    centre = st.selectbox(
        _("Centre"), list(names), format_func=lambda found: names[found], key=keys.GOAL_CENTRE
    )
    choices = {
        parameter.path: full_title(parameter, policy, _)
        for parameter in parameters(policy)
        if parameter.path != goals.ENVELOPE and parameter.unit in {"share", "rate", "weight"}
    }
    bonus = [
        path for path in choices if path.startswith("pool.") and path.endswith(".amount.share")
    ]
    order = [*bonus, *(path for path in choices if path not in bonus)]
    path = st.selectbox(
        _("Rule"), order, format_func=lambda path: choices[path], key=keys.GOAL_PATH
    )
    against = st.radio(
        _("Compared with"),
        list(AGAINST),
        format_func=lambda name: _(AGAINST[name]),
        horizontal=True,
        key=keys.GOAL_AGAINST,
    )
    return Asked(
        "break_even", path=path or "", centre_id=centre or "", against=against or "baseline"
    )


_ASK: Mapping[str, Callable[[Policy, Round, Words], Asked]] = {
    "envelope": _ask_envelope,
    "floor": _ask_floor,
    "break_even": _ask_break_even,
}


def _centre_names(shown_round: Round, _: Words) -> dict[str, str]:
    """Every centre's id with its name."""
    column = "name_ko" if _.language == "ko" else "name_en"
    table = shown_round.centres
    texts = table[column] if column in table.columns else table["centre_id"]
    return {
        centre_id: f"{name} ({centre_id})"
        for centre_id, name in zip(table["centre_id"], texts, strict=True)
    }


# --- the answers ---------------------------------------------------------------------------------


def _tell(answer: Answer, asked: Asked, policy: Policy, shown_round: Round, _: Words) -> None:
    numbers, base = session.numbers(), shown_round.baseline
    if isinstance(answer, Goal):
        _offer(answer, _goal_sentence(answer, asked, policy, numbers), policy, base, numbers)
        return
    if isinstance(answer, BreakEven):
        for goal in answer.goals:
            _offer(
                goal,
                _break_even_sentence(goal, asked, policy, shown_round, _),
                policy,
                base,
                numbers,
            )
        if not answer.goals:
            st.info(_range_sentence(answer, numbers))
        return
    if isinstance(answer, OutOfRuns):
        st.warning(
            _(
                "The search ended after {count} runs without an answer. Bring the rules nearer to "
                "the goal, then search again.",
                count=answer.count,
            )
        )
        return
    st.warning(_("No value reaches this goal with the other rules as they are."))
    if answer is not None:
        st.markdown(plain(conflict_sentence(answer, numbers)))


def _range_sentence(answer: BreakEven, numbers: Numbers) -> str:
    """Over the whole range the centre has more than it had, or less."""
    _ = numbers.words
    ends = {
        "least": numbers.change_with_unit(answer.least),
        "most": numbers.change_with_unit(answer.most),
    }
    if answer.least >= 0:
        return _(
            "At every value of this rule it has at least what it had: {least} to {most}.", **ends
        )
    if answer.most < 0:
        return _("At no value of this rule does it have what it had: {least} to {most}.", **ends)
    return _("The difference jumps over 0 between {least} and {most}.", **ends)


def _goal_sentence(goal: Goal, asked: Asked, policy: Policy, numbers: Numbers) -> str:
    _ = numbers.words
    if asked.question == "envelope":
        envelope = int(goal.changes[goals.ENVELOPE])
        more = envelope - policy.envelope
        return _(
            "The least envelope is {envelope}, {change} against the present one.",
            envelope=numbers.money_with_unit(envelope),
            change=numbers.change_with_unit(more),
        )
    parameter = parameter_at(policy, asked.path)
    value = goal.changes[asked.path]
    text = shown(value, scale_of(parameter, policy), numbers) if parameter else str(value)
    if goal.is_open:
        return _(
            "Nothing stops this floor up to {value}; higher values were not tried.", value=text
        )
    return _("This floor can be {value} at most.", value=text)


def _break_even_sentence(
    goal: Goal, asked: Asked, policy: Policy, shown_round: Round, _: Words
) -> str:
    parameter = parameter_at(policy, asked.path)
    value = goal.changes[asked.path]
    numbers = session.numbers()
    text = shown(value, scale_of(parameter, policy), numbers) if parameter else str(value)
    place = goal.found.centres.ids.index(asked.centre_id)
    amount = has(goal.found, asked, place)
    difference = amount - had(shown_round, asked, place)
    facts = {
        "centre": centre_names(goal.found, _)[place],
        "value": text,
        "amount": numbers.money_with_unit(amount),
    }
    if not difference:
        return _("{centre}: at {value} it has {amount}, just what it had.", **facts)
    return _(
        "{centre}: at {value} it has {amount}, {difference} against what it had; the next value "
        "is on the other side.",
        difference=Numbers(_, WON).change_with_unit(difference),
        **facts,
    )


def _offer(goal: Goal, sentence: str, policy: Policy, baseline: Policy, numbers: Numbers) -> None:
    """An answer, the changes that it is made of, and the button that takes it."""
    _ = numbers.words
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(sentence)}**")
        for path, value in goal.changes.items():
            parameter = parameter_at(policy, path)
            if parameter is not None:
                st.markdown(plain(_change(parameter, value, policy, numbers)))
        st.caption(
            _(
                "Found by linear program and proven by {count} certified runs.",
                count=goal.runs,
            )
            if goal.is_linear
            else _("Found by bisection on {count} certified runs.", count=goal.runs)
        )
        if st.button(
            _("Apply"),
            key=keys.goal_apply(sentence),
            type=session.main_button(),
            help=_("Undo takes it back with one click."),
        ):
            _apply(goal.changes, baseline)


def _change(parameter: Parameter, value: int | Decimal, policy: Policy, numbers: Numbers) -> str:
    scale = scale_of(parameter, policy)
    return numbers.words(
        "{rule}: from {present} to {feasible}",
        rule=full_title(parameter, policy, numbers.words),
        present=shown(parameter.value, scale, numbers),
        feasible=shown(value, scale, numbers),
    )


def _apply(changes: Mapping[str, int | Decimal], baseline: Policy) -> None:
    """One step of the edits, whatever it changes; what is back at the baseline is no change."""
    edits = session.edits()
    first = {parameter.path: parameter.value for parameter in parameters(baseline)}
    wanted = {**edits.present, **changes}
    session.keep_edits(
        edits.followed_by(
            {path: value for path, value in wanted.items() if value != first.get(path)}
        )
    )
    st.session_state.pop(keys.GOAL_ASKED, None)
    st.rerun()
