"""Names that stand in data, as a reader of this language calls them.

Pools, rules and columns are data: a policy may call them as it likes. Those of the sample
round are listed here for the translators; a name that is not in the catalogue appears as it is.
"""

from budget.allocation.faults import N_
from budget.view.words import Words

POOLS = (N_("operating"), N_("performance"), N_("joined_up"))
RULES = (
    N_("staff"),
    N_("caseload"),
    N_("execution"),
    N_("grade"),
    N_("integration"),
    N_("disadvantaged jobseekers"),
    N_("partner staff"),
    N_("minimum by type"),
    N_("minimum per head"),
    N_("hold-harmless"),
    N_("growth cap"),
    N_("capital area"),
    N_("bonus cap"),
    N_("flat bonus limit"),
    N_("joint desk minimum"),
    N_("share of last year"),
)
SCENARIOS = (N_("Default rules"),)
COLUMNS = {
    "officials": N_("Officials"),
    "counselling_officials": N_("Officials of the counselling series"),
    "counsellors": N_("Job counsellors"),
    "support_staff": N_("Support staff"),
    "partner_staff": N_("Partner staff"),
    "registered_jobseekers": N_("Registered jobseekers"),
    "disadvantaged_jobseekers": N_("Disadvantaged jobseekers"),
    "staff_total": N_("Staff"),
    "execution_rate": N_("Execution rate"),
    "performance_grade": N_("Performance grade"),
    "integration_level": N_("Integration level"),
}
VALUES = {
    "plus": N_("Welfare plus centre"),
    "basic": N_("Basic centre"),
    "medium": N_("Medium-sized centre"),
    "branch": N_("Branch centre"),
    "outreach": N_("Outreach post"),
}
PROVINCES = {
    "Seoul": "서울",
    "Busan": "부산",
    "Daegu": "대구",
    "Incheon": "인천",
    "Gwangju": "광주",
    "Daejeon": "대전",
    "Ulsan": "울산",
    "Sejong": "세종",
    "Gyeonggi": "경기",
    "Gangwon": "강원",
    "Chungbuk": "충북",
    "Chungnam": "충남",
    "Jeonbuk": "전북",
    "Jeonnam": "전남",
    "Gyeongbuk": "경북",
    "Gyeongnam": "경남",
    "Jeju": "제주",
}
"""Two-syllable names that every Korean table uses."""

KINDS = {
    "floor": N_("floor"),
    "cap": N_("cap"),
    "band": N_("band"),
    "amount": N_("pool amount"),
    "pool": N_("pool amount"),
    "reserve": N_("reserve"),
    "special_needs": N_("special needs"),
    "envelope": N_("envelope"),
}

CENTRE_SUFFIXES = ("고용복지플러스센터", "고용복지센터", "고용센터", "출장센터")
ENGLISH_SUFFIXES = (
    " Employment Welfare Plus Centre",
    " Employment Welfare Centre (medium-sized)",
    " Employment Centre",
)


def pool_name(name: str, _: Words) -> str:
    """A pool, as the screens call it."""
    return _.name(name).replace("_", " ")


def rule_name(name: str, _: Words) -> str:
    """A rule (factor, floor, band, …), as the screens call it."""
    if _.language == "ko" and name in PROVINCES:
        return PROVINCES[name]
    found = _.name(name)
    return found if _.language == "ko" else found[:1].upper() + found[1:]


def column_name(name: str, _: Words) -> str:
    """A column of the table of centres."""
    return _.name(COLUMNS.get(name, name))


def value_name(column: str, value: str, _: Words) -> str:
    """A value in a column: a type of centre, a grade, a level."""
    if column == "performance_grade":
        return _("grade {grade}", grade=value)
    if column == "integration_level":
        return _("level {level}", level=value)
    return _.name(VALUES.get(value, value))


def kind_name(kind: str, _: Words) -> str:
    """A kind of rule: floor, cap, band, …"""
    return _.name(KINDS.get(kind, kind))


def province_name(province: str, _: Words) -> str:
    """A province in its short form."""
    return PROVINCES.get(province, province) if _.language == "ko" else province


def centre_name(korean: str, english: str, _: Words) -> str:
    """A centre in the short form that a table of centres can use: the place alone."""
    if _.language == "ko":
        host, _space, post = korean.partition(" ")
        if post:
            return post
        for suffix in CENTRE_SUFFIXES:
            host = host.removesuffix(suffix) or host
        return host
    place, outreach, _host = english.partition(" Outreach Post (")
    if outreach:
        return _("{place} post", place=place)
    for suffix in ENGLISH_SUFFIXES:
        english = english.removesuffix(suffix) or english
    return english


def binding_name(binding: str, _: Words) -> str:
    """What stops a centre, from "floor:<term>;band:<name>", in words: the rule's name first."""
    rules: dict[str, list[str]] = {}
    for part in binding.split(";"):
        kind, _colon, rule = part.partition(":")
        if rule:
            rules.setdefault(kind, []).append(rule_name(rule, _))
    return " · ".join(f"{', '.join(names)} ({kind_name(kind, _)})" for kind, names in rules.items())
