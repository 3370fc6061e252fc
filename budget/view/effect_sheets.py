"""What one special need costs whom, as tables for files: whole won, with their sums."""

from budget.view.effect import Effect, steps
from budget.view.exports import Column, Table, total, won
from budget.view.names import province_name
from budget.view.parameters import capital
from budget.view.words import Words


def centres_sheet(found: Effect, _: Words) -> Table:
    """One row another centre whose money changes, the greatest loss first."""
    regular = {centre.centre_id: centre.change for centre in found.regular}
    centres = [centre for centre in found.centres if centre.change]
    before, now = [one.before for one in centres], [one.now for one in centres]
    pools = [regular[one.centre_id] for one in centres]
    change = [one.change for one in centres]
    special = [all_ - own for all_, own in zip(change, pools, strict=True)]
    return Table(
        "centres",
        _("Centres whose money changes"),
        (
            Column(_("Centre number"), [one.centre_id for one in centres]),
            Column(_("Centre"), [one.name for one in centres]),
            Column(_("Province"), [province_name(one.province, _) for one in centres]),
            won(_("Total without it"), before, total(before), _),
            won(_("Total with it"), now, total(now), _),
            won(_("Change of its pools"), pools, total(pools), _, signed=True),
            won(_("Change of special needs"), special, total(special), _, signed=True),
            won(_("Change"), change, total(change), _, signed=True),
        ),
        _("Total"),
    )


def requests_sheet(found: Effect, _: Words) -> Table:
    """One row another request whose funding changes, the greatest loss first."""
    approved = [one.approved for one in found.requests]
    before = [one.before for one in found.requests]
    now = [one.now for one in found.requests]
    change = [one.change for one in found.requests]
    return Table(
        "requests",
        _("Requests whose funding changes"),
        (
            Column(_("Request"), [one.request_id for one in found.requests]),
            Column(_("Centre number"), [one.centre_id for one in found.requests]),
            Column(_("Centre"), [one.centre for one in found.requests]),
            Column(_("Priority"), [one.priority for one in found.requests], "count"),
            won(_("Approved"), approved, total(approved), _),
            won(_("Funded without it"), before, total(before), _),
            won(_("Funded with it"), now, total(now), _),
            won(_("Change"), change, total(change), _, signed=True),
        ),
        _("Total"),
    )


def sum_sheet(found: Effect, _: Words) -> Table:
    """What the request gets, and from where; the parts sum to it."""
    parts = steps(found, _)
    return Table(
        "sum",
        _("Where the money comes from"),
        (
            Column(_("Part"), [capital(name) for name, _won in parts]),
            won(_("Amount"), [won_ for _name, won_ in parts], found.gets, _),
        ),
        capital(_("this request gets")),
    )
