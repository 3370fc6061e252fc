"""Controls show exactly what the policy says, and give back exactly what was set."""

from decimal import Decimal
from pathlib import Path

from budget import files
from budget.allocation.parameters import parameters
from budget.view.numbers import Numbers
from budget.view.parameters import full_title, scale_of, sections, shown
from budget.view.words import Words

POLICY = files.read_policy(Path(__file__).parents[2] / "data/policy.toml")
NUMBERS = Numbers(Words("ko"))


def test_every_parameter_stands_in_one_section() -> None:
    """None is forgotten, none stands twice."""
    found = [p.path for section in sections(POLICY) for p in section.parameters]
    assert sorted(found) == sorted(p.path for p in parameters(POLICY))


def test_there_and_back_without_loss() -> None:
    """Screen value and policy value convert exactly, through a float as a slider has it."""
    for parameter in parameters(POLICY):
        scale = scale_of(parameter, POLICY)
        whole = isinstance(parameter.value, int)
        back = scale.from_screen(float(scale.to_screen(parameter.value)), whole=whole)
        assert back == parameter.value
        stepped = scale.to_screen(parameter.value + parameter.step)
        assert scale.from_screen(float(stepped), whole=whole) == parameter.value + parameter.step


def test_values_carry_natural_units() -> None:
    """Per cent for rates, 백만원 for amounts."""
    by_path = {parameter.path: parameter for parameter in parameters(POLICY)}

    def text(path: str, value: int | Decimal | None = None) -> str:
        parameter = by_path[path]
        given = parameter.value if value is None else value
        return shown(given, scale_of(parameter, POLICY), NUMBERS)

    assert text("policy.envelope_krw") == "128,000백만원"
    assert text("policy.envelope_krw", 128_000_100_000) == "128,000.1백만원"
    assert text("reserve.amount.share") == "1.0 %"
    assert text("reserve.amount.share", Decimal("0.01234")) == "1.234 %"
    assert text("pool.operating.floor.minimum by type.by.table.medium") == "60백만원"
    assert text("pool.operating.adjustment.execution.ramp.target") == "95.0 %"


def test_titles_are_unique() -> None:
    """A list of changes never leaves open which rule is meant."""
    titles = [full_title(parameter, POLICY, NUMBERS.words) for parameter in parameters(POLICY)]
    assert len(set(titles)) == len(titles)
