"""Numbers and values as Koreans write them, in plain digits and words of the contract.

What cannot be read without a guess stays as it was written; the checks then say what is wrong.
"""

import re
import unicodedata

from budget.files.uploads.definitions import DAYS, Definition, folded_word

NUMBER = re.compile(
    r"(?P<sign>[△▲+-]?)\s?(?P<open>\(?)"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?P<part>\.\d+)?(?P<close>\)?)",
    re.ASCII,
)
ZEROS = re.compile(r"(?<=\d)\.0+$")
MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "∆": "△", "Δ": "△"})
NOTHING = frozenset({"-", "--", "해당없음", "없음", "n/a", "#n/a"})
"""What stands in tables where there is nothing; an empty cell."""
DECREASES = "△▲-"


def plain_number(text: str) -> str:
    """A number in plain digits, a minus before it if it is negative; other texts as they are.

    Thousand separators, full-width digits, △ and ▲, and brackets are understood.
    """
    tidy = unicodedata.normalize("NFKC", text).translate(MINUS).strip()
    if tidy.casefold() in NOTHING:
        return ""
    found = NUMBER.fullmatch(tidy)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return tidy
    if found["open"] and found["sign"]:
        return tidy
    whole = re.sub(r"\D", "", found["whole"]).lstrip("0") or "0"
    part = found["part"] or ""
    is_negative = bool(found["open"]) or (found["sign"] and found["sign"] in DECREASES)
    is_zero = whole == "0" and not part.strip(".0")
    return f"{'-' if is_negative and not is_zero else ''}{whole}{part}"


def plain_text(text: str, definition: Definition | None) -> str:
    """A text, composed and without spaces around it; a word for a value as the value itself."""
    tidy = " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())
    if definition is None:
        return tidy
    if definition.is_key or definition.name.endswith("_id"):
        tidy = unicodedata.normalize("NFKC", tidy).translate(MINUS)
    return definition.words.get(folded_word(tidy), tidy) if tidy else tidy


DAY = re.compile(
    r"(?P<year>\d{4})\s*(?:[-./]|년)\s*(?P<month>\d{1,2})\s*(?:[-./]|월)\s*(?P<day>\d{1,2})\s*[.일]?",
    re.ASCII,
)


def plain_day(text: str) -> str:
    """A day as 2027-09-30; other texts as they are: 30.9. and 9/30 are not guessed at."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).translate(MINUS).strip())
    if found is None:
        return text
    return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"


def plain_cell(text: str, definition: Definition | None) -> str:
    """A cell as the contract wants it, or as it was written."""
    if definition is not None and definition.is_number:
        number = plain_number(text)
        return ZEROS.sub("", number) if definition.column.kind == "whole" else number
    plain = plain_text(text, definition)
    return plain_day(plain) if definition is not None and definition.name in DAYS else plain
