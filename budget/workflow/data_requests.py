"""Requests that come as a file: taken over as submitted, to be reviewed like all others.

A file brings what was asked for. Priority, divisibility and approval are given by the review, so
that nobody approves what they have written; whoever uploads a file counts as its writer.

Source: file formats, requests.csv; workflow, a special-need request.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, select

from budget.allocation.faults import N_, Fault, InputError
from budget.files.uploads.definitions import REQUESTS
from budget.files.uploads.reading import CONTENT, Upload, read_upload
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Snapshot, SpecialNeed
from budget.storage.trail import canonical
from budget.workflow import deadlines, fields
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import Act, acting, looking, need_subject, to_plain
from budget.workflow.refusals import NotNow
from budget.workflow.roles import Subject, Verb

REVIEWED = ("approved_krw", "priority", "divisible")
"""Columns that the review fills."""
OPEN = ("open", "review")
CLOSED = N_("Requests are taken over while the round is open or under review.")
KNOWN = N_("a request that the round does not have yet")
LOOKALIKE = N_("an id that does not look like the round's own")
UNKNOWN_CENTRE = N_("the id of a centre in the table of centres")
REVIEW_FILLS = N_("an empty cell; the review fills this, on the page Review")
TOLD = ("centre_id", "category", "title", "requested_krw", "submitted_at", "written_by")


def checked_requests(store: Store, who: str, name: str, uploaded: bytes) -> Upload:
    """Read an uploaded table of requests and check it against the round.

    Returns:
        The table with every fault; nothing is stored.

    Raises:
        Forbidden: for anybody but a planner.
    """
    with looking(store, who, Verb.IMPORT_NEEDS) as act:
        act.allow(Subject("special_need", ""))
        return _checked(act.session, act.round(), name, uploaded)


def _checked(session: Session, round_: BudgetRound, name: str, uploaded: bytes) -> Upload:
    upload = read_upload(name, uploaded, REQUESTS)
    return upload if upload.faults else upload.with_faults(_faults(session, round_, upload))


def _faults(session: Session, round_: BudgetRound, upload: Upload) -> Iterator[Fault]:
    centres = centres_in_force(session, round_)
    taken = set(session.exec(select(SpecialNeed.id)).all())
    own = f"SN{round_.fiscal_year}-"
    for row, cells in enumerate(upload.table.to_dict("records"), start=2):
        request_id = cells["request_id"]
        if request_id in taken:
            yield _fault("request_id", request_id, KNOWN, row)
        elif request_id.startswith(own) and not request_id.removeprefix(own).isdecimal():
            yield _fault("request_id", request_id, LOOKALIKE, row)
        if cells["centre_id"] not in centres:
            yield _fault(
                "centre_id",
                cells["centre_id"],
                UNKNOWN_CENTRE,
                row,
            )
        if len(cells["title"]) > fields.BY_NAME["title"].most:
            yield _fault("title", cells["title"][:60], N_("at most 120 characters"), row)
        if int(cells["requested_krw"]) > fields.MOST_WON:
            yield _fault(
                "requested_krw", cells["requested_krw"], N_("at most a million million won"), row
            )
        for name in REVIEWED:
            if cells[name]:
                yield _fault(
                    name,
                    cells[name],
                    REVIEW_FILLS,
                    row,
                )


def _fault(where: str, value: str, expected: str, row: int) -> Fault:
    return Fault(CONTENT, where, value, expected, row)


def take_over(store: Store, who: str, name: str, uploaded: bytes, reason: str, *, key: str) -> int:
    """Take the requests of a file over as submitted; gives how many.

    Raises:
        Forbidden: for anybody but a planner.
        NotNow: unless the round is open or under review.
        InputError: with every fault of the file; without a reason.
    """
    sha256 = hashlib.sha256(uploaded).hexdigest()
    with acting(store, who, Verb.IMPORT_NEEDS, key, sha256, reason) as act:
        act.allow(Subject("special_need", ""))
        round_ = act.round()
        if act.is_repeated:
            return 0
        if round_.state not in OPEN:
            raise NotNow(CLOSED)
        upload = _checked(act.session, round_, name, uploaded)
        faults = list(upload.faults)
        try:
            reason = fields.reason_text(reason)
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(faults)
        act.record(
            changes={
                "file": (None, f"{upload.file} {sha256}"),
                "requests_taken_over": (None, len(upload.table)),
            },
            reason=reason,
            made=Subject("round", str(round_.id)),
        )
        for cells in upload.table.to_dict("records"):
            _add(act, round_, {str(column): str(cell) for column, cell in cells.items()})
        return len(upload.table)


def _add(act: Act, round_: BudgetRound, cells: Mapping[str, str]) -> None:
    """One request, submitted, with its snapshot and its record."""
    requested = int(cells["requested_krw"])
    submitted = act.now
    if cells["submitted_at"]:
        submitted = datetime.fromisoformat(cells["submitted_at"])
        if submitted.tzinfo is None:
            submitted = submitted.replace(tzinfo=deadlines.KOREA)
    need = SpecialNeed(
        id=cells["request_id"],
        round_id=round_.id or 0,
        centre_id=cells["centre_id"],
        state="submitted",
        draft=canonical(
            {
                "category": cells["category"],
                "title": cells["title"],
                "requested_krw": f"{requested:,}",
            }
        ),
        written_by=act.person.id,
        edited_by=act.person.id,
        edited_at=act.now,
        snapshots=1,
        category=cells["category"],
        title=cells["title"],
        requested_krw=requested,
        submitted_at=submitted,
    )
    act.session.add(need)
    act.session.flush()
    content = canonical(
        {
            "category": need.category,
            "title": need.title,
            "requested_krw": requested,
            "files": [],
        }
    )
    snapshot = Snapshot(
        special_need_id=need.id,
        number=1,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        submitted_by=act.person.id,
        submitted_at=submitted,
    )
    act.session.add(snapshot)
    with act.follow_up(need.id):
        act.record(
            to_state="submitted",
            changes={
                **{name: (None, to_plain(getattr(need, name))) for name in TOLD},
                "snapshot": (None, snapshot.sha256),
            },
            made=need_subject(need),
        )
