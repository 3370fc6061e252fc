"""The export pack of a publication: who may take it, and what is in it.

Everything in it comes from rows that are frozen. The same publication gives the same bytes.

Source: workflow, scenarios and publication.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

import budget
from budget import files
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.explained import Explained, every_explained
from budget.allocation.faults import N_
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.result import Allocation
from budget.files import pack
from budget.files.tables import table_from
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    Person,
    Publication,
    Run,
    Scenario,
    ScenarioVersion,
    SpecialNeed,
)
from budget.storage.tables import Policy as PolicyRow
from budget.view import names
from budget.view.exports import (
    Provenance,
    allocation_tables,
    parameter_table,
    provenance_table,
    scenario_text,
)
from budget.view.notice import Origin, RequestLine, notice
from budget.view.numbers import DECREASE, Numbers
from budget.view.pack import PackFacts, readme
from budget.view.parameters import capital
from budget.view.requests import part_in_brief, request_amounts, request_title
from budget.view.words import LANGUAGES, Words
from budget.workflow import need_states, publication, rounds, saved_scenarios
from budget.workflow.deadlines import KOREA
from budget.workflow.deeds import acting, known, looking
from budget.workflow.refusals import NOT_YOURS, Forbidden, NotNow
from budget.workflow.roles import Subject, Verb

Progress = Callable[[int, int], object]
"""Told how many of how many notices are made."""
NOT_YET = N_("This is not published yet; a lead confirms it first.")


@dataclass(frozen=True)
class Signed:
    """Somebody who signed, and when."""

    name: str
    name_en: str
    at: datetime


@dataclass(frozen=True)
class FrozenRun:
    """What a proposal or a publication consists of: frozen inputs, frozen result.

    Attributes:
        confirmed: None while it is only proposed.
        rationales: parameter path -> why it has its value.
        baseline_content: the policy that it is compared with, as policy.toml.
        began_content: the policy that the round began with.
        requests: the requests that centres have submitted, as they stand now.
        centre_names: id -> Korean and English name.
    """

    id: int
    round_ko: str
    round_en: str
    fiscal_year: int
    illustrative: bool
    scenario: str
    number: int
    note: str
    rationales: Mapping[str, str]
    proposed: Signed
    confirmed: Signed | None
    policy_content: str
    baseline_content: str
    baseline_name: str
    centres_content: bytes
    requests_content: bytes
    allocation_content: bytes
    allocation_sha256: str
    report_content: str
    code_version: str
    requests: Sequence[SpecialNeed]
    centre_names: Mapping[str, tuple[str, str]]

    @property
    def policy(self) -> Policy:
        """The rules."""
        return policy_from_toml(self.policy_content, pack.POLICY)

    @property
    def baseline(self) -> Policy:
        """The rules that others are compared with."""
        return policy_from_toml(self.baseline_content, pack.POLICY)


# --- what there is -----------------------------------------------------------------------------


def proposed_run(store: Store, who: str) -> FrozenRun | None:
    """The latest proposal or the publication with everything that it came from.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        row = publication.latest(act.session, round_)
        return _frozen(act.session, round_, row) if row else None


