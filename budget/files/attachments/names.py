"""Names of uploaded files, made safe to store and to show."""

import re
import unicodedata

MOST_NAME = 120

_EXTENSION = re.compile(r"(?=[0-9]*[a-z])[a-z0-9]{1,5}", re.ASCII | re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> tuple[str, str]:
    """The stem of a file's name and its extension (small letters; empty where it has none).

    Folders, controls, marks of writing direction and what Windows allows in no name are taken
    out; Hangul typed on a Mac is composed (NFC).
    """
    text = "".join(
        " " if character.isspace() else character
        for character in re.split(r"[/\\]", name)[-1]
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    text = re.sub(r'[<>:"|?*]', "_", unicodedata.normalize("NFC", text))
    text = " ".join(text.split()).rstrip(" .")
    stem, _, extension = text.rpartition(".")
    if not _EXTENSION.fullmatch(extension) or text == extension:
        stem, extension = text, ""
    stem = stem.strip(" .")[:MOST_NAME].rstrip(" .") or "attachment"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return stem, extension.lower()
