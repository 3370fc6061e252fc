"""What stands around the explanation of a centre's amount."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from budget.allocation.movers import Mover
from budget.view.exports import Table
from budget.workflow.centres import CentreFacts
from budget.workflow.rounds import RoundFacts


@dataclass(frozen=True)
class Context:
    """What stands around an explanation.

    Attributes:
        names: centre id -> short name, of the centres that the reader may know by name.
        rules: which rules the amounts come from, for the screen.
        status, scenario, allocation_sha256, is_published: the same for the notice; the hash is
            asked for when the notice is made.
        movers: what would move the centre; empty where the reader may not know.
        parameters: the rules behind the figures as sheets of a workbook; none for the same.
    """

    facts: CentreFacts
    round: RoundFacts
    names: Mapping[str, str]
    rules: str
    status: str
    scenario: str
    allocation_sha256: Callable[[], str]
    is_published: bool
    movers: tuple[Mover, ...]
    parameters: Callable[[], Sequence[Table]] = tuple

    @property
    def name(self) -> str:
        """The centre's short name."""
        return self.names[self.facts.centre_id]
