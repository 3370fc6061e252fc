"""The fields of a special-need request, and how what was typed into them is checked.

A draft keeps every text as typed (composed, NFC), right or wrong, so that nothing is lost; only
what no database or screen should ever hold is refused. A submission must be right throughout.

Source: workflow, a special-need request.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from budget.allocation.faults import N_, Fault, InputError, shown

CATEGORIES: Mapping[str, str] = {
    "leasing": N_("leasing"),
    "remodelling": N_("remodelling"),
    "relocation": N_("relocation"),
    "other": N_("other"),
}
MOST_WON = 1_000_000_000_000
"""The largest amount that can be asked for: a slip of the keyboard is larger."""
FORM = ""
"""Faults of a form name no file."""


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Attributes:
        most: characters.
        only_for: the category that needs it; "" = every request.
        help: one sentence for whoever fills it in.
    """

    name: str
    label: str
    most: int
    help: str = ""
    has_lines: bool = False
    only_for: str = ""


FIELDS = (
    Field("category", N_("Category"), 40),
    Field("title", N_("Title"), 120, N_("What is needed, in a few words.")),
    Field("requested_krw", N_("Amount in won"), 40, N_("Whole won, for example 34,000,000.")),
    Field("need_by", N_("Needed by"), 20, N_("The day by which it must be done or paid.")),
    Field(
        "lease_end",
        N_("End of the lease"),
        20,
        N_("The last day of the present contract."),
        only_for="leasing",
    ),
    Field(
        "condition",
        N_("Condition of the rooms"),
        2000,
        N_("What is worn out or unsafe, since when, and who found it."),
        has_lines=True,
        only_for="remodelling",
    ),
    Field("new_address", N_("New address"), 300, only_for="relocation"),
    Field(
        "justification",
        N_("Justification"),
        4000,
        N_("Why it is needed, why now, and what happens without it."),
        has_lines=True,
    ),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINES = "\n\t"
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters that show nothing: fillers of Hangul, the empty Braille pattern."""
MOST_REASON = 2000
TOO_LONG = N_("at most {most} characters; it has {length}")
STEERING = N_("text without invisible control characters; please type it anew")
EMPTY = N_("this field filled in")
VISIBLE = N_("letters that can be seen; please type it anew")
WON = N_("whole won above 0, in digits, for example 34,000,000")


def clean_text(text: str, most: int, *, has_lines: bool = False) -> str:
    """Text as it may be stored: composed (NFC), line ends as LF.

    Raises:
        ValueError: (template, details) if it is too long or holds characters that steer the
            display or the terminal: NUL, other controls, overrides of the writing direction.
    """
    if len(text) > most * 4:
        raise ValueError(TOO_LONG, {"most": f"{most:,}", "length": f"{len(text):,}"})
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not has_lines:
        text = text.replace("\n", " ")
    if len(text) > most:
        raise ValueError(TOO_LONG, {"most": f"{most:,}", "length": f"{len(text):,}"})
    if _BIDI.search(text) or any(
        unicodedata.category(letter) in {"Cc", "Cs"} and letter not in _LINES for letter in text
    ):
        raise ValueError(STEERING, {})
    return text


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, and letters that are not drawn."""
    return all(
        letter.isspace() or letter in _UNSEEN or unicodedata.category(letter) == "Cf"
        for letter in text
    )


def checked_name(text: str, field: "Field") -> str:
    """A name: not blank, and without letters that two names could differ by unseen.

    Raises:
        InputError: with the field's name in `where`.
    """
    clean = checked_texts({field.name: text}, {field.name: field})[field.name].strip()
    if is_blank(clean):
        raise InputError([Fault(FORM, field.name, "", EMPTY)])
    if any(letter in _UNSEEN or unicodedata.category(letter) == "Cf" for letter in clean):
        raise InputError([Fault(FORM, field.name, "", VISIBLE)])
    return clean


def checked_texts(texts: Mapping[str, str], fields: Mapping[str, Field]) -> dict[str, str]:
    """Texts of a form as they may be stored.

    Raises:
        InputError: with every fault, the field's name in `where`.
    """
    faults, clean = [], {}
    for name, text in texts.items():
        field = fields.get(name)
        if field is None:
            faults.append(Fault(FORM, shown(name), "", N_("a field of the form")))
            continue
        try:
            clean[name] = clean_text(text, field.most, has_lines=field.has_lines)
        except ValueError as error:
            template, details = error.args
            faults.append(Fault(FORM, name, "", template, details=details))
    if faults:
        raise InputError(faults)
    return clean


def checked_draft(texts: Mapping[str, str]) -> dict[str, str]:
    """Fields of a draft as they may be stored, right or not yet."""
    return checked_texts(texts, BY_NAME)


def reason_text(text: str, name: str = "reason", most: int = MOST_REASON) -> str:
    """A reason: not blank.

    Raises:
        InputError: with the field's name in `where`.
    """
    field = Field(name, name, most, has_lines=True)
    clean = checked_texts({name: text}, {name: field})[name].strip()
    if is_blank(clean):
        raise InputError([Fault(FORM, name, "", N_("a reason in a sentence"))])
    return clean


MOST_VERSIONS = 2**31
"""So large a number neither database holds as a version."""


def check_version(based_on: int) -> None:
    """What a deed is based on can be the version of something; a page never gives anything else.

    Raises:
        InputError: if it cannot.
    """
    if not 0 <= based_on < MOST_VERSIONS:
        expected = N_("the version that the page began with")
        raise InputError([Fault(FORM, "based_on", shown(based_on, 40), expected)])


def won_from(text: str) -> int:
    """An amount as people type it: digits, with or without thousands separators.

    Raises:
        ValueError: (template, details) for anything else, 0 and absurd amounts included.
    """
    text = text.strip()
    if not text:
        raise ValueError(EMPTY, {})
    if not re.fullmatch(r"\d+|\d{1,3}(,\d{3})+", text, re.ASCII):
        meant = _meant(text)
        if meant:
            raise ValueError(
                N_("whole won in digits; {meant} if that is meant"), {"meant": f"{meant:,}"}
            )
        raise ValueError(WON, {})
    won = int(text.replace(",", "")) if len(text) < 40 else MOST_WON + 1
    if won <= 0:
        raise ValueError(WON, {})
    if won > MOST_WON:
        raise ValueError(N_("at most {most} won"), {"most": f"{MOST_WON:,}"})
    return won


_SCALES = {"": 1, "천": 10**3, "만": 10**4, "백만": 10**6, "천만": 10**7, "억": 10**8}


def _meant(text: str) -> int | None:
    """What "1,000만원" probably means, to say it in the message; never taken by itself."""
    found = re.fullmatch(r"([\d,]{1,15})\s*(천만|백만|천|만|억)?\s*원?", text)
    if not found or not found[1].replace(",", "").isascii():
        return None
    digits = found[1].replace(",", "")
    won = int(digits) * _SCALES[found[2] or ""] if digits else 0
    return won if 0 < won <= MOST_WON else None


def day_from(text: str) -> date:
    """A day written as 2027-04-30, or as Korean offices write it: 2027. 4. 30.

    Raises:
        ValueError: (template, details) if it is none.
    """
    text = text.strip()
    if not text:
        raise ValueError(EMPTY, {})
    wrong = ValueError(N_("a day like 2027-04-30"), {})
    found = re.fullmatch(
        r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|\. ?(\d{1,2})\. ?(\d{1,2})\.?)", text, re.ASCII
    )
    if found is None:
        raise wrong
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise wrong from None


