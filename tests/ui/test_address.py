"""Addresses: what a page declares is read, everything else is told, nothing ever breaks."""

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.faults import Fault
from budget.ui import address, address_words, keys
from budget.ui.address import Parameter, reading
from budget.ui.edits import ADDRESS
from budget.ui.problems import fault_text
from budget.view.words import Words

KIND = Parameter("kind", address.one_of(("a", "b")), "a or b")
NUMBER = Parameter("number", address.whole, address.WHOLE)
MANY = Parameter("many", address.one_of(("x", "y")), "x or y", is_many=True)
TEXT = Parameter("text", address.words_of, address.WORDS)
SWITCH = Parameter("on", address.is_set, address.ON)
DECLARED = (KIND, NUMBER, MANY, TEXT, SWITCH)


def told(given_: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Which parameters were left out, and why."""
    return [(fault.where, fault.expected) for fault in reading(given_, DECLARED).faults]


def test_what_is_declared_is_read() -> None:
    found = reading(
        {"kind": ["a"], "number": ["12"], "many": ["y", "x", "y"], "text": [" 구미 "], "on": ["1"]},
        DECLARED,
    )
    assert not found.faults
    assert found.one(KIND) == "a"
    assert found.one(NUMBER) == 12
    assert found.many(MANY) == ["y", "x"]
    assert found.one(TEXT) == "구미"
    assert found.one(SWITCH) is True


def test_what_is_not_given_or_empty_is_none() -> None:
    found = reading({"kind": [""], "text": ["  "], "many": []}, DECLARED)
    assert not found.faults
    assert found.one(KIND) is None
    assert found.one(TEXT) is None
    assert found.many(MANY) == []


def test_each_thing_that_is_wrong_is_told_and_the_rest_is_taken() -> None:
    given_ = {"kind": ["a"], "number": ["NaN"], "who": ["1"], "many": ["x", "z"], "on": ["0"]}
    assert told(given_) == [
        ("number", address.WHOLE),
        ("who", address.UNKNOWN),
        ("many", "x or y"),
        ("on", address.ON),
    ]
    found = reading(given_, DECLARED)
    assert found.one(KIND) == "a"
    assert found.one(NUMBER) is None
    assert found.many(MANY) == ["x"]


def test_a_parameter_stands_once_even_with_the_same_value() -> None:
    assert told({"kind": ["a", "a"]}) == [("kind", address.DOUBLED)]
    assert reading({"kind": ["a", "b"]}, DECLARED).one(KIND) is None


def test_no_number_that_is_none() -> None:
    for text in ("NaN", "inf", "-1", "0", "1.5", "1e3", "٣", "²", "9" * 10, "+1", "1_000"):
        assert told({"number": [text]}) == [("number", address.WHOLE)], text


names = st.one_of(st.sampled_from([parameter.name for parameter in DECLARED]), st.text(max_size=20))


@given(st.dictionaries(names, st.lists(st.text(max_size=200), max_size=4), max_size=6))
def test_nothing_in_an_address_breaks_a_page(given_: dict[str, list[str]]) -> None:
    """Every value is taken or told; what is told can stand on a screen in one line."""
    found = reading(given_, DECLARED)
    wrong = {fault.where for fault in found.faults}
    for name, texts in given_.items():
        if any(text.strip() for text in texts) and name in {one.name for one in DECLARED}:
            assert name in found.values or name in wrong
    for fault in found.faults:
        assert len(fault.where) <= 60
        assert fault.where.isprintable()
        assert fault.value.isprintable()
        assert fault.expected


def test_every_part_of_an_address_has_a_name_in_korean() -> None:
    """Whoever is told of a bad link reads it in one language."""
    names = {value for name, value in vars(keys).items() if name.endswith("_PARAMETER")}
    assert names == set(address_words.NAMES)
    for name in names:
        korean = address_words.place(Fault(ADDRESS, name, "", "a number"), Words("ko"))
        assert not any(sign.isascii() and sign.isalpha() for sign in korean), korean


def test_a_fault_of_an_address_is_told_in_korean() -> None:
    fault = Fault(ADDRESS, keys.CENTRE_PARAMETER, "EC999", "one centre")
    assert fault_text(fault, Words("ko")) == "화면 주소, 센터: 현재 값 EC999, 필요한 값은 센터 하나"
