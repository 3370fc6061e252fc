"""A small round that was lived to its end, so that every table has rows: three centres, everybody
who has a role, a request in every state, files, scenarios, a publication."""

import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session, SQLModel, func, select

from budget.storage.store import Store, opened
from budget.workflow import (
    attachments,
    demonstration,
    division_bands,
    division_plans,
    execution,
    founding,
    publication,
    quarters,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.needs_seen import Need
from tests.storage.databases import BEGINNING, Clock, head, key, lead, move_round, planner
from tests.workflow import steps
from tests.workflow.files import png

CENTRES = ("EC001", "EC002", "EC003")
EXTENDED = "EC002"
FILES = {
    "round.toml": """
name_en = "A small round"
name_ko = "작은 라운드"
fiscal_year = 2027
state = "review"
illustrative = true

[dates]
requests_open = 2026-03-02
requests_close = 2026-05-29
decisions_due = 2026-11-27
publication_due = 2026-12-04
""",
    "centres.csv": """centre_id,name_ko,name_en,officials,centre_type,front_desk,back_office
EC001,가고용센터,Ga Employment Centre,10,basic,6,4
EC002,나고용센터,Na Employment Centre,20,basic,5,15
EC003,다고용센터,Da Employment Centre,30,basic,30,0
""",
    "divisions.toml": """
name = "Rules for divisions"

[[divisions]]
id = "front"
name_ko = "창구"
name_en = "Front desk"
staff_column = "front_desk"
ceiling = { share = 0.7 }

[[divisions]]
id = "back"
name_ko = "지원"
name_en = "Back office"
staff_column = "back_office"

[bands.basic]
front = { min_share = 0.2 }
""",
    "requests.csv": """request_id,centre_id,category,title,title_en,requested_krw,approved_krw,\
priority,divisible,submitted_at,state
SN2027-001,EC001,other,가,A,34000000,34000000,2,true,2026-03-09T16:16:00+09:00,approved
SN2027-002,EC002,leasing,나,B,88170000,,3,false,2026-03-09T16:54:00,submitted
SN2027-003,EC003,remodelling,다,C,12000000,,1,true,2026-03-09T17:00:00+09:00,assessed
SN2027-004,EC003,other,라,D,9000000,,,,,draft
""",
    "policy.toml": """
[policy]
name = "Default rules"
fiscal_year = 2027
envelope_krw = 600_000_000
unit_krw = 1_000

[special_needs]
ceiling = { share = 0.2 }
unspent_to = "operating"

[[pool]]
name = "operating"
amount = "remainder"

[[pool.factor]]
name = "staff"
weight = 1
columns = { officials = 1.0 }
""",
    "provinces.geojson": '{"type": "FeatureCollection", "features": []}',
}


QUARTERLY = [Decimal("0.4"), Decimal("0.3"), Decimal("0.2"), Decimal("0.1")]
EXECUTED = (
    b"centre_id,as_of,spent_krw,committed_krw,available_krw,carryover_krw\n"
    b"EC001,2027-09-30,50000000,60000000,,1000000\nEC002,2027-09-30,150000000,,,\n"
)


def write_round(folder: Path) -> None:
    """The small round as a folder."""
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")


def with_file(store: Store, need: Need, text: str) -> Need:
    """The request with a picture."""
    return attachments.attach(
        store, head(need.centre_id), need.id, f"{text}.png", png(text), key=key("attach")
    )


def small(address: str) -> None:
    """Fill an empty database with the small round."""
    store = opened(address, Clock())
    with tempfile.TemporaryDirectory() as folder:
        write_round(Path(folder))
        founding.found_round(store, demonstration.DEMONSTRATION, Path(folder))
    store.close()


def ready(address: str) -> None:
    """The small round under review, in which its centres may still write."""
    small(address)
    store = opened(address, Clock())
    until = BEGINNING.date() + timedelta(days=90)
    for centre in CENTRES:
        rounds.extend_deadline(store, lead(), centre, until, "for a test", key=key("extend"))
    store.close()


def lived(address: str) -> None:
    """The small round, lived until it is published."""
    small(address)
    store = opened(address, Clock())
    _live(store)
    store.close()


def _live(store: Store) -> None:
    with_file(store, steps.drafted(store, title="초안"), "draft")
    until = BEGINNING.date().replace(month=7)
    rounds.extend_deadline(store, lead(), EXTENDED, until, "late", key=key("extend"))
    steps.drafted(store, EXTENDED)
    need = with_file(store, steps.drafted(store), "submitted")
    special_needs.submit(store, head(), need.id, based_on=need.version, key=key("submit"))
    with_file(store, steps.in_review(store), "review")
    steps.returned(store)
    steps.assessed(store)
    steps.rejected(store)
    steps.withdrawn(store)
    with_file(store, steps.assessed(store), "assessed")
    steps.approved(store)
    base = saved_scenarios.scenarios(store, planner())[0]
    scenarios.create(store, planner(), "다른 안", base.policy, note="x", key=key("create"))
    scenarios.save(
        store, planner(), base.id, base.policy, note="same", based_on=base.number, key=key("save")
    )
    move_round(store, "decided")
    proposal = publication.propose(store, planner(), base.id, "제안", key=key("propose"))
    publication.confirm(store, lead(2), proposal.id, "확정", key=key("confirm"))
    quarters.save_profile(
        store, planner(), QUARTERLY, QUARTERLY, "상반기 집행", based_on=0, key=key("profile")
    )
    execution.save(store, planner(), "집행.csv", EXECUTED, "3분기", based_on=0, key=key("spent"))
    _plan(store)


def _plan(store: Store) -> None:
    """Plans of divisions in every state, and a second version of the rules."""
    steps.planned(store)
    plan = steps.planned(store, EXTENDED)
    division_plans.send_back(
        store, planner(), EXTENDED, "다시", based_on=plan.version, key=key("send back")
    )
    division_plans.save(
        store, head("EC003"), "EC003", {"front": 1_000}, based_on=0, key=key("save plan")
    )
    rules = FILES["divisions.toml"].replace("0.7", "0.75")
    division_bands.save(store, planner(), rules, "여유", based_on=1, key=key("rules"))


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: session.exec(select(func.count()).select_from(table)).one()
        for name, table in SQLModel.metadata.tables.items()
    }
