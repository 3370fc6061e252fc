"""Text from people and policies, made safe for places that read Markdown."""

import re

_MEANING = re.compile(r"([\\`*_{}\[\]()#+!|~$<>&])")
_DIRECTIVE = re.compile(r":(?=[\w/])|-(?=[->])|<(?=-)|(?i:www)(?=\.)|@(?=\w)")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup, links, icons, colours or arrows."""
    return _DIRECTIVE.sub(lambda found: found.group() + "\u2060", _MEANING.sub(r"\\\1", text))
