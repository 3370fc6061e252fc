"""Special-need requests as files: the queue of the review, a centre's own."""

from collections.abc import Callable, Sequence
from functools import partial

from budget.ui import session
from budget.ui.downloads import Contents, Sheet, round_provenance
from budget.ui.request_words import category_name, moment, requested_won, state_in_brief, title
from budget.view.exports import Column, Table, total, won
from budget.view.names import centre_name
from budget.view.words import Words
from budget.workflow.needs_seen import Need
from budget.workflow.rounds import RoundFacts


def requests_contents(
    name: str, needs: Sequence[Need], round_: RoundFacts, check: Callable[[], object]
) -> Contents:
    """The requests that a page shows, as far as its reader may see them.

    Args:
        name: of the page, ASCII.
        check: raises for whoever may no longer see them.
    """
    _ = session.words()
    return Contents(
        name=name,
        scenario="",
        provenance=round_provenance(round_, _),
        check=check,
        sheets=[Sheet("requests", _("Requests"), partial(requests_table, tuple(needs), _))],
    )


def requests_table(needs: Sequence[Need], _: Words) -> Table:
    """One row a request; what its reader may not see yet is empty."""
    asked = [requested_won(need) for need in needs]
    assessed = [need.assessed_krw for need in needs]
    approved = [need.approved_krw for need in needs]
    funded = [need.funded_krw for need in needs]
    reviewers = [_.of(need.reviewer, need.reviewer_en or need.reviewer) for need in needs]
    return Table(
        "requests",
        _("Requests"),
        (
            Column(_("Number"), [need.id for need in needs]),
            Column(_("State"), [state_in_brief(need, session.numbers()) for need in needs]),
            Column(_("Centre number"), [need.centre_id for need in needs]),
            Column(_("Centre"), [centre_name(need.centre_ko, need.centre_en, _) for need in needs]),
            Column(_("Category"), [category_name(need.category, _) for need in needs]),
            Column(_("Title"), [title(need, _) for need in needs]),
            won(_("Requested"), asked, total(asked), _),
            won(_("Assessed"), assessed, total(assessed), _),
            won(_("Approved"), approved, total(approved), _),
            won(_("Funded"), funded, total(funded), _),
            Column(_("Priority"), [need.priority for need in needs], "count"),
            Column(_("Needed by"), [need.need_by for need in needs], "day"),
            Column(
                _("Submitted"),
                [moment(need.submitted_at) if need.submitted_at else "" for need in needs],
            ),
            Column(_("Reviewer"), reviewers),
        ),
        _("Total"),
    )
