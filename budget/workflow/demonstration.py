"""The people of the demonstration: a head for every centre, and a few of every other role.

Source: workflow, signing in.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, select

from budget.storage.tables import Centre, Person, RoleGrant
from budget.workflow.roles import Role

DEMONSTRATION = "demonstration"
"""What an installation is for, unless it is the ministry's."""
DEMONSTRATION_PEOPLE = (
    (Role.REVIEWER, 2),
    (Role.PLANNER, 2),
    (Role.LEAD, 2),
    (Role.AUDITOR, 1),
    (Role.ADMINISTRATOR, 1),
)
"""So many of each; and a head for every centre."""
KOREAN_ROLES = {
    Role.CENTRE_HEAD: "센터장",
    Role.REVIEWER: "검토 담당",
    Role.PLANNER: "예산 담당",
    Role.LEAD: "총괄",
    Role.AUDITOR: "감사 담당",
    Role.ADMINISTRATOR: "관리자",
}
ENGLISH_ROLES = {
    Role.CENTRE_HEAD: "Head",
    Role.REVIEWER: "Reviewer",
    Role.PLANNER: "Planner",
    Role.LEAD: "Lead",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


def demonstration_identity(role: Role, which: str) -> str:
    """The identity of a person of the demonstration: a role and a number, or a centre."""
    return f"{DEMONSTRATION}|{role}-{which}"


EXAMPLES: Mapping[str, tuple[tuple[int, int], Mapping[str, str]]] = {
    "leasing": (
        (3, 31),
        {"justification": "(예시) 임대차 계약이 만료되어 재계약하지 않으면 업무 공간이 없습니다."},
    ),
    "remodelling": (
        (6, 30),
        {
            "justification": "(예시) 시설이 낡아 민원인과 직원의 안전과 상담에 지장이 있습니다.",
            "condition": "(예시) 준공 후 20년이 지나 설비가 낡았고 보수 권고를 받았습니다.",
        },
    ),
    "relocation": (
        (9, 30),
        {
            "justification": "(예시) 현 청사를 비워야 하고 방문이 늘어 더 넓은 곳이 필요합니다.",
            "new_address": "(예시) 같은 시·군·구 안의 업무시설",
        },
    ),
    "other": (
        (4, 30),
        {"justification": "(예시) 장비와 계약의 기한이 끝나 바꾸지 않으면 업무가 멈춥니다."},
    ),
}
"""Category of a request -> month and day of the need, and what its centre might have written."""
EXAMPLE_ASSESSMENT = "(예시) 견적과 현장 사진을 확인하였습니다."
EXAMPLE_DECISION = "(예시) 검토 의견과 우선순위에 따라 결정합니다."


def example_fields(category: str, fiscal_year: int) -> dict[str, str | date]:
    """What a request of the sample says besides its title and amount; marked as an example."""
    if category not in EXAMPLES:
        return {}
    (month, day), texts = EXAMPLES[category]
    due = date(fiscal_year, month, day)
    return {"need_by": due, **texts, **({"lease_end": due} if category == "leasing" else {})}


def add_people(session: Session, now: datetime) -> dict[str, int]:
    """People of the demonstration, by identity."""
    found: dict[str, int] = {}

    def add(role: Role, which: str, name: str, name_en: str, centre: str | None = None) -> None:
        identity = demonstration_identity(role, which)
        person = Person(identity=identity, name=name, name_en=name_en)
        session.add(person)
        session.flush()
        session.add(
            RoleGrant(person_id=person.id or 0, role=role, centre_id=centre, granted_at=now)
        )
        found[identity] = person.id or 0

    for role, count in DEMONSTRATION_PEOPLE:
        for number in range(1, count + 1):
            suffix = f" {number}" if count > 1 else ""
            add(
                role,
                str(number),
                f"{KOREAN_ROLES[role]}{suffix}",
                f"{ENGLISH_ROLES[role]}{suffix}",
            )
    for centre in session.exec(select(Centre)).all():
        short_ko = centre.name_ko.replace("고용복지플러스센터", "").replace("고용센터", "")
        short_en = centre.name_en.replace(" Employment Welfare Plus Centre", "").replace(
            " Employment Centre", ""
        )
        add(
            Role.CENTRE_HEAD,
            centre.centre_id,
            f"{short_ko} {KOREAN_ROLES[Role.CENTRE_HEAD]}",
            f"{ENGLISH_ROLES[Role.CENTRE_HEAD]} of {short_en}",
            centre.centre_id,
        )
    return found
