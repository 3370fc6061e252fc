"""A centre's amount in words: the sentence, the lines, movers, peers and the notice."""

import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

import budget
from budget.allocation.explained import Explained, explained
from budget.allocation.movers import Mover
from budget.allocation.peers import Peer, Peers
from budget.allocation.result import Allocation
from budget.files import read_centres, read_policy, read_requests
from budget.files.typeset import notice_pdf
from budget.view import centre, centre_charts
from budget.view.colours import LIGHT
from budget.view.movers import mover_line
from budget.view.notice import Notice, Origin, RequestLine, notice, notice_html
from budget.view.numbers import MILLION, MONEY_UNITS, THOUSAND, WON, Numbers
from budget.view.peers import peer_names, peers_basis, peers_title
from budget.view.words import Words
from tests.allocation.rounds import allocated, policy

DATA = Path(__file__).parents[2] / "data"
ENGLISH, KOREAN = Numbers(Words("en")), Numbers(Words("ko"))
RESTS = {"other", "기타", "rounding of the figures", "표시 단위 반올림"}
NASTY = '#strong[x] <script>alert(1)</script> $x$ *y* @z \\ "q" & 대기실'


@cache
def sample() -> Allocation:
    return budget.allocate(
        read_centres(DATA / "centres.csv"),
        read_policy(DATA / "policy.toml"),
        read_requests(DATA / "requests.csv"),
    )


@cache
def of(centre_id: str) -> Explained:
    return explained(sample(), centre_id, anonymous=True)


def small(**columns: list[object]) -> Explained:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 150_000_000\n', envelope=600_000_000)
    return explained(allocated(rules, **columns), "A", anonymous=False)


def shown_numbers(text: str) -> list[int]:
    """Every signed figure of a text in tenths of a million won."""
    return [
        round(float(figure.replace(",", "").replace("△", "-").replace("−", "-")) * 10)
        for figure in re.findall(r"[+△−][\d,]+\.\d", text)
    ]


# --- the sentence --------------------------------------------------------------------------------


def test_the_sentence_by_hand() -> None:
    # 600 million: by staff A gets 100, its floor is 150; last year 100 of 500, so alike 120
    found = small(staff=[1, 5], prior_operating_krw=[100_000_000, 400_000_000])
    assert centre.headline(found, "Gumi", ENGLISH) == (
        "Gumi receives 150.0 million won; operating money 50.0 million won (50.0 %) more than "
        "last year"
    )
    assert centre.sentence(found, ENGLISH) == (
        "Operating money rises from 100.0 million won to 150.0 million won (+50.0). What raises "
        "it: floor least (+60.0) and change of the pool, all alike (+20.0); what lowers it: need "
        "by staff (−20.0) and common factor λ (−10.0)."
    )


def test_less_same_and_new_have_their_own_headline() -> None:
    less = small(staff=[1, 5], prior_operating_krw=[200_000_000, 400_000_000])
    assert "50.0 million won (25.0 %) less" in centre.headline(less, "Gumi", ENGLISH)
    same = small(staff=[1, 5], prior_operating_krw=[150_000_000, 400_000_000])
    assert centre.headline(same, "Gumi", ENGLISH).endswith("operating money as last year")
    new = small(staff=[1, 5], prior_operating_krw=[None, 400_000_000])
    assert "had no operating money last year" in centre.headline(new, "Gumi", ENGLISH)
    assert centre.sentence(new, ENGLISH).startswith(
        "The centre has no last year; its operating money is 150.0 million won. "
        "What raises it: need of a new centre (+100.0) and floor least (+60.0); what lowers it: "
    )
    assert "전년 운영예산 없음" in centre.headline(new, "구미", KOREAN)
    for one, verb in ((less, "falls from 200.0"), (same, "stays at 150.0")):
        assert f"Operating money {verb} million won" in centre.sentence(one, ENGLISH)


def test_the_sentence_is_one_that_can_be_read_aloud() -> None:
    """In Korean its clauses end as officials write; what comes in addition leads to the total."""
    said = centre.sentence(of("EC003"), KOREAN)
    assert said.startswith(
        "운영예산은 전년 1,135.2백만원에서 올해 1,156.9백만원으로 늘었습니다(+21.7)."
    )
    assert "때문에 늘고," in said
    assert said.endswith(
        "여기에 성과 재원 129.6백만원, 연계 재원 27.2백만원, 특별수요 665.7백만원이 더해져 모두 "
        "1,979.3백만원을 받습니다."
    )


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("unit", [MILLION, THOUSAND, WON], ids=lambda unit: unit.key)
def test_parts_of_every_sentence_sum_to_its_difference(language: str, unit: object) -> None:
    numbers = Numbers(Words(language), MONEY_UNITS[unit.key])  # type: ignore[attr-defined]
    for identifier in sample().centres.ids:
        found = of(identifier)
        parts = centre.shown_parts(found.from_last_year.main, found, numbers)
        difference = found.operating - (found.prior or 0)
        assert sum(won for _label, won in parts) == centre.as_shown(difference, numbers)
        assert len(parts) <= centre.NAMED + 1
        named = [abs(won) for label, won in parts if label not in RESTS]
        assert named == sorted(named, reverse=True)


def test_the_figures_in_the_text_sum_as_they_are_read() -> None:
    for identifier in sample().centres.ids[::7]:
        text = centre.sentence(of(identifier), ENGLISH).partition(" In addition")[0]
        if of(identifier).prior is None:
            continue
        before, _stop, after = text.partition("). ")
        stated = shown_numbers(before)
        assert sum(shown_numbers(after)) == (stated[-1] if stated else 0), text


