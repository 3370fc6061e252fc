"""Divisions in words: who gets what nationally, which limits bind, who pushes which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from budget.allocation.division_rules import Division
from budget.allocation.faults import N_
from budget.view.numbers import Numbers
from budget.view.words import Words

NAMED = 3
"""So many centres are named in a sentence."""
BINDINGS: Mapping[str, str] = {
    "floor": N_("least share of the band"),
    "cap": N_("greatest share of the band"),
    "ceiling": N_("national ceiling"),
    "minimum": N_("national minimum"),
}
SIGNS: Mapping[str, str] = {"floor": "▲", "cap": "▼", "ceiling": "◆", "minimum": "◇"}
"""Beside an amount: what holds it up or down, also for those who see no colours."""


@dataclass(frozen=True)
class Category:
    """A division over all centres, in won.

    Attributes:
        target: what the staff's shares alone would give.
        unlimited: what staff and bands would give without national limits.
        total: the Ministry's proposal.
        ceiling: None where there is none; `minimum` is 0 then.
        binds: "ceiling", "minimum" or "".
        planned: with the submitted plans in place of the proposal; None while there are none.
    """

    id: str
    name: str
    target: int
    unlimited: int
    total: int
    ceiling: int | None
    minimum: int
    binds: str = ""
    planned: int | None = None

    @property
    def over(self) -> int:
        """By how much the plans are above the ceiling; 0 if they are not."""
        if self.planned is None or self.ceiling is None:
            return 0
        return max(self.planned - self.ceiling, 0)

    @property
    def under(self) -> int:
        """By how much the plans are below the minimum; 0 if they are not."""
        return 0 if self.planned is None else max(self.minimum - self.planned, 0)


@dataclass(frozen=True)
class Push:
    """A centre that would have, or plans, more of a category than the proposal gives it.

    Attributes:
        wanted: the staff's share, or the plan, in won.
        proposal: what the proposal gives.
    """

    centre_id: str
    name: str
    wanted: int
    proposal: int

    @property
    def excess(self) -> int:
        """How much it pushes, in won."""
        return self.wanted - self.proposal


SHORT: Mapping[str, str] = {
    "planning": N_("Planning"),
    "placement": N_("Placement"),
    "support_programme": N_("Support scheme"),
    "training": N_("Training"),
    "regional": N_("Regional"),
    "benefit": N_("Benefit"),
}
"""Divisions of the sample rules, as an English table can head a column with them."""


def short_name(division: Division, _: Words) -> str:
    """A division, as it can stand above a column."""
    if _.language == "ko" or division.id not in SHORT:
        return division_name(division, _)
    return _(SHORT[division.id])


def leading_limit(categories: Sequence[Category]) -> Category | None:
    """The limit that moves most money: of the ceilings that bind, else of the minima."""
    held = [found for found in categories if found.binds == "ceiling"]
    bound = held or [found for found in categories if found.binds]
    return max(bound, key=lambda found: abs(found.unlimited - found.total), default=None)


def division_name(division: Division, _: Words) -> str:
    """A division, as the screens call it."""
    return _.of(division.name_ko, division.name_en)


def binding_text(binding: str, _: Words) -> str:
    """What holds a cell, in words."""
    return ", ".join(_(BINDINGS.get(part, part)) for part in binding.split(";") if part)


def binding_sign(binding: str) -> str:
    """The same as a sign."""
    return "".join(SIGNS.get(part, "") for part in binding.split(";"))


# --- the finding -----------------------------------------------------------------------------


def proposal_title(
    categories: Sequence[Category], pushers: Sequence[Push], numbers: Numbers
) -> str:
    """Which national limits bind, and whose money they move.

    Args:
        pushers: of the tightest ceiling, the strongest first.
    """
    _ = numbers.words
    held = [found for found in categories if found.binds == "ceiling"]
    raised = [found for found in categories if found.binds == "minimum"]
    if not held and not raised:
        return _("No national limit binds: only staff and bands decide the proposal")
    if held:
        moved = numbers.money_with_unit(
            sum(max(found.unlimited - found.total, 0) for found in held)
        )
        names = ", ".join(found.name for found in held)
        who = ", ".join(push.name for push in pushers[:NAMED])
        if len(held) == 1:
            return _(
                "{name}: the ceiling of {ceiling} binds; {moved} move to other divisions, most "
                "at {who}",
                name=names,
                ceiling=numbers.money_with_unit(held[0].ceiling),
                moved=moved,
                who=who,
            )
        return _(
            "{count} ceilings bind ({names}): {moved} move to other divisions, most at {who}",
            count=len(held),
            names=names,
            moved=moved,
            who=who,
        )
    moved = numbers.money_with_unit(sum(max(found.total - found.unlimited, 0) for found in raised))
    return _(
        "National minima bind ({names}): they draw {moved} from other divisions",
        names=", ".join(found.name for found in raised),
        moved=moved,
    )


def plans_title(
    categories: Sequence[Category], submitted: int, centres: int, numbers: Numbers
) -> str:
    """How many plans there are, and whether they keep the national limits together."""
    _ = numbers.words
    if not submitted:
        return _("No centre has submitted its plan yet: {count} are missing", count=centres)
    over = [found for found in categories if found.over]
    under = [found for found in categories if found.under]
    count = _(
        "{submitted} of {centres} plans are submitted",
        submitted=submitted,
        centres=centres,
    )
    told = []
    if over:
        told.append(
            _(
                "together they exceed the ceiling of {limits}",
                limits=_listed(((one.name, one.over) for one in over), numbers),
            )
        )
    if under:
        told.append(
            _(
                "together they miss the minimum of {limits}",
                limits=_listed(((one.name, one.under) for one in under), numbers),
            )
        )
    if not told:
        told.append(_("together they keep every national limit"))
    return "; ".join((count, *told))


def _listed(amounts: Iterable[tuple[str, int]], numbers: Numbers) -> str:
    """Categories, each with an amount."""
    return ", ".join(f"{name} ({numbers.money_with_unit(won)})" for name, won in amounts)


def limit_text(found: Category, numbers: Numbers) -> str:
    """The national limits of a category beside its amount."""
    _ = numbers.words
    parts = []
    if found.ceiling is not None:
        parts.append(_("at most {won}", won=numbers.money(found.ceiling)))
    if found.minimum:
        parts.append(_("at least {won}", won=numbers.money(found.minimum)))
    return ", ".join(parts) or _("no limit")


# --- a centre's own plan -----------------------------------------------------------------------


def left_title(name: str, operating: int, left: int, numbers: Numbers) -> str:
    """How much of a centre's money is placed."""
    _ = numbers.words
    if not left:
        return _(
            "{centre}: all of {operating} is placed",
            centre=name,
            operating=numbers.money_with_unit(operating),
        )
    if left > 0:
        return _(
            "{centre}: {left} of {operating} still to be placed",
            centre=name,
            left=numbers.money_with_unit(left),
            operating=numbers.money_with_unit(operating),
        )
    return _(
        "{centre}: {over} more than the {operating} there are",
        centre=name,
        over=numbers.money_with_unit(-left),
        operating=numbers.money_with_unit(operating),
    )
