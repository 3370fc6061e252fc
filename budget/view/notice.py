"""The notice of one centre: what it gets and why, to be printed, as HTML or by the typesetter.

The notice itself is plain text in the reader's language. Every text is escaped where it enters
HTML; the typesetter gets it as data. Nothing in it is loaded from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from budget.allocation.explained import Explained
from budget.view.centre import LAST_YEAR, funding_name, headline, lines, sentence, stops
from budget.view.numbers import NOTHING, WON, Numbers
from budget.view.parameters import capital


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the amounts of a notice come from, in the reader's language.

    Attributes:
        status: "published", or which rules they are a preview of.
        scenario: name and version.
        allocation_sha256: of the allocation.csv that they stand in.
    """

    round_name: str
    status: str
    scenario: str
    allocation_sha256: str
    illustrative: bool
    is_published: bool


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A special need of the centre, in words."""

    title: str
    state: str
    amount: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line of the waterfall: a step, or (without one) a level.

    Attributes:
        begin, end: where its bar begins and ends, 0 to 1.
        kind: "more", "less" or "level".
    """

    label: str
    step: str
    reached: str
    begin: float
    end: float
    kind: str


@dataclass(frozen=True)
class Notice:
    """A notice, ready to be printed; every text in the reader's language.

    Attributes:
        facts: label and value, in the order of reading.
        steps_head: the heads of the waterfall's columns.
        provenance: label and value of what proves it.
    """

    language: str
    ministry: str
    title: str
    subtitle: str
    centre: str
    banner: str
    headline: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    steps_title: str
    steps_head: tuple[str, ...]
    steps: tuple[StepLine, ...]
    requests_title: str
    requests_head: tuple[str, ...]
    requests: tuple[RequestLine, ...]
    no_requests: str
    provenance_title: str
    provenance: tuple[tuple[str, str], ...]


def notice(
    found: Explained,
    names: tuple[str, str],
    requests: Sequence[RequestLine],
    origin: Origin,
    issued: date,
    numbers: Numbers,
) -> Notice:
    """The notice of a centre.

    Args:
        names: the centre's short name, for sentences, and its full one, for the head.
        requests: its special needs, those that the reader may know of.
        issued: the day in Korea on which it is printed.
    """
    _ = numbers.words
    short, full = names
    exact = Numbers(_, WON)
    return Notice(
        language=_.language,
        ministry=_("Ministry of Employment and Labour"),
        title=_("Notice of the {year} budget allocation", year=found.fiscal_year)
        if origin.is_published
        else _("Preview of the {year} budget allocation", year=found.fiscal_year),
        subtitle=origin.round_name,
        centre=full,
        banner=_banner(origin, numbers),
        headline=headline(found, short, numbers),
        sentence=sentence(found, numbers),
        facts=tuple(_facts(found, exact)),
        steps_title=_("From last year to this year, in won"),
        steps_head=(_("Step"), "", _("Change (won)"), _("Reached (won)")),
        steps=tuple(_steps(found, exact)),
        requests_title=_("Special needs"),
        requests_head=(_("Request"), _("State"), _("Amount")),
        requests=tuple(requests),
        no_requests=_("No special need was requested."),
        provenance_title=_("Origin of the figures"),
        provenance=(
            (_("Status"), origin.status),
            (_("Scenario"), origin.scenario),
            (_("Certificate"), _("certified") if found.certified else _("not certified")),
            (_("Hash of the allocation (SHA-256)"), origin.allocation_sha256),
            (_("Issued"), f"{issued:%Y-%m-%d}"),
        ),
    )


def _banner(origin: Origin, numbers: Numbers) -> str:
    _ = numbers.words
    texts = []
    if not origin.is_published:
        texts.append(_("Preview, not published: these amounts may still change."))
    if origin.illustrative:
        texts.append(_("Illustrative data: no figure here is a real one."))
    return " ".join(texts)


def _facts(found: Explained, exact: Numbers) -> list[tuple[str, str]]:
    _ = exact.words
    operating = funding_name(found.main, _)
    facts = [(_("Total this year"), exact.money_with_unit(found.total))]
    facts += [
        (funding_name(pool.name, _), exact.money_with_unit(pool.amount)) for pool in found.pools
    ]
    facts.append((funding_name("special_needs", _), exact.money_with_unit(found.special_needs)))
    facts.append((_("{pool}, last year", pool=operating), exact.money_with_unit(found.prior)))
    rate = None if not found.prior or found.change is None else found.change / found.prior
    change = exact.change_with_unit(found.change)
    facts.append(
        (
            _("{pool}, change", pool=operating),
            change if rate is None else f"{change} ({exact.percent_change(rate)})",
        )
    )
    facts.append((_("What binds"), stops(found, _) or NOTHING))
    return facts


