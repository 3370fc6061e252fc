"""A policy: every kind of fault, changed parameters, paths, the metadata of parameters."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budget.allocation.faults import Fault, InputError
from budget.allocation.parameters import named_columns, parameters
from budget.allocation.paths import joined_path, split_path
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from, policy_from_toml
from budget.allocation.rules import LARGEST_WON
from budget.files import policy_toml
from tests.allocation.rounds import STAFF_FACTOR, policy, policy_text
from tests.random_rounds import random_round

SAMPLE = (Path(__file__).parents[2] / "data" / "policy.toml").read_text(encoding="utf-8")


def faults_of(text: str) -> list[Fault]:
    with pytest.raises(InputError) as error:
        policy_from_toml(text)
    faults = list(error.value.faults)
    assert all(fault.file == "policy.toml" and fault.expected for fault in faults)
    assert all("expected" in str(fault) for fault in faults)
    return faults


def part(kind: str, keys: str) -> str:
    return f"[[pool.{kind}]]\n{keys}\n"


def with_sample(old: str, new: str) -> str:
    assert old in SAMPLE
    return SAMPLE.replace(old, new, 1)


FLOOR = 'name = "f"\n'

FAULTS: dict[str, tuple[str, str, str, str]] = {
    # name: (text, key, value, part of what is expected)
    "unknown key": (
        with_sample("unit_krw = 1_000", "unit_krw = 1_000\ncolour = 3"),
        "policy.colour",
        "3",
        "one of the keys name, fiscal_year",
    ),
    "unknown key in a rule": (
        policy_text(part("floor", FLOOR + "krw = 1\nwon = 2")),
        "pool.operating.floor.f.won",
        "2",
        "one of the keys",
    ),
    "missing key": (with_sample("fiscal_year = 2027\n", ""), "policy.fiscal_year", "", "required"),
    "text for a number": (
        with_sample("weight = 0.6", 'weight = "0.6"'),
        "pool.operating.factor.staff.weight",
        "0.6",
        "a number, without quotes",
    ),
    "a number for text": (
        with_sample('name = "Default rules"', "name = 7"),
        "policy.name",
        "7",
        "text in quotes",
    ),
    "truth for a number": (
        with_sample("weight = 0.6", "weight = true"),
        "pool.operating.factor.staff.weight",
        "True",
        "a number",
    ),
    "half a won": (
        with_sample("envelope_krw = 128_000_000_000", "envelope_krw = 0.5"),
        "policy.envelope_krw",
        "0.5",
        "whole number of won",
    ),
    "not a number": (
        with_sample("weight = 0.6", "weight = nan"),
        "pool.operating.factor.staff.weight",
        "NaN",
        "finite",
    ),
    "infinite": (
        with_sample("weight = 0.6", "weight = inf"),
        "pool.operating.factor.staff.weight",
        "Infinity",
        "finite",
    ),
    "beyond all sizes": (
        with_sample("weight = 0.6", "weight = 1e400"),
        "pool.operating.factor.staff.weight",
        "1E+400",
        "10^18",
    ),
    "negative weight": (
        with_sample("weight = 0.6", "weight = -0.6"),
        "pool.operating.factor.staff.weight",
        "-0.6",
        "at least 0",
    ),
    "all weights 0": (
        policy_text(factor=STAFF_FACTOR.replace("weight = 1.0", "weight = 0")),
        "pool.operating.factor",
        "0",
        "above 0",
    ),
    "negative amount": (
        policy_text(part("floor", FLOOR + "krw = -1")),
        "pool.operating.floor.f.krw",
        "-1",
        "at least 0",
    ),
    "share above 1": (
        with_sample("{ share = 0.06 }", "{ share = 1.06 }"),
        "special_needs.ceiling.share",
        "1.06",
        "a share from 0 to 1",
    ),
    "negative share": (
        with_sample("max_share = 0.465", "max_share = -0.1"),
        "pool.operating.band.capital area.max_share",
        "-0.1",
        "a share from 0 to 1",
    ),
    "share and won": (
        with_sample("{ share = 0.06 }", "{ share = 0.06, krw = 1 }"),
        "special_needs.ceiling",
        "{'share': Decimal('0.06'), 'krw': 1}",
        "exactly one of: share, krw",
    ),
    "neither share nor won": (
        with_sample("{ share = 0.06 }", "{ }"),
        "special_needs.ceiling",
        "{}",
        "exactly one of",
    ),
    "amount of a pool that is neither": (
        with_sample('amount = "remainder"', 'amount = "rest"'),
        "pool.operating.amount",
        "rest",
        '"remainder"',
    ),
    "two remainders": (
        with_sample("amount = { share = 0.07 }", 'amount = "remainder"'),
        "pool",
        "operating, performance",
        "exactly one pool",
    ),
    "no remainder": (
        with_sample('amount = "remainder"', "amount = { share = 0.5 }"),
        "pool",
        "",
        "exactly one pool",
    ),
    "no pool": ('[policy]\nname = "x"\nfiscal_year = 2027\nenvelope_krw = 1000', "pool", "", "key"),
    "no factor": (policy_text(factor=""), "pool.operating.factor", "", "required"),
    "an empty list of columns": (
        policy_text(factor=STAFF_FACTOR.replace("{ staff = 1.0 }", "{ }")),
        "pool.operating.factor.staff.columns",
        "{}",
        "at least one",
    ),
    "two terms in one floor": (
        policy_text(part("floor", FLOOR + 'krw = 1\nper = { column = "x", rate_krw = 1 }')),
        "pool.operating.floor.f",
        "",
        "exactly one of: krw, by, per",
    ),
    "no term": (policy_text(part("cap", FLOOR)), "pool.operating.cap.f", "", "exactly one of"),
    "a band without shares": (
        policy_text(part("band", 'name = "b"\nwhere = { column = "x", min = 1 }')),
        "pool.operating.band.b",
        "",
        "min_share and/or max_share",
    ),
    "a selector without values": (
        policy_text(part("band", 'name = "b"\nwhere = { column = "x" }\nmin_share = 0')),
        "pool.operating.band.b.where",
        "",
        "either values, or min and/or max",
    ),
    "a selector with both": (
        policy_text(pool='eligible = { column = "x", values = ["a"], min = 1 }'),
        "pool.operating.eligible",
        "",
        "either values, or min and/or max",
    ),
    "a range upside down": (
        policy_text(pool='eligible = { column = "x", min = 2, max = 1 }'),
        "pool.operating.eligible",
        "",
        "min not above max",
    ),
    "a ramp and a table": (
        policy_text(
            part(
                "adjustment",
                'name = "a"\ncolumn = "x"\ntable = { S = 1 }\n'
                "ramp = { target = 1, slope = 1, min = 0, max = 1 }",
            )
        ),
        "pool.operating.adjustment.a",
        "",
        "exactly one of: ramp, table",
    ),
    "a ramp upside down": (
        with_sample("min = 0.9, max = 1.0", "min = 1.1, max = 1.0"),
        "pool.operating.adjustment.execution.ramp",
        "",
        "min not above max",
    ),
    "a later pool": (
        with_sample(
            'prior = { column = "prior_operating_krw", rate = 1.15 }',
            'pool = { name = "performance", rate = 0.2 }',
        ),
        "pool.operating.cap.growth cap.pool.name",
        "performance",
        "an earlier pool",
    ),
    "unspent to a fixed pool": (
        with_sample('unspent_to = "operating"', 'unspent_to = "performance"'),
        "special_needs.unspent_to",
        "performance",
        '"reserve" or the remainder pool (operating)',
    ),
    "an envelope that is no multiple of the unit": (
        with_sample("128_000_000_000", "128_000_000_001"),
        "policy.envelope_krw",
        "128000000001",
        "a multiple of the unit, 1000 won",
    ),
    "an envelope too large": (
        with_sample("128_000_000_000", "1_000_000_000_001_000"),
        "policy.envelope_krw",
        "1000000000001000",
        "at most 1000000000000000",
    ),
    "a unit of nought": (with_sample("= 1_000\n", "= 0\n"), "policy.unit_krw", "0", "at least 1"),
    "two pools of one name": (
        with_sample('name = "joined_up"', 'name = "performance"'),
        "pool",
        "performance",
        "a name that no other entry here has",
    ),
    "two floors of one name": (
        with_sample('name = "hold-harmless"', 'name = "minimum by type"'),
        "pool.operating.floor",
        "minimum by type",
        "a name that no other entry here has",
    ),
    "a name of our own columns": (
        with_sample('name = "joined_up"', 'name = "total"'),
        "pool.total.name",
        "total",
        "a name other than",
    ),
    "a semicolon in a name": (
        with_sample('name = "growth cap"', 'name = "a;b"'),
        "pool.operating.cap.a;b.name",
        "a;b",
        "semicolons",
    ),
    "an empty name": (
        with_sample('name = "growth cap"', 'name = ""'),
        "pool.operating.cap.[1].name",
        "",
        "not empty",
    ),
    "a year that is none": (
        with_sample("fiscal_year = 2027", "fiscal_year = 27"),
        "policy.fiscal_year",
        "27",
        "at least 1900",
    ),
    "no TOML": ("policy = \n", "", "", "a TOML document"),
    "a key twice": ("[policy]\nname = 'a'\nname = 'b'\n", "", "", "a TOML document"),
    "a table where a list belongs": (
        SAMPLE.replace("[[pool.floor]]", "[[pool.ceiling]]", 1),
        "pool.operating.ceiling",
        "",
        "one of the keys",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_names_key_value_and_what_is_right(name: str) -> None:
    text, key, value, expected = FAULTS[name]
    faults = faults_of(text)
    own = [fault for fault in faults if fault.where == key]
    assert own, [str(fault) for fault in faults]
    if value:
        assert own[0].value == value
    assert expected in str(own[0])


def test_one_mistake_is_one_fault() -> None:
    single = {name for name, (text, *_) in FAULTS.items() if len(faults_of(text)) == 1}
    assert set(FAULTS) - single <= {
        "no remainder",  # the special needs go to a pool that is none now
        "two pools of one name",
        "amount of a pool that is neither",  # … nor is there a remainder then
    }


def test_an_empty_policy_lacks_everything() -> None:
    assert [(fault.where, fault.value) for fault in faults_of("")] == [("policy", ""), ("pool", "")]


def test_all_faults_at_once() -> None:
    text = (
        SAMPLE.replace("weight = 0.6", 'weight = "0.6"')
        .replace("share = 0.06", "share = 6")
        .replace("rate = 0.95", "rate = -0.95")
        .replace("fiscal_year", "year")
        .replace("amount = { share = 0.07 }", 'amount = "remainder"')
        .replace("128_000_000_000", "128_000_000_001")
    )
    assert {fault.where for fault in faults_of(text)} == {
        "pool.operating.factor.staff.weight",
        "special_needs.ceiling.share",
        "pool.operating.floor.hold-harmless.prior.rate",
        "policy.fiscal_year",
        "policy.year",
        "pool",
        "policy.envelope_krw",
    }


@pytest.mark.parametrize(
    "text",
    [
        "policy = 3\npool = 'x'\nreserve = [1]\nspecial_needs = true",
        "policy = []\npool = [1, 'a', { name = 3, amount = [], factor = [3], floor = 3 }]",
        "policy = {}\npool = [[]]\n[special_needs]\nunspent_to = 3",
        "[[policy]]\n[[reserve]]\n[[special_needs]]\n[pool]",
        policy_text(part("floor", 'name = ["x"]\npool = { name = ["a"], rate = "b" }')),
        policy_text(part("floor", "name = 1979-05-27\nby = { column = 3, table = { a = 1.5 } }")),
        policy_text(part("band", 'name = "b"\nwhere = { column = "x", values = [[1]] }')),
        policy_text(part("band", 'name = "b"\nwhere = 3\nmin_share = {}')),
        policy_text(part("adjustment", 'name = "a"\ncolumn = []\ntable = []\nmissing = "x"')),
        policy_text(pool="eligible = []"),
        policy_text(head="[reserve]\namount = 0.01\n"),
        "pool = [{}]",
    ],
)
def test_wrong_types_everywhere_are_faults(text: str) -> None:
    assert faults_of(text)


@pytest.mark.parametrize(
    "text",
    [
        policy_text(head='[special_needs]\nceiling = { krw = 1000 }\nunspent_to = ["reserve"]'),
        policy_text(head="[special_needs]\nceiling = { krw = 1000 }\nunspent_to = { a = 1 }"),
        policy_text(head="[x]\ny = 1" + "0" * 5_000),
        policy_text(head="[x]\ny = 0x1" + "0" * 5_000),
        policy_text(head="[x]\ny = 1e99999999999999999999"),
        policy_text(head="[x]\ny = " + "[" * 9_000 + "]" * 9_000),
    ],
    ids=["list", "table", "huge", "huge hex", "huge exponent", "deep"],
)
def test_hostile_documents_are_faults(text: str) -> None:
    assert faults_of(text)


def test_pool_names_that_collide_in_the_allocation_table_are_faults() -> None:
    second = '[[pool]]\nname = "floor_operating"\namount = { share = 0.1 }\n' + STAFF_FACTOR
    assert faults_of(policy_text(second))


# --- numbers, documents, changes ---------------------------------------------------------------


def test_numbers_are_the_decimals_that_were_written() -> None:
    found = policy_from_toml(SAMPLE)
    assert found.special_needs is not None
    assert found.special_needs.ceiling.share == Decimal("0.06")
    assert found.pool[0].factor[0].columns["counselling_officials"] == Decimal("1.15")


def test_a_policy_from_floats_is_the_same() -> None:
    assert policy_from(tomllib.loads(SAMPLE)) == policy_from_toml(SAMPLE)


@pytest.mark.parametrize("text", [SAMPLE, policy_text()])
def test_written_and_read_again_it_is_equal(text: str) -> None:
    found = policy_from_toml(text)
    assert policy_from_toml(policy_toml(found).decode()) == found
    assert policy_from(found.to_document()) == found


def test_random_policies_are_equal_after_a_round_trip() -> None:
    equal = 0
    for seed in range(60):
        try:
            found = policy_from_toml(random_round(seed)[2])
        except InputError:
            continue
        assert policy_from_toml(policy_toml(found).decode()) == found, seed
        equal += 1
    assert equal > 40


def test_replaced_changes_one_value_and_leaves_the_old_policy_alone() -> None:
    found = policy_from_toml(SAMPLE)
    rate = "pool.operating.floor.hold-harmless.prior.rate"
    changed = found.replaced({rate: Decimal("0.96"), "policy.envelope_krw": 1_000_000})
    values = {parameter.path: parameter.value for parameter in parameters(changed)}
    assert values[rate] == Decimal("0.96")
    assert changed.envelope == 1_000_000
    assert found == policy_from_toml(SAMPLE)
    assert (
        changed.replaced({rate: Decimal("0.95"), "policy.envelope_krw": 128_000_000_000}) == found
    )


def test_replaced_reaches_entries_of_tables_and_lists() -> None:
    found = policy_from_toml(SAMPLE).replaced(
        {
            "pool.operating.floor.minimum by type.by.table.plus": 1,
            "pool.joined_up.adjustment.integration.table.4": Decimal("1.5"),
            "pool.operating.band.Seoul.where.values": ["Busan"],
        }
    )
    assert found.pool[0].floor[0].by is not None
    assert found.pool[0].floor[0].by.table["plus"] == 1
    assert found.pool[2].adjustment[0].table == {
        "1": Decimal("0.8"),
        "2": Decimal("1.0"),
        "3": Decimal("1.15"),
        "4": Decimal("1.5"),
    }
    assert found.pool[0].band[1].where.values == ("Busan",)


def test_replaced_names_every_path_that_is_not_there() -> None:
    with pytest.raises(InputError) as error:
        policy_from_toml(SAMPLE).replaced(
            {"pool.nowhere.amount": 1, "policy.colour": 1, "": 1, "policy.name.x": 1, "pool": 1}
        )
    assert [fault.where for fault in error.value.faults] == [
        "pool.nowhere.amount",
        "policy.colour",
        "",
        "policy.name.x",
    ]


def test_replaced_refuses_values_that_are_not_allowed() -> None:
    with pytest.raises(InputError) as error:
        policy_from_toml(SAMPLE).replaced(
            {"reserve.amount.share": Decimal(2), "policy.unit_krw": Decimal(1_000)}
        )
    assert [fault.where for fault in error.value.faults] == [
        "policy.unit_krw",
        "reserve.amount.share",
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ["a", "b"],
        ["pool", "1.5 times", "floor"],
        ["a.b"],
        ["a.b", "c.d"],
        ["with space", "통합 수준"],
        ["a", "b.c", "d"],
    ],
)
def test_paths_with_dots_in_quotes(parts: list[str]) -> None:
    assert split_path(joined_path(parts)) == parts


@pytest.mark.parametrize("parts", [['a"b.c'], ['"a"'], ["a", ""]])
def test_paths_with_quotes_and_empty_parts(parts: list[str]) -> None:
    assert split_path(joined_path(parts)) == parts


def test_a_rule_whose_name_has_a_dot_can_be_changed() -> None:
    found = policy(part("floor", 'name = "at least 1.5 m"\nkrw = 1_000'))
    path = 'pool.operating.floor."at least 1.5 m".krw'
    assert path in {parameter.path for parameter in parameters(found)}
    assert found.replaced({path: 2_000}).pool[0].floor[0].krw == 2_000


# --- the metadata of parameters ----------------------------------------------------------------


def _policies() -> list[Policy]:
    found = [policy_from_toml(SAMPLE), policy()]
    for seed in range(40):
        try:
            found.append(policy_from_toml(random_round(seed)[2]))
        except InputError:
            continue
    return found


def test_every_parameter_says_what_it_is() -> None:
    units = set()
    for found in _policies():
        listed = parameters(found)
        assert len({parameter.path for parameter in listed}) == len(listed)
        for parameter in listed:
            assert parameter.label, parameter
            assert parameter.explanation.endswith("."), parameter
            assert parameter.section in {"1", "2", "3", "4"}
            assert parameter.step > 0
            low, high = parameter.usual
            assert low <= parameter.value <= high
            assert low < high
            assert parameter.parts == split_path(parameter.path)
            assert isinstance(parameter.value, int) == (parameter.unit == "won")
            units.add(parameter.unit)
    assert units == {"won", "share", "rate", "weight", "multiplier", "won_per", "number"}


@pytest.mark.parametrize("envelope", [600_000, LARGEST_WON])
def test_the_usual_range_is_allowed(envelope: int) -> None:
    for parameter in parameters(policy(envelope=envelope)):
        low, high = parameter.usual
        assert parameter.least is None or low >= parameter.least, parameter
        assert parameter.most is None or high <= parameter.most, parameter


def test_every_number_of_the_document_is_a_parameter_or_known_not_to_be() -> None:
    found = policy_from_toml(SAMPLE)

    def numbers(here: Any, parts: list[str]) -> list[str]:
        if isinstance(here, Mapping):
            return [path for key, item in here.items() for path in numbers(item, [*parts, key])]
        if isinstance(here, list | tuple):
            named = [item for item in here if isinstance(item, Mapping)]
            return [path for item in named for path in numbers(item, [*parts, item["name"]])]
        return [joined_path(parts)] if isinstance(here, int | Decimal) else []

    listed = {parameter.path for parameter in parameters(found)}
    assert set(numbers(found.to_document(), [])) - listed == {
        "policy.fiscal_year",
        "policy.centres",
        "pool.joined_up.eligible.min",
    }


def test_every_parameter_can_be_set_to_itself() -> None:
    found = policy_from_toml(SAMPLE)
    for parameter in parameters(found):
        assert found.replaced({parameter.path: parameter.value}) == found


def test_named_columns_of_the_sample() -> None:
    named = dict(named_columns(policy_from_toml(SAMPLE)))
    assert named["pool.operating.floor.hold-harmless.prior.column"] == "prior_operating_krw"
    assert named["pool.performance.eligible.column"] == "performance_grade"
    assert named["pool.operating.factor.staff.columns.officials"] == "officials"