# --- lines and charts ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(centre.WAYS))
def test_lines_lead_to_the_total_for_every_centre(key: str) -> None:
    for identifier in sample().centres.ids:
        found = of(identifier)
        listed = centre.lines(found, key, Words("en"))
        reached = found.prior or 0 if key == centre.LAST_YEAR else 0
        for line in listed:
            reached += line.won or 0
            assert line.reached == reached
        assert listed[-1].reached == found.total
        labels = [line.label for line in listed]
        assert len(set(labels)) == len(labels), labels


def test_the_chart_leaves_out_what_it_would_show_as_nothing_and_repeats_its_drawing() -> None:
    first, second = (
        centre_charts.waterfall(
            centre.lines(of(name), centre.LAST_YEAR, Words("en")), "Title", ENGLISH, LIGHT
        )
        for name in ("EC001", "EC002")
    )
    figures = first.data["steps"]["figure"].tolist()
    assert "0.0" not in figures
    assert figures[0] == "1,283.4"
    assert first.meaning.startswith("Title. operating money last year 1,283.4")
    if len(first.data["steps"]) == len(second.data["steps"]):
        assert first.spec is second.spec
    assert set(first.data["steps"]["kind"]) == {"level", "more", "less"}


def test_the_value_that_an_adjustment_reads_stands_beside_it() -> None:
    labels = [line.label for line in centre.lines(of("EC001"), centre.ENTITLEMENT, Words("en"))]
    assert "execution (95.5 %)" in labels
    assert any(label.startswith("performance: grade (grade B)") for label in labels)


# --- movers and peers ----------------------------------------------------------------------------


def test_movers_say_what_stops_them() -> None:
    at_floor = Mover(
        "counsellor", "counsellors", "counsellors", 10, 0, unmoved=(("operating", "floor:least"),)
    )
    assert mover_line(at_floor, ENGLISH).note == "Nothing changes: operating: Least (floor)"
    used_up = Mover("execution", "0.957", "0.967", 10, 0, counts=False)
    assert "no rule counts this" in mover_line(used_up, ENGLISH).note
    assert mover_line(used_up, ENGLISH).detail == "95.7 % → 96.7 %"
    assert mover_line(Mover("grade", "S", why_not="top"), ENGLISH).difference is None
    request = mover_line(Mover("request", "R1", "5000000", 7, 5_000_000), KOREAN)
    assert (request.detail, request.note) == ("R1, 5.0백만원", "")


def group(**changed: object) -> Peers:
    given: dict[str, object] = {
        "centre_type": "plus",
        "size": "middle",
        "least": 34.1,
        "most": 54.9,
        "own": 22_000_000,
        "others": tuple(Peer("", won) for won in (21_000_000, 20_000_000, 18_000_000)),
    }
    return Peers(**(given | changed))  # type: ignore[arg-type]


def test_peers_by_hand() -> None:
    assert peers_title(group(), "Gumi", ENGLISH) == (
        "Gumi: 22.0 million won per weighted head, 10.0 % above the median of its peers"
    )
    assert "20.0 % below" in peers_title(group(own=16_000_000), "Gumi", ENGLISH)
    assert "no peers" in peers_title(group(others=()), "Gumi", ENGLISH)
    assert "no weighted heads" in peers_title(group(own=None), "Gumi", ENGLISH)
    assert "more than 34.1, up to 54.9 weighted heads" in peers_basis(group(), ENGLISH)
    assert "3 peers" in peers_basis(group(), ENGLISH)


def test_nameless_peers_are_letters() -> None:
    many = group(others=tuple(Peer("", 100 - place) for place in range(28)))
    names = peer_names(many, {}, Words("en"))
    assert (names[0], names[25:]) == ("peer A", ["peer Z", "peer AA", "peer AB"])
    named = peer_names(group(others=(Peer("EC001", 1),)), {"EC001": "Seoul"}, Words("en"))
    assert named == ["Seoul"]


# --- the notice ----------------------------------------------------------------------------------


def made(language: str, **changed: object) -> Notice:
    origin: dict[str, object] = {
        "round_name": NASTY,
        "status": "status",
        "scenario": NASTY,
        "allocation_sha256": "ab" * 32,
        "illustrative": True,
        "is_published": False,
    }
    return notice(
        of("EC001"),
        ("Seoul", f"Seoul {NASTY}"),
        [RequestLine(NASTY, "approved", "1")],
        Origin(**(origin | changed)),  # type: ignore[arg-type]
        date(2026, 11, 22),
        Numbers(Words(language)),
    )


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_notice_says_what_it_must(language: str) -> None:
    html = notice_html(made(language))
    total = "1,478,136,000"
    assert total in html
    assert "ab" * 32 in html
    assert "2026-11-22" in html
    assert {"ko": "예시 데이터", "en": "Illustrative data"}[language] in html
    assert {"ko": "미리보기", "en": "Preview"}[language] in html
    assert "<script" not in html
    assert "http" not in html
    assert "&lt;script&gt;" in html
    steps = made(language).steps
    assert steps[-1].reached == total


def test_a_published_notice_of_real_data_has_no_banner() -> None:
    found = made("en", illustrative=False, is_published=True)
    assert found.banner == ""
    assert found.title == "Notice of the 2027 budget allocation"
    assert 'class="banner"' not in notice_html(found)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pdf_has_the_same_words_and_no_markup(language: str) -> None:
    moment = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
    first = notice_pdf(asdict(made(language)), moment)
    assert first == notice_pdf(asdict(made(language)), moment)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(first)).pages)
    assert "1,478,136,000" in text
    assert "#strong[x] <script>alert(1)</script> $x$ *y* @z" in " ".join(text.split())
    assert "대기실" in text
    assert "abababab" in text
