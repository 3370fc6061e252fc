"""The checker: accepts what is right, and names what is wrong with a result changed by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import budget
from budget.allocation.certificate import Published, best_set, certificate
from budget.allocation.result import Allocation
from tests.allocation.rounds import policy, request_table, table

RULES = """
[[pool.floor]]
name = "least"
krw = 60_000

[[pool.cap]]
name = "growth"
prior = { column = "prior_operating_krw", rate = 1.1 }

[[pool.band]]
name = "north"
where = { column = "side", values = ["north"] }
max_share = 0.56

[[pool]]
name = "bonus"
amount = { krw = 100_000 }
[[pool.factor]]
name = "even"
weight = 1
columns = { one = 1 }
[[pool.cap]]
name = "tenth"
pool = { name = "operating", rate = 0.1 }
"""

HEAD = "[reserve]\namount = { krw = 10_000 }\n[special_needs]\nceiling = { krw = 50_000 }\n"


@dataclass
class Result:
    """A published result that a test may change."""

    allocation: Allocation
    operating: list[int]
    bonus: list[int]
    special_needs: list[int]
    reserve: int
    totals: list[int]

    def rules_broken(self) -> set[tuple[str, str]]:
        """(pool, rule) of every breach."""
        proof = certificate(
            self.allocation.centres,
            self.allocation.policy,
            self.allocation.requests,
            Published(
                {"operating": self.operating, "bonus": self.bonus},
                self.special_needs,
                self.reserve,
                self.totals,
            ),
        )
        assert all(str(breach) for breach in proof.breaches)
        assert proof.certified == (not proof.breaches)
        return {(breach.pool, breach.rule) for breach in proof.breaches}

    def give(self, centre: int, won: int) -> None:
        self.operating[centre] += won
        self.totals[centre] += won

    def move(self, giver: int, taker: int, won: int = 1_000) -> None:
        self.give(giver, -won)
        self.give(taker, won)


@pytest.fixture
def result() -> Result:
    """Operating 1,000,000: A 60,000 at its floor; A, B, C together at their band of 560,000;
    D at its cap of 220,000; E takes the rest. The bonus is a tenth of that for everybody."""
    found = budget.allocate(
        table(
            staff=[1, 20, 30, 40, 20],
            one=[1, 1, 1, 1, 1],
            side=["north", "north", "north", "south", "south"],
            prior_operating_krw=[None, None, None, 200_000, None],
        ),
        policy(RULES, head=HEAD, envelope=1_130_000),
        request_table({"centre_id": "B", "approved_krw": 20_000}),
    )
    return Result(
        found,
        list(found.pools[0].amounts),
        list(found.pools[1].amounts),
        list(found.special_needs),
        found.reserve,
        list(found.totals),
    )


def test_the_result_is_the_one_worked_by_hand_and_accepted(result: Result) -> None:
    assert result.operating == [60_000, 200_000, 300_000, 220_000, 220_000]
    assert result.bonus == [6_000, 20_000, 30_000, 22_000, 22_000]
    assert result.special_needs == [0, 20_000, 0, 0, 0]
    assert result.reserve == 10_000
    assert result.rules_broken() == set()


MUTATIONS: dict[str, tuple[Callable[[Result], None], tuple[str, str]]] = {
    "two units from the worse to the better funded": (
        lambda r: r.move(1, 2, 2_000),
        ("operating", "exchange"),
    ),
    "and the other way": (lambda r: r.move(2, 1, 2_000), ("operating", "exchange")),
    "above a cap": (lambda r: r.move(4, 3), ("operating", "cap")),
    "below a floor": (lambda r: r.move(0, 1), ("operating", "floor")),
    "above a band": (lambda r: r.move(4, 1), ("operating", "band")),
    "half a unit": (lambda r: r.move(1, 2, 500), ("operating", "unit")),
    "a unit too much": (lambda r: r.give(4, 1_000), ("operating", "sum")),
    "a unit held back": (lambda r: r.give(4, -1_000), ("operating", "unplaced")),
    "a total that is not the sum": (lambda r: r.totals.__setitem__(0, 1), ("", "sum")),
    "a reserve that is too large": (lambda r: setattr(r, "reserve", 12_000), ("", "sum")),
    "a special need unpaid": (
        lambda r: r.special_needs.__setitem__(1, 0),
        ("special_needs", "funding"),
    ),
    "a special need of somebody else": (
        lambda r: r.special_needs.__setitem__(2, 20_000),
        ("special_needs", "funding"),
    ),
    "a bonus above the tenth": (lambda r: r.bonus.__setitem__(0, 7_000), ("bonus", "cap")),
    "a negative amount": (lambda r: r.bonus.__setitem__(0, -1_000), ("bonus", "floor")),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_change_is_caught_and_named(result: Result, name: str) -> None:
    change, broken = MUTATIONS[name]
    change(result)
    assert broken in result.rules_broken()


def test_a_certificate_refuses_a_unit_moved_where_two_units_of_ratio_lie_between() -> None:
    """The tolerance is one unit for each of the two: no less, no more."""
    found = budget.allocate(table(staff=[1, 1]), policy(envelope=10_000))
    centres, rules = found.centres, found.policy

    def certified(first: int) -> bool:
        published = Published({"operating": [first, 10_000 - first]}, (0, 0))
        return certificate(centres, rules, (), published).certified

    # 6,000 and 4,000 differ by two units' worth: allowed; 7,000 and 3,000 by four: not
    assert [certified(first) for first in (5_000, 6_000, 4_000, 7_000, 3_000)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_no_entitlement_gets_its_floor_and_no_more() -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 10_000\n', envelope=100_000)
    found = budget.allocate(table(staff=[0, 1]), rules)
    assert found.pools[0].amounts == (10_000, 90_000)
    published = Published({"operating": [11_000, 89_000]}, (0, 0))
    breaches = certificate(found.centres, rules, (), published).breaches
    assert [breach.rule for breach in breaches] == ["floor"]


def test_parts_above_the_envelope_are_named() -> None:
    rules = policy(head="[reserve]\namount = { share = 0.5 }\n", envelope=100_000)
    found = budget.allocate(table(staff=[1]), rules)
    published = Published({"operating": [0]}, (60_000,))
    breaches = certificate(found.centres, rules, (), published).breaches
    assert ("", "remainder") in {(breach.pool, breach.rule) for breach in breaches}


def test_exchange_across_bands_goes_through_the_smallest_group_around_both() -> None:
    """A unit moved between two bands that both have room is caught."""
    rules = policy(
        '[[pool.band]]\nname = "n"\nwhere = { column = "side", values = ["n"] }\nmax_share = 0.9\n'
        '[[pool.band]]\nname = "s"\nwhere = { column = "side", values = ["s"] }\nmax_share = 0.9\n',
        envelope=400_000,
    )
    found = budget.allocate(table(staff=[1, 1, 1, 1], side=["n", "n", "s", "s"]), rules)
    assert found.pools[0].amounts == (100_000,) * 4
    published = Published({"operating": [102_000, 102_000, 98_000, 98_000]}, (0,) * 4)
    breaches = certificate(found.centres, rules, (), published).breaches
    assert {breach.rule for breach in breaches} == {"exchange"}


def test_the_proof_of_special_needs_says_so_when_it_would_be_too_large() -> None:
    primes = [10**12 + 39, 10**12 + 61, 10**12 + 63]
    assert best_set(primes, 2 * 10**12 + 100) == [True, True, False]
    many = [10**12 + 2 * place + 1 for place in range(30)]
    assert best_set(many, 15 * 10**12) is None
