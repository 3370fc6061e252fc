"""Charts as files: SVG and PNG with title, finding and source in the picture, our own fonts.

Nothing is fetched: data stand in the specification, fonts in this checkout.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from budget.view.charts import Figure
from budget.view.colours import LIGHT

FONTS = Path(__file__).parent / "fonts"
FONT = "Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', sans-serif"
WIDTH = 760
"""Pixels of the plot, where the chart has no width of its own; a page gives it the column's."""
TITLE_SIZE, LINE_SIZE = 17, 12.5
PNG_SCALE = 2
TITLE_PLACES, LINE_PLACES = 88, 128
"""So many narrow letters go into a line; Hangul takes two places."""

Format = Literal["svg", "png"]
MIME: Mapping[str, str] = {"svg": "image/svg+xml", "png": "image/png"}


def chart_bytes(
    figure: Figure, kind: Format, title: str, lines: Sequence[str], width: int = WIDTH
) -> bytes:
    """A chart as a picture.

    Args:
        kind: "svg", or "png" at twice the size.
        title: the finding, as it stands above the chart on the page.
        lines: what stands under the title: what is compared, source, whether it is illustrative.
        width: of the plot in pixels, where the chart has none of its own.
    """
    converter = _converter()
    spec = _specification(figure, title, lines, width)
    if kind == "svg":
        text: str = converter.vegalite_to_svg(spec, allowed_base_urls=[])
        return text.encode()
    picture: bytes = converter.vegalite_to_png(spec, scale=PNG_SCALE, allowed_base_urls=[])
    return picture


@functools.cache
def _converter() -> Any:
    import vl_convert  # noqa: PLC0415 - takes a while to load, and few ask for a picture

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def _specification(figure: Figure, title: str, lines: Sequence[str], width: int) -> dict[str, Any]:
    """The chart with its data, its words and a white ground."""
    spec: dict[str, Any] = figure.to_chart().to_dict()
    if "width" not in spec and not {"hconcat", "vconcat", "concat", "facet"} & spec.keys():
        spec["width"] = width
    spec["title"] = {
        "text": list(_wrapped(title, TITLE_PLACES)),
        "subtitle": [part for line in lines if line for part in _wrapped(line, LINE_PLACES)],
        "anchor": "start",
        "frame": "bounds",
        "fontSize": TITLE_SIZE,
        "fontWeight": 700,
        "subtitleFontSize": LINE_SIZE,
        "subtitlePadding": 6,
        "offset": 14,
        "color": LIGHT.text,
        "subtitleColor": LIGHT.muted,
    }
    spec["background"] = LIGHT.surface
    spec["padding"] = 18
    spec["config"] = {**spec.get("config", {}), "font": FONT}
    return spec


def _wrapped(text: str, places: int) -> Sequence[str]:
    """Lines of at most so many places, broken between words."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer) > places:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _width(text: str) -> int:
    return sum(2 if letter >= "\u1100" and letter not in "△–−·" else 1 for letter in text)
