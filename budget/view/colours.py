"""Colours of the charts, light and dark; the theme file holds those of the controls.

Source: the Korean government's design system (KRDS), as the look page of the design lists it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours; `parts` are the theme's text colours, as legends in text use them.

    Attributes:
        more, less: graphics of more and of less money than before.
        more_text, less_text: the same for text, which needs more contrast.
        land: the country on a map; coast: its lines.
        diverging: from much less over no change to much more.
        one_hue: from little to much.
    """

    more: str
    less: str
    more_text: str
    less_text: str
    text: str
    muted: str
    line: str
    surface: str
    land: str
    coast: str
    parts: tuple[str, ...]
    diverging: tuple[str, ...]
    one_hue: tuple[str, ...]


LIGHT = Colours(
    more="#256ef4",
    less="#c4661f",
    more_text="#0b50d0",
    less_text="#a1490f",
    text="#1e2124",
    muted="#58616a",
    line="#cdd1d5",
    surface="#ffffff",
    land="#e9ebee",
    coast="#b1b8be",
    parts=("#0b50d0", "#7a4fd0", "#1d6f2f", "#9e6a00", "#58616a"),
    diverging=("#a1490f", "#c4661f", "#e3ac78", "#cdd1d5", "#86aff9", "#256ef4", "#083891"),
    one_hue=("#d8e5fd", "#b1cefb", "#86aff9", "#4c87f6", "#0b50d0"),
)
DARK = Colours(
    more="#4c87f6",
    less="#d9812f",
    more_text="#9cbcfb",
    less_text="#f0b27a",
    text="#f4f5f6",
    muted="#a9b1b9",
    line="#464c53",
    surface="#131416",
    land="#2b2f34",
    coast="#58616a",
    parts=("#9cbcfb", "#c3a8f5", "#7fd492", "#ecc873", "#a9b1b9"),
    diverging=("#f0c9a6", "#d9812f", "#8f4a17", "#464c53", "#0b50d0", "#4c87f6", "#b1cefb"),
    one_hue=("#052561", "#083891", "#0b50d0", "#4c87f6", "#b1cefb"),
)


def colours(dark: bool) -> Colours:
    """The colours for a light or a dark screen."""
    return DARK if dark else LIGHT
