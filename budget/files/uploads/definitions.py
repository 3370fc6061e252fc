"""What the columns of an uploaded table are called and hold: one definition for everything.

The checks, the templates and the data dictionary are made from these; type, range and meaning of
a column of centres.csv stand in the contract of the allocator and are not repeated here.

Source: file formats, centres.csv and requests.csv.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from budget.allocation.contract import CONTRACT, DERIVED, Column
from budget.allocation.faults import N_, NOTHING

WON, PEOPLE, POINTS, DEGREES = N_("won"), N_("people"), N_("points"), N_("degrees")


@dataclass(frozen=True)
class Definition:
    """A column of a table that is uploaded.

    Attributes:
        column: name, type, range, values and meaning.
        korean: its Korean header; the English one is its name.
        aliases: other headers that mean it.
        unit: English source; "" where there is none.
        words: Korean or English word -> the value that it stands for, folded.
        is_key: an id: of its own, and without spaces.
    """

    column: Column
    korean: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    words: Mapping[str, str] = field(default=NOTHING, hash=False)
    is_key: bool = False

    @property
    def name(self) -> str:
        """The column's name in the file formats."""
        return self.column.name

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.column.kind != "text"

    def header(self, language: str) -> str:
        """Its header in a template."""
        return self.korean if language == "ko" else self.name

    def allowed(self, language: str) -> tuple[str, ...]:
        """The only values allowed, as somebody of this language writes them into a cell."""
        return tuple(word_of(value, language) for value in self.column.values)


@dataclass(frozen=True)
class TableDefinition:
    """A table that is uploaded.

    Attributes:
        name: what it is called in the file formats, without ".csv".
        computed: columns that are computed and never typed in -> from what.
        summed: columns that a row of totals must sum.
        keeps_others: whether further columns of a file are kept.
    """

    name: str
    columns: tuple[Definition, ...]
    key: str
    computed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    computed_headers: Mapping[str, str] = field(default=NOTHING, hash=False)
    summed: frozenset[str] = frozenset()
    keeps_others: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Definition]:
        """Definitions by the column's name."""
        return {definition.name: definition for definition in self.columns}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        found = {}
        for definition in self.columns:
            for header in (definition.name, definition.korean, *definition.aliases):
                found[folded(header)] = definition.name
        for name in self.computed:
            found[folded(name)] = name
        found |= {folded(header): name for header, name in self.computed_headers.items()}
        return found

    def recognised(self, header: str) -> str | None:
        """The name of the column that a header means; None if it is another."""
        return self._names.get(folded(header))


_UNITS = re.compile(r"[(\[](단위)?[:\s]*(원|천원|백만원|만원|억원|명|점|개|도|krw|won)[)\]]")
_SIGNS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """A header or word without what does not tell two apart: case, width, spaces, its unit."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _SIGNS.sub("", _UNITS.sub("", plain))


def folded_word(text: str) -> str:
    """A word for a value without case, width and spaces; signs stay: A+ is not A."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _words(**values: Iterable[str]) -> dict[str, str]:
    return {folded_word(word): value for value, words in values.items() for word in (value, *words)}


KOREAN_WORDS: Mapping[str, str] = {
    "plus": "고용복지플러스센터",
    "basic": "고용센터",
    "medium": "중형고용센터",
    "branch": "출장센터",
    "outreach": "출장소",
    "remodelling": "리모델링",
    "leasing": "임차",
    "relocation": "이전",
    "other": "기타",
    "true": "예",
    "false": "아니요",
}
"""Value -> the Korean word for it that templates offer and messages name."""


def word_of(value: str, language: str) -> str:
    """A value as somebody of this language writes it into a cell."""
    return KOREAN_WORDS.get(value, value) if language == "ko" else value


CENTRE_TYPES = _words(
    plus=("고용복지플러스센터", "고용복지+센터", "고용복지 플러스", "플러스", "플러스센터"),
    basic=("고용센터", "일반", "기본", "일반센터"),
    medium=("중형", "중형고용센터", "고용복지센터"),
    branch=("출장센터", "분소", "지소"),
    outreach=("출장소",),
)
GRADES = _words(**{grade: (f"{grade}등급",) for grade in "SABCD"})


