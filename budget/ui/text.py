"""Text from people and policies, made safe for places that read Markdown."""

import re

_MEANING = re.compile(r"([\\`*_{}\[\]#|~$<>&])")
_DIRECTIVE = re.compile(r":(?=[\w/])|-(?=[->])|<(?=-)|(?i:www)(?=\.)|@(?=\w)")
_LIST = re.compile(r"^(\s*)([-+](?=\s)|\d+(?=[.)]\s))", re.MULTILINE)
JOINER = "\u2060"
"""Shows nothing and parts what would mean something together."""


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup, lists, links, icons, colours or arrows."""
    text = _DIRECTIVE.sub(lambda found: found.group() + JOINER, _MEANING.sub(r"\\\1", text))
    return _LIST.sub(rf"\1\2{JOINER}", text)
