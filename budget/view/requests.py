"""A special need in a line: its title, and what was requested, approved and funded."""

from typing import Protocol

from budget.view.numbers import Numbers


class RequestFacts(Protocol):
    """A request, as far as its line tells it; money in won."""

    @property
    def title(self) -> str: ...
    @property
    def title_en(self) -> str: ...
    @property
    def requested_krw(self) -> int | None: ...
    @property
    def approved_krw(self) -> int | None: ...
    @property
    def funded_krw(self) -> int | None: ...


def request_title(need: RequestFacts, numbers: Numbers) -> str:
    """A request's title in the reader's language."""
    _ = numbers.words
    return _.of(need.title, need.title_en or need.title) or _("without a title")


def request_amounts(need: RequestFacts, numbers: Numbers) -> str:
    """What was requested, approved and funded, as far as the person may know."""
    _ = numbers.words
    texts = [_("requested {amount}", amount=numbers.money_with_unit(need.requested_krw))]
    if need.approved_krw is not None:
        texts.append(_("approved {amount}", amount=numbers.money_with_unit(need.approved_krw)))
    if need.funded_krw is not None:
        texts.append(_("funded {amount}", amount=numbers.money_with_unit(need.funded_krw)))
    rest = (need.approved_krw or 0) - (need.funded_krw or 0)
    if need.funded_krw and rest > 0:
        texts.append(_("not funded {amount}", amount=numbers.money_with_unit(rest)))
    return ", ".join(texts)


def part_in_brief(need: RequestFacts, numbers: Numbers) -> str:
    """How much of what was approved was funded, in per cent; nothing where it was all or none."""
    funded, approved = need.funded_krw or 0, need.approved_krw or 0
    if not 0 < funded < approved:
        return ""
    return numbers.words("In part {rate}", rate=numbers.percent(funded / approved, 0))