@dataclass(frozen=True)
class Submission:
    """A request that is right throughout."""

    category: str
    title: str
    requested_krw: int
    need_by: date
    justification: str
    lease_end: date | None
    condition: str
    new_address: str


def checked_submission(draft: Mapping[str, str], today: date, fiscal_year: int) -> Submission:
    """A draft as a submission.

    Args:
        today: in Korea, by the server's clock.

    Raises:
        InputError: with every fault, the field's name in `where`.
    """
    faults: list[Fault] = []
    values: dict[str, Any] = {"lease_end": None, "condition": "", "new_address": ""}
    category = draft.get("category", "").strip()
    for field in FIELDS:
        if field.only_for and field.only_for != category:
            continue
        text = draft.get(field.name, "").strip()
        try:
            values[field.name] = _value(field, text, today, fiscal_year)
        except ValueError as error:
            template, details = error.args
            faults.append(Fault(FORM, field.name, shown(text, 60), template, details=details))
    if faults:
        raise InputError(faults)
    return Submission(**values)


def _value(field: Field, text: str, today: date, fiscal_year: int) -> str | int | date:
    """What a text means as a value of its field.

    Raises:
        ValueError: (template, details) if it is not right.
    """
    if is_blank(text):
        raise ValueError(EMPTY, {})
    if field.name == "category":
        if text not in CATEGORIES:
            raise ValueError(N_("one of: {categories}"), {"categories": ", ".join(CATEGORIES)})
        return text
    if field.name == "requested_krw":
        return won_from(text)
    if field.name == "need_by":
        return _need_by(day_from(text), today, fiscal_year)
    if field.name == "lease_end":
        return day_from(text)
    return clean_text(text, field.most, has_lines=field.has_lines)


def _need_by(day: date, today: date, fiscal_year: int) -> date:
    if not today <= day <= date(fiscal_year, 12, 31):
        raise ValueError(
            N_("a day from today to the end of {year}"),
            {"year": str(fiscal_year)},
        )
    return day
