"""The people of the demonstration: a head for every centre, and a few of every other role.

Source: workflow, signing in.
"""

from datetime import datetime

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