def publications(store: Store, who: str) -> list[FrozenRun]:
    """Every confirmed publication, of earlier rounds too, the latest first.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        rows = act.session.exec(
            select(Publication)
            .where(col(Publication.confirmed_by).is_not(None))
            .order_by(col(Publication.id).desc())
        ).all()
        return [_frozen(act.session, act.round(row.round_id), row) for row in rows]


def export(store: Store, who: str, publication_id: int, *, key: str) -> FrozenRun:
    """What the pack of a publication is made from; that somebody takes it is recorded.

    The same key again gives the same, and records nothing more.

    Raises:
        Forbidden: for anybody but planner, lead and auditor, or if there is no such publication.
        NotNow: before it is confirmed.
    """
    with acting(store, who, Verb.EXPORT_PACK, key, publication_id) as act:
        act.allow(Subject("publication", str(publication_id)[:20]))
        row = known(act.session, Publication, publication_id)
        if row is None:
            raise Forbidden(NOT_YOURS)
        if row.confirmed_by is None:
            raise NotNow(NOT_YET)
        if not act.is_repeated:
            run = act.session.get_one(Run, row.run_id)
            act.record(changes={"allocation_sha256": (None, run.allocation_sha256)})
        return _frozen(act.session, act.round(row.round_id), row)


def _frozen(session: Session, round_: BudgetRound, row: Publication) -> FrozenRun:
    run = session.get_one(Run, row.run_id)
    version = session.get_one(ScenarioVersion, run.scenario_version_id)
    base = saved_scenarios.baseline(session, round_)
    return FrozenRun(
        id=row.id or 0,
        round_ko=round_.name_ko,
        round_en=round_.name_en,
        fiscal_year=round_.fiscal_year,
        illustrative=round_.illustrative,
        scenario=session.get_one(Scenario, version.scenario_id).name,
        number=version.number,
        note=version.note,
        rationales=json.loads(version.rationales),
        proposed=_signed(session, row.proposed_by, row.proposed_at),
        confirmed=_signed(session, row.confirmed_by, row.confirmed_at)
        if row.confirmed_by and row.confirmed_at
        else None,
        policy_content=session.get_one(PolicyRow, run.policy_id).content,
        baseline_content=base.policy_content,
        baseline_name=base.name,
        centres_content=session.get_one(DataSet, run.data_set_id).content,
        requests_content=run.requests_csv,
        allocation_content=run.allocation_csv,
        allocation_sha256=run.allocation_sha256,
        report_content=run.report,
        code_version=run.code_version,
        requests=session.exec(
            select(SpecialNeed)
            .where(SpecialNeed.round_id == round_.id, SpecialNeed.snapshots > 0)
            .order_by(col(SpecialNeed.id))
        ).all(),
        centre_names={
            centre.centre_id: (centre.name_ko, centre.name_en)
            for centre in session.exec(select(Centre)).all()
        },
    )


def _signed(session: Session, person_id: int, at: datetime) -> Signed:
    person = session.get_one(Person, person_id)
    return Signed(person.name, person.name_en or person.name, at)


def allocation_of(run: FrozenRun) -> Allocation:
    """A frozen run computed again.

    Raises:
        Defect: if it does not give the frozen allocation byte for byte.
    """
    found = _allocation(run, run.policy)
    sha256 = hashlib.sha256(files.allocation_csv(found)).hexdigest()
    if sha256 != run.allocation_sha256:
        raise budget.Defect(f"publication {run.id} repeated gives another allocation: {sha256}")
    return found


def baseline_of(run: FrozenRun) -> Allocation | None:
    """What the baseline gives with the same data and requests; None if its rules conflict."""
    try:
        return _allocation(run, run.baseline)
    except InfeasiblePolicy:
        return None


def _allocation(run: FrozenRun, policy: Policy) -> Allocation:
    return budget.allocate(
        table_from(run.centres_content, pack.CENTRES),
        policy,
        table_from(run.requests_content, pack.REQUESTS),
    )


# --- the pack ----------------------------------------------------------------------------------


def pack_name(run: FrozenRun) -> str:
    """What the file is called."""
    mark = "-illustrative" if run.illustrative else ""
    return f"budget-allocation-{run.fiscal_year}{mark}-{run.allocation_sha256[:8]}.zip"


def pack_of(run: FrozenRun, progress: Progress) -> bytes:
    """The export pack of a publication, as a zip.

    Args:
        progress: told after every notice.

    Raises:
        Defect: if the frozen inputs do not give the frozen allocation.
    """
    allocation = allocation_of(run)
    base = baseline_of(run) or allocation
    inputs = {
        pack.ALLOCATION: run.allocation_content,
        pack.POLICY: run.policy_content.encode(),
        pack.CENTRES: run.centres_content,
        pack.REQUESTS: run.requests_content,
        pack.REPORT: run.report_content.encode(),
    }
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in inputs.items()}
    return pack.pack_bytes(
        {
            pack.README: _readme(run, hashes),
            **inputs,
            pack.WORKBOOK: _workbook(run, allocation, base, hashes),
            **dict(_notices(run, allocation, progress)),
        },
        _confirmed(run).at,
    )


def _confirmed(run: FrozenRun) -> Signed:
    if run.confirmed is None:
        raise NotNow(NOT_YET)
    return run.confirmed


def _readme(run: FrozenRun, hashes: Mapping[str, str]) -> bytes:
    solver = json.loads(run.report_content)["solver"]
    texts = [
        readme(
            PackFacts(
                round_name=_.of(run.round_ko, run.round_en),
                fiscal_year=run.fiscal_year,
                scenario=scenario_text(run.scenario, run.number, _),
                proposed=_who(run.proposed, _),
                confirmed=_who(_confirmed(run), _),
                illustrative=run.illustrative,
                code_version=run.code_version,
                solver={name: str(found) for name, found in solver.items() if name != "name"},
                hashes=hashes,
            ),
            _,
        )
        for _ in map(Words, LANGUAGES)
    ]
    return "\n\n".join(texts).encode()


def _who(signed: Signed, _: Words) -> str:
    return f"{_.of(signed.name, signed.name_en)}, {signed.at.astimezone(KOREA):%Y-%m-%d %H:%M} KST"


def _workbook(
    run: FrozenRun, allocation: Allocation, base: Allocation, hashes: Mapping[str, str]
) -> bytes:
    """The tables of the Allocate page, the rules and the provenance, in Korean."""
    from budget.files.workbook import workbook_bytes  # noqa: PLC0415 - openpyxl only for a pack

    _ = Words()
    made = _confirmed(run).at.astimezone(KOREA)
    origin = Provenance(
        round=_.of(run.round_ko, run.round_en),
        fiscal_year=run.fiscal_year,
        state=_(rounds.STATES["published"]),
        scenario=scenario_text(run.scenario, run.number, _),
        requests=_(saved_scenarios.CONSIDERED["approved"]),
        certified=allocation.certified,
        illustrative=run.illustrative,
        made=made,
        code_version=run.code_version,
        hashes=hashes,
    )
    tables = [
        *allocation_tables(allocation, base, _),
        parameter_table(run.policy, run.baseline, run.rationales, _),
        provenance_table(origin, _),
    ]
    return workbook_bytes(tables, caption=origin.line(_), decrease=DECREASE[_.language], made=made)


def _notices(
    run: FrozenRun, allocation: Allocation, progress: Progress
) -> Iterator[tuple[str, bytes]]:
    """Every centre's notice, in every language."""
    from budget.files.typeset import notice_pdfs  # noqa: PLC0415 - the typesetter only for a pack

    every = list(every_explained(allocation))
    own: dict[str, list[SpecialNeed]] = {}
    for need in run.requests:
        own.setdefault(need.centre_id, []).append(need)
    done, count = 0, len(every) * len(LANGUAGES)
    for language in LANGUAGES:
        numbers = Numbers(Words(language))
        texts = (_notice(run, found, own.get(found.centre_id, []), numbers) for found in every)
        pages = notice_pdfs(texts, _confirmed(run).at)
        for row, (found, page) in enumerate(zip(every, pages, strict=True), start=1):
            done += 1
            progress(done, count)
            yield pack.notice_name(language, found.centre_id, row), page


def _notice(
    run: FrozenRun, found: Explained, requests: Sequence[SpecialNeed], numbers: Numbers
) -> dict[str, object]:
    _ = numbers.words
    day = _confirmed(run).at.astimezone(KOREA).date()
    korean, english = run.centre_names.get(found.centre_id, (found.centre_id, found.centre_id))
    full = _.of(korean, english)
    return asdict(
        notice(
            found,
            (names.centre_name(korean, english, _), f"{full} ({found.centre_id})"),
            [
                RequestLine(
                    title=f"{need.id} {request_title(need, numbers)}",
                    state=part_in_brief(need, numbers)
                    or capital(_(need_states.STATES.get(need.state, need.state))),
                    amount=request_amounts(need, numbers),
                )
                for need in requests
            ],
            Origin(
                round_name=_.of(run.round_ko, run.round_en),
                status=_("Published on {day}", day=f"{day:%Y-%m-%d}"),
                scenario=scenario_text(run.scenario, run.number, _),
                allocation_sha256=run.allocation_sha256,
                illustrative=run.illustrative,
                is_published=True,
            ),
            day,
            numbers,
        )
    )
