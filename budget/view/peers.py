"""A centre among its peers, in words and lines."""

from collections.abc import Mapping
from string import ascii_uppercase

from budget.allocation.faults import N_
from budget.allocation.peers import Peers
from budget.view.names import value_name
from budget.view.numbers import Numbers
from budget.view.words import Words

SIZES: Mapping[str, str] = {
    "small": N_("smallest third"),
    "middle": N_("middle third"),
    "large": N_("largest third"),
}


def peer_names(found: Peers, names: Mapping[str, str], _: Words) -> list[str]:
    """What each peer is called: its name, or a letter in the order of the amounts.

    Args:
        names: centre id -> name, for those who may know them.
    """
    return [
        names.get(peer.centre_id, peer.centre_id)
        if peer.centre_id
        else _("peer {letter}", letter=_letters(place))
        for place, peer in enumerate(found.others)
    ]


def _letters(place: int) -> str:
    """A, B, … Z, AA, AB, …"""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        text = ascii_uppercase[rest] + text
    return text


def peers_title(found: Peers, name: str, numbers: Numbers) -> str:
    """Where the centre stands against the median of its peers."""
    _ = numbers.words
    if found.own is None:
        return _("{centre} has no weighted heads to compare by", centre=name)
    values = {"centre": name, "own": numbers.money_with_unit(found.own)}
    if found.difference is None:
        return _("{centre}: {own} per weighted head; there are no peers to compare with", **values)
    values["rate"] = numbers.percent(abs(found.difference))
    if found.difference > 0:
        return _(
            "{centre}: {own} per weighted head, {rate} above the median of its peers", **values
        )
    if found.difference < 0:
        return _(
            "{centre}: {own} per weighted head, {rate} below the median of its peers", **values
        )
    return _("{centre}: {own} per weighted head, the median of its peers", **values)


def peers_basis(found: Peers, numbers: Numbers) -> str:
    """Who the peers are, and what is compared."""
    _ = numbers.words
    kind = value_name("centre_type", found.centre_type, _) if found.centre_type else ""
    count = _.ngettext("{count} peer", "{count} peers", len(found.others))
    group = ", ".join(part for part in (kind, _size(found, numbers), count) if part)
    return _(
        "Operating money per head, heads weighted as the first factor weighs them. Peers: {group}.",
        group=group,
    )


def _size(found: Peers, numbers: Numbers) -> str:
    """The third of the type, and from which to which weighted heads it reaches."""
    if not found.size:
        return ""
    _ = numbers.words
    name = _(SIZES[found.size])
    least = None if found.least is None else numbers.number(found.least, 1)
    most = None if found.most is None else numbers.number(found.most, 1)
    if least is None:
        return _("{third} (up to {most} weighted heads)", third=name, most=most)
    if most is None:
        return _("{third} (more than {least} weighted heads)", third=name, least=least)
    return _(
        "{third} (more than {least}, up to {most} weighted heads)",
        third=name,
        least=least,
        most=most,
    )
