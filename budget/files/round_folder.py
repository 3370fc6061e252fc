"""The folder of a round: its facts, tables, default policy and the outlines for the map.

Source: README, data/.
"""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.policy import Policy
from budget.files.inputs import read_centres, read_policy, read_requests
from budget.files.tables import file_bytes, read_table, text_from

FACTS, CENTRES, REQUESTS = "round.toml", "centres.csv", "requests.csv"
POLICY, PROVINCES = "policy.toml", "provinces.geojson"
FILES = (FACTS, CENTRES, REQUESTS, POLICY, PROVINCES)
REQUEST_TEXTS = "request_texts.csv"
"""May be missing: what the demonstration's requests say is then the same for a category."""
TEXTS = (
    "request_id",
    "need_by",
    "lease_end",
    "condition",
    "new_address",
    "justification",
    "return_reason",
    "assessment",
    "decision_reason",
    "withdrawal_reason",
)
"""Its columns: what a centre wrote in the form, and what it was answered."""
DIVISIONS = "divisions.toml"
"""May be missing: the planner then gives the rules for divisions on the page."""


class RoundFacts(BaseModel):
    """What round.toml says.

    Attributes:
        state: "setup", "open", "review", "decided" or "published".
        dates: what is due when, in the order of the round.
        illustrative: whether the figures are made up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name_ko: str
    name_en: str
    fiscal_year: int
    state: str
    illustrative: bool
    dates: dict[str, date]


def round_version(folder: Path) -> str:
    """A text that changes when a file of the round changes.

    Raises:
        InputError: if a file is missing.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            Fault(name, "", "", N_("a readable file ({reason})"), details={"reason": folder.name})
            for name in missing
        )
    found = [(folder / name).stat() for name in FILES]
    return "/".join(f"{file.st_mtime_ns}-{file.st_size}" for file in found)


def read_facts(folder: Path) -> RoundFacts:
    """The facts of the round.

    Raises:
        InputError: if the file cannot be read or lacks something.
    """
    text = text_from(file_bytes(folder / FACTS), FACTS)
    try:
        return RoundFacts.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = shown(error, 200)
        raise InputError(
            [
                Fault(
                    FACTS,
                    "",
                    "",
                    N_("the facts of the round ({reason})"),
                    details={"reason": reason},
                )
            ]
        ) from None


def read_tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, Policy]:
    """Centres, requests and the default policy of the round.

    Raises:
        InputError: if one of them cannot be read.
    """
    return (
        read_centres(folder / CENTRES),
        read_requests(folder / REQUESTS),
        read_policy(folder / POLICY),
    )


USUAL_DIVISIONS = Path(__file__).parent / "usual_divisions.toml"


def usual_divisions() -> str:
    """The rules for divisions that come with the program, for a round that has none yet."""
    return text_from(file_bytes(USUAL_DIVISIONS), DIVISIONS)


def read_request_texts(folder: Path) -> dict[str, dict[str, str]]:
    """What each request of the demonstration says besides its title and amount, by its number.

    Raises:
        InputError: if the file cannot be read, has other columns, or a day that is none.
    """
    if not (folder / REQUEST_TEXTS).is_file():
        return {}
    table = read_table(folder / REQUEST_TEXTS)
    if tuple(table.columns) != TEXTS:
        expected = N_("these columns: {columns}")
        raise InputError(
            [Fault(REQUEST_TEXTS, "", "", expected, details={"columns": ", ".join(TEXTS)})]
        )
    faults = [
        Fault(REQUEST_TEXTS, name, text, N_("a day like 2027-04-30"), row=int(str(row)) + 2)
        for name in ("need_by", "lease_end")
        for row, text in table[name].items()
        if text and not _is_day(text)
    ]
    if faults:
        raise InputError(faults)
    return {
        str(row["request_id"]): {str(name): str(text) for name, text in row.items()}
        for row in table.to_dict("records")
    }


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_divisions(folder: Path) -> str:
    """The rules for divisions as the text of a right divisions.toml; "" where there is none.

    Raises:
        InputError: with every fault of the file.
    """
    if not (folder / DIVISIONS).is_file():
        return ""
    text = text_from(file_bytes(folder / DIVISIONS), DIVISIONS)
    division_rules_from_toml(text, DIVISIONS)
    return text


def read_provinces(folder: Path) -> dict[str, Any]:
    """The outlines of the provinces, as GeoJSON.

    Raises:
        InputError: if the file is no JSON.
    """
    try:
        found: dict[str, Any] = json.loads(text_from(file_bytes(folder / PROVINCES), PROVINCES))
    except json.JSONDecodeError as error:
        reason = shown(error, 120)
        raise InputError(
            [Fault(PROVINCES, "", "", N_("GeoJSON ({reason})"), details={"reason": reason})]
        ) from None
    return found