def _definition(
    name: str, korean: str, *aliases: str, unit: str = "", **more: object
) -> Definition:
    return Definition(CONTRACT[name], korean, aliases, unit, **more)  # type: ignore[arg-type]


CENTRES = TableDefinition(
    "centres",
    (
        _definition("centre_id", "센터코드", "센터 ID", "기관코드", "코드", "centre", is_key=True),
        _definition(
            "name_ko", "센터명", "기관명", "센터명(국문)", "국문명", "고용센터명", "Korean name"
        ),
        _definition(
            "name_en", "영문 센터명", "영문명", "센터명(영문)", "기관명(영문)", "English name"
        ),
        _definition("province", "시·도(영문)", "시도 영문", "Province (English)"),
        _definition("province_ko", "시·도", "광역시도", "시도명", "Province (Korean)"),
        _definition("regional_office", "지방청(영문)", "지방고용노동청 영문"),
        _definition("regional_office_ko", "지방청", "지방고용노동청", "청"),
        _definition("local_office", "지청(영문)", "지방관서 영문"),
        _definition("local_office_ko", "지청", "지방관서", "관할 지청"),
        _definition("centre_type", "센터 유형", "유형", "구분", "type", words=CENTRE_TYPES),
        _definition("host_id", "파견 센터코드", "모센터코드", "주관 센터코드", "host"),
        _definition("lat", "위도", "latitude", unit=DEGREES),
        _definition("lon", "경도", "longitude", unit=DEGREES),
        _definition("officials", "일반직 공무원", "공무원", "일반직", unit=PEOPLE),
        _definition("counselling_officials", "직업상담직 공무원", "직업상담직", unit=PEOPLE),
        _definition("counsellors", "직업상담원", "상담원", "공무직 상담원", unit=PEOPLE),
        _definition("support_staff", "지원인력", "기타 인력", "지원 인력", unit=PEOPLE),
        _definition("partner_staff", "참여기관 인력", "협업기관 인력", "파트너 인력", unit=PEOPLE),
        _definition("integration_level", "통합 수준", "서비스 통합 수준", "통합수준"),
        _definition("registered_jobseekers", "등록 구직자", "구직등록자", "구직자", unit=PEOPLE),
        _definition("disadvantaged_jobseekers", "취약계층 구직자", "취약 구직자", unit=PEOPLE),
        _definition(
            "prior_operating_krw", "전년도 운영비 배정액", "전년 운영비", "전년도 배정액", unit=WON
        ),
        _definition(
            "prior_available_krw", "전년도 예산현액", "예산현액", "전년 예산현액", unit=WON
        ),
        _definition(
            "prior_spent_krw", "전년도 지출액", "지출액", "집행액", "전년 지출액", unit=WON
        ),
        _definition("prior_carryover_krw", "전년도 이월액", "이월액", "전년 이월액", unit=WON),
        _definition("performance_score", "성과평가 점수", "평가점수", "성과점수", unit=POINTS),
        _definition("performance_grade", "성과평가 등급", "등급", "평가등급", words=GRADES),
        _definition("staff_planning", "기획총괄 인력", "기획총괄팀 인원", unit=PEOPLE),
        _definition("staff_placement", "취업지원 인력", "취업·기업지원 인력", unit=PEOPLE),
        _definition(
            "staff_support_programme",
            "국민취업지원제도 인력",
            "국민취업지원 인력",
            unit=PEOPLE,
        ),
        _definition("staff_training", "직업능력개발 인력", "직업훈련 인력", unit=PEOPLE),
        _definition("staff_regional", "지역협력 인력", "지역협력 인원", unit=PEOPLE),
        _definition("staff_benefit", "실업급여 인력", "실업급여 인원", unit=PEOPLE),
    ),
    key="centre_id",
    computed=DERIVED,
    computed_headers={
        "집행률": "execution_rate",
        "전년도 집행률": "execution_rate",
        "총인원": "staff_total",
        "인원 계": "staff_total",
        "신설": "new_centre",
    },
    summed=frozenset(
        name
        for name, column in CONTRACT.items()
        if column.kind != "text" and name not in {"lat", "lon", "integration_level"}
    )
    - {"performance_score"},
)

