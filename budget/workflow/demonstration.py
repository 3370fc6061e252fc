"""The people of the demonstration: a head for every centre, and a few of every other role.

Source: workflow, signing in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


MARK = "(예시) "
"""What an invented sentence begins with."""
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "leasing": {
        "need_by": "03-31",
        "justification": "임대차 계약이 만료되어 재계약하지 않으면 업무 공간이 없습니다.",
    },
    "remodelling": {
        "need_by": "06-30",
        "justification": "시설이 낡아 민원인과 직원의 안전과 상담에 지장이 있습니다.",
        "condition": "준공 후 20년이 지나 설비가 낡았고 보수 권고를 받았습니다.",
    },
    "relocation": {
        "need_by": "09-30",
        "justification": "현 청사를 비워야 하고 방문이 늘어 더 넓은 곳이 필요합니다.",
        "new_address": "같은 시·군·구 안의 업무시설",
    },
    "other": {
        "need_by": "04-30",
        "justification": "장비와 계약의 기한이 끝나 바꾸지 않으면 업무가 멈춥니다.",
    },
}
"""Category of a request -> month and day of the need, and what its centre might have written."""
ANSWERS: Mapping[str, tuple[str, Sequence[str]]] = {
    "return_reason": ("견적서와 현장 사진을 첨부하여 주시기 바랍니다.", ("returned",)),
    "assessment": (
        "견적과 현장 사진을 확인하였습니다.",
        ("assessed", "approved", "rejected"),
    ),
    "decision_reason": ("검토 의견과 우선순위에 따라 결정합니다.", ("approved", "rejected")),
    "withdrawal_reason": ("더는 필요하지 않아 철회합니다.", ("withdrawn",)),
}
"""What is answered -> the usual words, and the states that have such an answer."""


@dataclass(frozen=True)
class Example:
    """What a request of the demonstration says besides its title and amount.

    Attributes:
        fields: what its centre wrote, by the names of the form.
        said: what it was answered, as far as its file says it.
    """

    fields: Mapping[str, str | date]
    said: Mapping[str, str]

    def answers(self, state: str) -> dict[str, str]:
        """The answers that a request in this state has."""
        return {
            name: MARK + (self.said.get(name) or usual)
            for name, (usual, states) in ANSWERS.items()
            if self.fields and state in states
        }


def example(category: str, fiscal_year: int, texts: Mapping[str, str]) -> Example:
    """What a request of the demonstration says, marked as an example.

    Args:
        texts: of its own; what they lack is what such a request usually says.
    """
    if category not in EXAMPLES:
        return Example({}, {})
    usual = EXAMPLES[category]
    due = date.fromisoformat(texts.get("need_by") or f"{fiscal_year}-{usual['need_by']}")
    fields: dict[str, str | date] = {"need_by": due}
    if category == "leasing":
        fields["lease_end"] = date.fromisoformat(texts.get("lease_end") or due.isoformat())
    for name in ("justification", "condition", "new_address"):
        if name in usual:
            fields[name] = MARK + (texts.get(name) or usual[name])
    return Example(fields, {name: texts.get(name, "") for name in ANSWERS})


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
