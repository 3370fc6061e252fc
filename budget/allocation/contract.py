"""The contract of centres.csv: every column, what its cells may hold, and what is computed.

A run needs `centre_id` and the columns that its policy names, no others; the ministry's round
wants all of `CONTRACT`.

Source: file formats, centres.csv.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budget.allocation.faults import N_

MOST_ROWS = 100_000
"""A table with more rows is refused unread: no country has that many offices."""

STAFF = ("officials", "counselling_officials", "counsellors", "support_staff")
PRIOR_OPERATING = "prior_operating_krw"
DIVISION_STAFF = (
    "staff_planning",
    "staff_placement",
    "staff_support_programme",
    "staff_training",
    "staff_regional",
    "staff_benefit",
)
"""Staff by division: all of these columns or none."""
STAFF_TOLERANCE = Decimal("0.5")
"""By how much the staff of the divisions may differ from the staff of the four groups: rounding,
and the days of visiting staff, which no group of an outreach post counts."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the contract.

    Attributes:
        kind: "text", "number" or "whole" (a whole number).
        least, most: the range of a number, ends included; None where there is no limit.
        values: the only values allowed, where there is such a list.
        optional: whether a cell may be empty.
        may_lack: whether a table may do without the whole column.
        meaning: what it says, for the data dictionary.
    """

    name: str
    kind: str
    meaning: str
    least: int | None = None
    most: int | None = None
    values: tuple[str, ...] = ()
    optional: bool = False
    may_lack: bool = False

    @property
    def expected(self) -> str:
        """What a cell must hold, in words (a template)."""
        if self.values:
            return N_("one of {values}")
        if self.kind == "whole":
            return N_("a whole number from {least} to {most}, digits only")
        return N_("a number from {least} to {most}, digits and a decimal point only")

    @property
    def details(self) -> dict[str, str]:
        """Values for `expected`."""
        return {
            "values": ", ".join(self.values),
            "least": "-" if self.least is None else str(self.least),
            "most": "10^18" if self.most is None else str(self.most),
        }


def _staff(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, least=0)


def _division_staff(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, least=0, may_lack=True)


def _won(name: str, meaning: str) -> Column:
    return Column(name, "whole", meaning, least=0, optional=True)


CONTRACT: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("centre_id", "text", N_("Stable key of the centre")),
        Column("name_ko", "text", N_("Korean name")),
        Column("name_en", "text", N_("English name")),
        Column("province", "text", N_("Province, for maps")),
        Column("province_ko", "text", N_("Province, in Korean")),
        Column("regional_office", "text", N_("Regional employment and labour office")),
        Column("regional_office_ko", "text", N_("Regional office, in Korean")),
        Column("local_office", "text", N_("Local office that the centre belongs to")),
        Column("local_office_ko", "text", N_("Local office, in Korean")),
        Column(
            "centre_type",
            "text",
            N_("Type of the centre"),
            values=("plus", "basic", "medium", "branch", "outreach"),
        ),
        Column("host_id", "text", N_("Centre that staffs an outreach post"), optional=True),
        Column("lat", "number", N_("Latitude (WGS84)"), least=-90, most=90),
        Column("lon", "number", N_("Longitude (WGS84)"), least=-180, most=180),
        _staff("officials", N_("Officials")),
        _staff("counselling_officials", N_("Officials of the counselling series")),
        _staff("counsellors", N_("Job counsellors")),
        _staff("support_staff", N_("Support staff")),
        _staff("partner_staff", N_("Staff of partner organisations working in the centre")),
        Column(
            "integration_level",
            "whole",
            N_("Joined-up services: 1 co-location to 4 full integration"),
            least=1,
            most=4,
        ),
        Column("registered_jobseekers", "whole", N_("Registered jobseekers"), least=0),
        Column(
            "disadvantaged_jobseekers",
            "whole",
            N_("Disadvantaged jobseekers, part of the registered ones"),
            least=0,
        ),
        _won(PRIOR_OPERATING, N_("Last year's operating allocation")),
        _won("prior_available_krw", N_("Last year's budget available")),
        _won("prior_spent_krw", N_("Last year's spending")),
        _won("prior_carryover_krw", N_("Last year's approved carry-over")),
        Column(
            "performance_score",
            "number",
            N_("Last performance evaluation"),
            least=0,
            most=100,
            optional=True,
        ),
        Column(
            "performance_grade",
            "text",
            N_("Grade of the last evaluation"),
            values=("S", "A", "B", "C", "D"),
            optional=True,
        ),
        _division_staff("staff_planning", N_("Staff in planning and co-ordination")),
        _division_staff("staff_placement", N_("Staff in job placement and employer service")),
        _division_staff(
            "staff_support_programme", N_("Staff in the national employment support programme")
        ),
        _division_staff("staff_training", N_("Staff in vocational training")),
        _division_staff("staff_regional", N_("Staff in regional co-operation")),
        _division_staff("staff_benefit", N_("Staff in unemployment benefit")),
    )
}


DERIVED: Mapping[str, tuple[str, ...]] = {
    "staff_total": STAFF,
    "execution_rate": ("prior_available_krw", "prior_spent_krw", "prior_carryover_krw"),
    "new_centre": (PRIOR_OPERATING,),
}
"""Columns that are computed, never typed in, and what they are computed from."""
