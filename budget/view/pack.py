"""The README of an export pack: what each file is, what proves it, how to compute it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from budget.allocation.faults import N_
from budget.view.words import Words

FILES: Mapping[str, str] = {
    "allocation.csv": N_(
        "What every centre gets, pool by pool, with entitlement, floor, cap and what binds; in won."
    ),
    "allocation.xlsx": N_("The same as a workbook, with the rules and the origin of the figures."),
    "policy.toml": N_("The rules."),
    "centres.csv": N_("The data of the centres that the rules read."),
    "requests.csv": N_("The special-need requests with what was approved."),
    "report.json": N_(
        "The run: hashes of the inputs, pools, what each request gets, the certificate, and each "
        "centre's amount as a sum of steps."
    ),
    "notices/": N_("A printable notice for every centre (PDF): ko/ Korean, en/ English."),
    "SHA256SUMS": N_("The hash of every file."),
}
"""What each file of a pack is."""


@dataclass(frozen=True)
class PackFacts:
    """What a README says of its pack.

    Attributes:
        proposed, confirmed: who and when, in the reader's language.
        hashes: SHA-256 by file name, of the inputs and the result.
        solver: packages with their versions.
    """

    round_name: str
    fiscal_year: int
    scenario: str
    proposed: str
    confirmed: str
    illustrative: bool
    code_version: str
    solver: Mapping[str, str]
    hashes: Mapping[str, str]


def readme(facts: PackFacts, _: Words) -> str:
    """The README in one language, plain text."""
    return "\n".join(_lines(facts, _)) + "\n"


def _lines(facts: PackFacts, _: Words) -> Iterator[str]:
    title = _("Published budget allocation {year}", year=facts.fiscal_year)
    yield title
    yield "=" * sum(2 if ord(letter) > 0x2000 else 1 for letter in title)
    yield ""
    if facts.illustrative:
        yield _("Illustrative data: no figure here is a real one.")
        yield ""
    for label, value in (
        (_("Round"), facts.round_name),
        (_("Scenario"), facts.scenario),
        (_("Proposed"), facts.proposed),
        (_("Confirmed"), facts.confirmed),
        (_("Certificate"), _("certified")),
        (_("Version of the program"), facts.code_version),
        (_("Solver"), ", ".join(f"{name} {found}" for name, found in facts.solver.items())),
    ):
        yield f"- {label}: {value}"
    yield from ("", _("Files"), "")
    for name, meaning in FILES.items():
        yield f"- {name}: {_(meaning)}"
    yield from ("", _("Hashes (SHA-256)"), "")
    for name, found in facts.hashes.items():
        yield f"{found}  {name}"
    yield from ("", _("How to compute it again"), "")
    yield _("With this version of the program, in the folder of its checkout:")
    yield from ("", "    python -m budget reproduce PACK.zip", "")
    yield _(
        "It checks every hash, proves the allocation without a solver, computes it again from the "
        "inputs and compares the bytes. Exit status 0: the same; 4: not the same; 2: no such pack. "
        "Of report.json the time taken and the versions of the solver are not compared."
    )
    yield ""
    yield _("The hashes alone, without the program:")
    yield from ("", "    sha256sum --check SHA256SUMS")