CATEGORIES = _words(
    leasing=("임차", "임차료"),
    remodelling=("리모델링", "환경개선"),
    relocation=("이전", "청사 이전"),
    other=("기타",),
)
YES_NO = _words(
    true=("예", "가능", "O", "Y", "yes", "분할 가능"),
    false=("아니요", "아니오", "불가", "X", "N", "no"),
)

REQUESTS = TableDefinition(
    "requests",
    (
        Definition(
            Column("request_id", "text", N_("Stable key of the request")),
            "요구번호",
            ("요구 ID", "신청번호"),
            is_key=True,
        ),
        Definition(
            Column("centre_id", "text", N_("Centre that the request is for")),
            "센터코드",
            ("센터 ID", "기관코드"),
        ),
        Definition(
            Column(
                "category",
                "text",
                N_("Category of the special need"),
                values=("remodelling", "leasing", "relocation", "other"),
            ),
            "구분",
            ("유형", "특별수요 구분"),
            words=CATEGORIES,
        ),
        Definition(
            Column("title", "text", N_("What is needed, in a few words.")),
            "요구명",
            ("제목", "건명"),
        ),
        Definition(
            Column("requested_krw", "whole", N_("Amount asked for"), least=1),
            "요구액",
            ("신청액", "요구금액"),
            unit=WON,
        ),
        Definition(
            Column(
                "approved_krw",
                "whole",
                N_("Approved amount; empty if not approved"),
                least=0,
                optional=True,
            ),
            "승인액",
            ("승인금액",),
            unit=WON,
        ),
        Definition(
            Column(
                "priority",
                "whole",
                N_("1 statutory or safety, 2 contractual, 3 improvement"),
                least=1,
                most=3,
                optional=True,
            ),
            "우선순위",
        ),
        Definition(
            Column(
                "divisible",
                "text",
                N_("Whether a part of it can be funded"),
                values=("true", "false"),
                optional=True,
            ),
            "분할 가능",
            ("분할가능 여부", "분할"),
            words=YES_NO,
        ),
        Definition(
            Column("submitted_at", "text", N_("Date and time of the submission"), optional=True),
            "제출일시",
            ("제출일", "신청일시"),
        ),
    ),
    key="request_id",
    summed=frozenset({"requested_krw", "approved_krw"}),
    keeps_others=False,
)

EXECUTION = TableDefinition(
    "execution",
    (
        _definition("centre_id", "센터코드", "센터 ID", "기관코드", "코드", "centre", is_key=True),
        Definition(
            Column("as_of", "text", N_("Day until which spending is counted, like 2027-09-30")),
            "기준일",
            ("집행 기준일", "기준일자", "as of"),
        ),
        Definition(
            Column(
                "spent_krw",
                "whole",
                N_("Running money spent since 1 January, special needs apart"),
                least=0,
            ),
            "집행액",
            ("지출액", "누계 집행액", "집행액(누계)", "지출액(누계)"),
            unit=WON,
        ),
        Definition(
            Column(
                "committed_krw",
                "whole",
                N_("Contracted since 1 January, what was spent included; empty if not known"),
                least=0,
                optional=True,
            ),
            "지출원인행위액",
            ("원인행위액", "계약액"),
            unit=WON,
        ),
        Definition(
            Column(
                "available_krw",
                "whole",
                N_("Budget available this year; empty: as allotted"),
                least=0,
                optional=True,
            ),
            "예산현액",
            ("올해 예산현액",),
            unit=WON,
        ),
        Definition(
            Column(
                "carryover_krw",
                "whole",
                N_(
                    "Running money to be carried over, with what was spent no more than the budget "
                    "available; an empty cell is 0"
                ),
                least=0,
                optional=True,
            ),
            "이월 예정액",
            ("이월액", "이월예정액"),
            unit=WON,
        ),
    ),
    key="centre_id",
    computed={"execution_rate": ("spent_krw", "available_krw")},
    computed_headers={"집행률": "execution_rate"},
    summed=frozenset({"spent_krw", "committed_krw", "available_krw", "carryover_krw"}),
)

DAYS = frozenset({"as_of"})
"""Columns that hold a day."""
TABLES: Mapping[str, TableDefinition] = {
    table.name: table for table in (CENTRES, REQUESTS, EXECUTION)
}
