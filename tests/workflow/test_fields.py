"""What is typed into a request: amounts, days, texts; kept as typed, or told at the field.

Nothing but `InputError` may come out of a field, whatever goes in.
"""

import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import (
    fields,
    needs_seen,
    people,
    review,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.needs_seen import Need
from tests.storage.databases import administrator, head, key, lead, planner, reviewer
from tests.workflow import steps
from tests.workflow.steps import TEXTS

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def message(check: Callable[[str], Any], text: str) -> str:
    """What the check says is wrong with a text."""
    with pytest.raises(ValueError) as caught:
        check(text)
    template, details = caught.value.args
    return str(template.format_map(details))


def nfc(text: str) -> str:
    """A text as it is stored: composed, line ends as LF."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


# --- amounts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("1", 1),
        ("34000000", 34_000_000),
        ("34,000,000", 34_000_000),
        ("  34,000,000\t", 34_000_000),
        ("007", 7),
        ("1,000,000,000,000", 10**12),
    ],
)
def test_an_amount_is_whole_won(text: str, won: int) -> None:
    assert fields.won_from(text) == won


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "000",
        "-1",
        "−1",
        "△1,000",
        "+1",
        "1.5",
        "1000.0",
        "1e6",
        "1E6",
        "0x10",
        "1_000",
        "１０００",
        "١٢٣",
        "一千",
        "₩1,000",
        "약 3천만원",
        "1 000",
        "1,00,000",
        "12,34",
        "NaN",
        "inf",
        "=1+1",
        "1,000,",
    ],
)
def test_what_is_no_whole_won_is_told(text: str) -> None:
    assert "won" in message(fields.won_from, text)


def test_an_amount_that_is_larger_than_any_budget_is_told() -> None:
    for text in (str(10**12 + 1), str(10**18), "9" * 39, "9" * 1_000_000):
        assert message(fields.won_from, text) == "at most 1,000,000,000,000 won"


@pytest.mark.parametrize("text", ["", " ", "\t\n", "　"])
def test_a_blank_amount_is_told_as_such(text: str) -> None:
    assert message(fields.won_from, text) == fields.EMPTY


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1,000만원", "10,000,000"),
        ("1000만", "10,000,000"),
        ("3천만원", "30,000,000"),
        ("5백만 원", "5,000,000"),
        ("2억", "200,000,000"),
        ("34,000,000원", "34,000,000"),
    ],
)
def test_korean_units_are_not_taken_but_the_message_says_what_they_mean(
    text: str, meant: str
) -> None:
    assert meant in message(fields.won_from, text)


@SETTINGS
@given(st.integers(1, fields.MOST_WON), st.booleans())
def test_every_amount_within_bounds_is_read_back(won: int, has_commas: bool) -> None:
    assert fields.won_from(f"{won:,}" if has_commas else str(won)) == won


@SETTINGS
@given(st.text())
@example("²")
@example("๑")
@example("1,000,000,000,000만원")
def test_an_amount_is_won_or_a_message(text: str) -> None:
    try:
        won = fields.won_from(text)
    except ValueError as error:
        template, details = error.args
        assert template.format_map(details)
    else:
        assert 1 <= won <= fields.MOST_WON
        assert text.strip().replace(",", "").lstrip("0") == str(won)


@SETTINGS
@given(st.text())
@example("0000-00-00")
@example("2027-02-29")
@example("２０２７-01-01")
@example("2027-W01-1")
@example("20270101")
def test_a_day_is_a_day_or_a_message(text: str) -> None:
    try:
        day = fields.day_from(text)
    except ValueError as error:
        template, details = error.args
        assert template.format_map(details)
    else:
        assert day.isoformat() == text.strip()


# --- texts -------------------------------------------------------------------------------------

AS_TYPED = [
    '<img src="https://example.org/beacon.gif">',
    '<form action="https://example.org"><input name="a"></form>',
    "[click](javascript:alert(1)) ![x](https://example.org/x.png)",
    "javascript:alert(document.cookie)",
    "'; DROP TABLE special_need; --",
    "{requested_krw} %s %(x)s {{}} {0}",
    '=HYPERLINK("https://example.org")',
    "\\x00 \\u202e &#0; &lt;b&gt;",
    "가나다\n\n  라마\t바",
    "😀 한자 漢字 ½ …",
    "null",
]


def test_what_looks_like_code_is_stored_as_typed(store: Store) -> None:
    need = steps.drafted(store)
    for text in AS_TYPED:
        need = special_needs.save_draft(
            store, head(), need.id, {"justification": text}, based_on=need.version, key=key()
        )
        assert needs_seen.need(store, head(), need.id).draft["justification"] == text
    special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    assert needs_seen.need(store, planner(), need.id).justification == AS_TYPED[-1]


def test_decomposed_hangul_is_stored_composed_and_is_no_change(store: Store) -> None:
    title = "서울 고용센터 누수"
    decomposed = unicodedata.normalize("NFD", title)
    assert decomposed != title
    need = steps.drafted(store, title=decomposed)
    assert need.draft["title"] == title
    other = steps.granted(store, "second head|fields", ("centre_head", "EC001"))
    special_needs.save_draft(
        store, other, need.id, {"title": decomposed}, based_on=need.version, key=key()
    )
    # nobody changed the title: the first head's page is no conflict
    saved = special_needs.save_draft(
        store, head(), need.id, {"title": "새 제목"}, based_on=need.version, key=key()
    )
    assert saved.draft["title"] == "새 제목"


def test_a_name_in_decomposed_hangul_is_taken_if_the_composed_one_is(store: Store) -> None:
    policy = saved_scenarios.scenarios(store, planner())[0].policy
    scenarios.create(store, planner(), "수도권 안", policy, key=key())
    with steps.told(store, InputError) as caught:
        scenarios.create(
            store, planner(), unicodedata.normalize("NFD", "수도권 안"), policy, key=key()
        )
    assert steps.places(caught.value) == ["name"]


STEERING = ["\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u202e", "\u2066", "\u200f", "\ud800"]


@pytest.mark.parametrize("letters", STEERING, ids=ascii)
def test_letters_that_steer_are_told_at_their_field(letters: str) -> None:
    for name in fields.BY_NAME:
        with pytest.raises(InputError) as caught:
            fields.checked_draft({"title": "제목", name: f"앞{letters}뒤"})
        assert steps.places(caught.value) == [name]


def test_all_fields_that_cannot_be_stored_are_told_at_once(store: Store) -> None:
    texts = dict.fromkeys(fields.BY_NAME, f"\x00{'x' * 9}")
    texts["forged"] = "x"
    with steps.told(store, InputError) as caught:
        special_needs.begin(store, head(), "EC001", texts, key=key())
    assert steps.places(caught.value) == [*fields.BY_NAME, "forged"]


@pytest.mark.parametrize("name", fields.BY_NAME)
def test_a_field_takes_its_length_and_not_one_letter_more(name: str, store: Store) -> None:
    most = fields.BY_NAME[name].most
    need = special_needs.begin(store, head(), "EC001", {name: "가" * most}, key=key())
    assert need.draft[name] == "가" * most
    with steps.told(store, InputError) as caught:
        special_needs.save_draft(
            store, head(), need.id, {name: "가" * (most + 1)}, based_on=need.version, key=key()
        )
    assert steps.places(caught.value) == [name]
    assert f"{most:,}" in str(caught.value)
    assert f"{most + 1:,}" in str(caught.value)


def test_ten_megabytes_are_told_at_once_and_not_repeated(store: Store) -> None:
    need = steps.in_review(store)
    draft = steps.drafted(store)
    huge = "가" * 10_000_000
    assessment = {"feasible": True, "assessed_krw": 1, "priority": 1, "divisible": True}
    policy = saved_scenarios.scenarios(store, planner())[0].policy
    deeds: list[Callable[[], Any]] = [
        lambda: special_needs.begin(
            store, head(), "EC001", dict.fromkeys(fields.BY_NAME, huge), key=key()
        ),
        lambda: special_needs.save_draft(
            store, head(), draft.id, {"justification": huge}, based_on=draft.version, key=key()
        ),
        lambda: special_needs.withdraw(
            store, head(), draft.id, huge, based_on=draft.version, key=key()
        ),
        lambda: review.assess(
            store,
            reviewer(),
            need.id,
            **assessment,
            rationale=huge,
            based_on=need.version,
            key=key(),
        ),
        lambda: review.send_back(
            store, reviewer(), need.id, huge, steps.DUE, based_on=need.version, key=key()
        ),
        lambda: rounds.move(
            store,
            lead(),
            "open",
            huge,
            based_on=rounds.present(store, lead()).version,
            key=key(),
        ),
        lambda: scenarios.create(store, planner(), huge, policy, note=huge, key=key()),
        lambda: people.grant(
            store, administrator(), huge, huge, huge, centre_id=huge, reason=huge, key=key()
        ),
    ]
    for number, deed in enumerate(deeds):
        began = time.process_time()
        with pytest.raises(InputError) as caught:
            deed()
        assert time.process_time() - began < 1, number
        assert len(str(caught.value)) < 5_000, number


TEXT = st.text(st.characters(codec=None), max_size=60)


@pytest.fixture(scope="module")
def draft(module_store: Store) -> tuple[Store, Need]:
    """A draft that many texts are written into."""
    return module_store, steps.drafted(module_store)


@settings(SETTINGS, max_examples=40)
@given(name=st.sampled_from(["justification", "title"]), text=TEXT)
@example(name="justification", text="\r\n가\r나\n")
@example(name="title", text="\r\n가\r나\n")
@example(name="title", text="\u1112\u1161\u11ab\u1100\u1173\u11af")
@example(name="justification", text="\ufeff\u200b\u2028\uffff")
@example(name="title", text="\U000e0001\U0010ffff")
@example(name="justification", text="A\u030a\u0301\u0323")
def test_any_text_is_stored_composed_and_read_back_or_told(
    name: str, text: str, draft: tuple[Store, Need]
) -> None:
    """Line ends become LF; a title has one line."""
    store, need = draft
    expected = nfc(text) if name == "justification" else nfc(text).replace("\n", " ")
    try:
        special_needs.save_draft(
            store, head(), need.id, {name: text}, based_on=need.version, key=key()
        )
    except InputError as error:
        assert steps.places(error) == [name]
    else:
        assert needs_seen.need(store, head(), need.id).draft[name] == expected


@settings(SETTINGS, max_examples=20)
@given(name=st.sampled_from(sorted(fields.BY_NAME)), text=TEXT)
@example(name="need_by", text="9999-12-31")
@example(name="lease_end", text="0001-01-01")
@example(name="requested_krw", text="1,000,000,000,000")
def test_any_text_in_any_field_is_submitted_as_it_stands_or_told(
    name: str, text: str, draft: tuple[Store, Need]
) -> None:
    store, need = draft
    category = fields.BY_NAME[name].only_for or "other"
    texts = {**TEXTS, "category": category, "lease_end": "2027-01-31", "new_address": "세종"}
    version = steps.row(store, need.id).version
    try:
        saved = special_needs.save_draft(
            store, head(), need.id, {**texts, name: text}, based_on=version, key=key()
        )
        sent = special_needs.submit(store, head(), need.id, based_on=saved.version, key=key())
    except InputError as error:
        assert name in steps.places(error)
        return
    value = getattr(sent, name)
    typed = saved.draft[name].strip()
    assert value == typed or f"{value}" in {typed, typed.replace(",", "").lstrip("0")}
    special_needs.recall(store, head(), need.id, based_on=sent.version, key=key())


@SETTINGS
@given(st.text(max_size=30), st.integers(1, 12), st.booleans())
def test_clean_text_is_clean(text: str, most: int, has_lines: bool) -> None:
    try:
        clean = fields.clean_text(text, most, has_lines=has_lines)
    except ValueError:
        return
    assert len(clean) <= most
    assert fields.clean_text(clean, most, has_lines=has_lines) == clean
    assert has_lines or "\n" not in clean


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u3164", "\u2800", "\ufeff", "\u115f", "\uffa0", "\u00ad"]
)
def test_what_nobody_can_see_is_not_filled_in(unseen: str) -> None:
    with pytest.raises(InputError):
        fields.reason_text(f" {unseen}{unseen}\n")
    assert fields.reason_text(f"가{unseen}나") == f"가{unseen}나"
    name = fields.Field("name", "Name", 80)
    for text in (unseen, f"기준안{unseen}"):
        with pytest.raises(InputError):
            fields.checked_name(text, name)
    assert fields.is_blank("") and not fields.is_blank("가")
