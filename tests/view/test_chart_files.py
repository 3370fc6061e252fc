"""Charts as files: words in the picture, Hangul drawn, nothing fetched."""

import io
import re

import altair as alt
import pandas as pd
import pytest
from PIL import Image

from budget.view.chart_files import FONTS, chart_bytes
from budget.view.charts import Figure, envelope_bar, envelope_bar_for_a_file
from budget.view.colours import LIGHT
from budget.view.numbers import Numbers
from budget.view.words import Words

PARTS = [("운영", 300_000_000), ("유보액", 100_000_000)]
TITLE = "총액 400백만원 <의> 구성"
LINES = ["가 & 나", "예시 데이터 · 2026-04-01 09:30 KST"]


def figure() -> Figure:
    return envelope_bar(PARTS, Numbers(Words("ko")), LIGHT)


def test_svg_says_its_title_and_refers_to_nothing_outside() -> None:
    """Title, basis and provenance as text; no address but those that name the format."""
    svg = chart_bytes(figure(), "svg", TITLE, LINES).decode()
    assert "총액 400백만원 &lt;의&gt; 구성" in svg
    assert "가 &amp; 나" in svg
    assert "예시 데이터" in svg
    outside = re.findall(r"https?://[^\"'\s)]+", svg)
    assert {address for address in outside if "www.w3.org" not in address} == set()
    assert not re.search(r"<script|<image|@import|url\((?!['\"]?#)", svg)


def test_a_bar_without_axes_has_a_legend_in_its_file() -> None:
    """Each part with its amount and share."""
    bar = envelope_bar_for_a_file(PARTS, Numbers(Words("ko")), LIGHT)
    svg = chart_bytes(bar, "svg", TITLE, LINES).decode()
    assert "운영 300.0백만원 (75.0 %)" in svg
    assert "유보액 100.0백만원 (25.0 %)" in svg


def test_png_is_twice_the_size_and_draws_hangul() -> None:
    """Two Hangul titles give two pictures; a font without Hangul would draw the same boxes."""
    one, two = (chart_bytes(figure(), "png", title, []) for title in ("가나다라", "마바사아"))
    assert one != two
    with Image.open(io.BytesIO(one)) as picture:
        assert picture.width >= 2 * 760
    assert (FONTS / "Pretendard-Regular.otf").is_file()


def test_long_titles_are_wrapped() -> None:
    """No title is wider than the picture."""
    svg = chart_bytes(figure(), "svg", "긴 제목 " * 40, []).decode()
    assert len(re.findall(r"긴 제목(?: 긴 제목)*", svg)) >= 4


def test_data_from_elsewhere_are_refused() -> None:
    """A specification that would fetch something gives no picture."""
    spec = alt.Chart("https://example.invalid/data.csv").mark_point().encode(x="a:Q").to_dict()
    remote = Figure(spec, {"unused": pd.DataFrame()}, "")
    with pytest.raises(ValueError, match="not allowed"):
        chart_bytes(remote, "svg", "", [])