def _steps(found: Explained, exact: Numbers) -> list[StepLine]:
    listed = lines(found, LAST_YEAR, exact.words)
    edges = [line.reached - (line.won or 0) for line in listed] + [line.reached for line in listed]
    low, high = min(edges), max(edges)
    width = max(high - low, 1)
    found_lines = []
    for line in listed:
        begin = (line.reached - (line.won or 0) - low) / width
        end = (line.reached - low) / width
        kind = "level" if line.won is None else "less" if line.won < 0 else "more"
        found_lines.append(
            StepLine(
                label=capital(line.label),
                step="" if line.won is None else exact.change(line.won),
                reached=exact.money(line.reached),
                begin=round(min(begin, end), 4),
                end=round(max(begin, end), 4),
                kind=kind,
            )
        )
    return found_lines


# --- HTML ------------------------------------------------------------------------------------

STYLE = """
@page { size: A4; margin: 15mm 16mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.42 'Pretendard GOV', Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR',
  'Malgun Gothic', sans-serif; color: #1e2124; max-width: 182mm; margin: 10mm auto; padding: 0 4mm;
  font-variant-numeric: tabular-nums; word-break: keep-all; overflow-wrap: anywhere; }
header { border-bottom: 2px solid #1e2124; margin-bottom: 5mm; }
header p { margin: 0; color: #58616a; }
h1 { font-size: 17pt; margin: 1mm 0; }
h2 { font-size: 11.5pt; margin: 5mm 0 1mm; }
.centre { font-size: 13pt; font-weight: 700; color: #1e2124; margin: 0 0 2mm; }
.banner { border: 1px solid #a1490f; color: #a1490f; padding: 1.5mm 3mm; font-weight: 700; }
.headline { font-size: 12.5pt; font-weight: 700; margin: 4mm 0 1mm; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.8mm 2mm; border-bottom: 1px solid #cdd1d5;
  vertical-align: top; }
th { color: #58616a; font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
.amounts { text-align: right; width: 46%; }
.state { width: 16%; }
.level td { font-weight: 700; background: #f4f5f6; }
.bar { width: 34%; min-width: 20mm; vertical-align: middle; }
.bar span { display: block; height: 3mm; min-width: 1px; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }
.more span { background: #256ef4; } .less span { background: #c4661f; }
.level span { background: #1e2124; }
.more .step { color: #0b50d0; } .less .step { color: #a1490f; }
tr { break-inside: avoid; }
.hash { font-size: 8.5pt; word-break: break-all; font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
@media (max-width: 600px) { .bar { display: none; } }
"""


def notice_html(found: Notice) -> str:
    """A notice as one HTML file that prints on A4, with nothing to load."""
    facts = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="number">{escape(value)}</td></tr>'
        for label, value in found.facts
    )
    provenance = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="hash">{escape(value)}</td></tr>'
        for label, value in found.provenance
    )
    banner = f'<p class="banner">{escape(found.banner)}</p>' if found.banner else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(found.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(found.title)} · {escape(found.centre)}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><p>{escape(found.ministry)} · {escape(found.subtitle)}</p>"
        f'<h1>{escape(found.title)}</h1><p class="centre">{escape(found.centre)}</p></header>\n'
        f'<main>{banner}<p class="headline">{escape(found.headline)}</p>'
        f"<p>{escape(found.sentence)}</p>\n<table>{facts}</table>\n"
        f"<h2>{escape(found.steps_title)}</h2>\n{_steps_table(found)}\n"
        f"<h2>{escape(found.requests_title)}</h2>\n{_requests_table(found)}\n"
        f"<h2>{escape(found.provenance_title)}</h2>\n<table>{provenance}</table></main>\n"
        "</body>\n</html>\n"
    )


def _steps_table(found: Notice) -> str:
    label, bar, step, reached = (escape(head) for head in found.steps_head)
    rows = "".join(
        f'<tr class="{line.kind}"><td>{escape(line.label)}</td>'
        f'<td class="bar" aria-hidden="true"><span style="margin-left:{line.begin * 100:.2f}%;'
        f'width:{max(line.end - line.begin, 0.008) * 100:.2f}%"></span></td>'
        f'<td class="number step">{escape(line.step)}</td>'
        f'<td class="number">{escape(line.reached)}</td></tr>'
        for line in found.steps
    )
    return (
        f'<table><thead><tr><th scope="col">{label}</th><td class="bar">{bar}</td>'
        f'<th scope="col" class="number">{step}</th>'
        f'<th scope="col" class="number">{reached}</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _requests_table(found: Notice) -> str:
    if not found.requests:
        return f"<p>{escape(found.no_requests)}</p>"
    title, state, amount = (escape(head) for head in found.requests_head)
    rows = "".join(
        f"<tr><td>{escape(line.title)}</td><td>{escape(line.state)}</td>"
        f'<td class="amounts">{escape(line.amount)}</td></tr>'
        for line in found.requests
    )
    return (
        f'<table><thead><tr><th scope="col">{title}</th><th scope="col" class="state">{state}</th>'
        f'<th scope="col" class="amounts">{amount}</th></tr></thead><tbody>{rows}</tbody></table>'
    )
