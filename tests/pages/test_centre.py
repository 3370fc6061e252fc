"""The page of one centre, as each person opens it."""

import re

from streamlit.testing.v1 import AppTest

from budget.ui import keys
from budget.workflow import publication, saved_scenarios
from budget.workflow.centres import published
from tests.pages.people_of_pages import opened, press, said, store, trail_of
from tests.storage.databases import head, key, lead, move_round, planner

GUMI = "EC095"
SEOUL = "EC001"


def of(centre_id: str) -> dict[str, str]:
    return {keys.CENTRE_PARAMETER: centre_id}


def heads(app: AppTest) -> str:
    return "\n".join(found.value.replace("\\", "") for found in app.subheader)


def charts(app: AppTest) -> list[str]:
    return [found.proto.alt for found in app.get("vega_lite_chart")]


def test_a_planner_reads_why_with_waterfall_movers_and_named_peers() -> None:
    app = opened("centre", "planner-1", of(GUMI))
    assert not app.exception
    assert "Gumi receives 1,049.8 million won; operating money 53.8 million won" in heads(app)
    text = said(app)
    assert "Operating money falls from 1,076.6 million won to 1,022.7 million won (−53.8)." in text
    assert "Baseline: Default rules, version 1" in text
    assert "Nothing changes: operating: Hold-harmless (floor)" in text
    assert "Performance one grade up: C → B" in text
    waterfall, strip = charts(app)
    assert "total this year 1,049.8" in waterfall
    assert "above the median of its peers" in strip
    steps, peers, _data = (table.value for table in app.dataframe)
    assert steps["reached"].tolist()[-1] == "1,049,809,000"
    assert "▶ Gumi" in peers["centre"].tolist()
    assert not any("peer " in name for name in peers["centre"])
    assert "SN2027-014" in str([link.proto.label for link in app.get("page_link")])
    assert app.selectbox(keys.CENTRE_PICKER).value == GUMI


def test_the_other_way_and_the_other_language() -> None:
    app = opened("centre", "planner-1", of(GUMI))
    app.button_group(keys.WAY_SWITCH).set_value("entitlement").run()
    assert app.dataframe[0].value["reached"].tolist()[-1] == "1,049,809,000"
    assert "Need by staff" in app.dataframe[0].value["step"].tolist()[0]
    app.button_group(keys.LANGUAGE_SWITCH).set_value("ko").run()
    assert "구미: 1,049.8백만원 배분" in heads(app)
    assert not re.search(r"\b(operating|floor|need by)\b", said(app))


def test_stepping_and_choosing_keep_the_address() -> None:
    app = opened("centre", "lead-1", of(SEOUL))
    assert next(b for b in app.button if b.key == keys.CENTRE_PREVIOUS).disabled
    press(app, "Next")
    assert app.query_params[keys.CENTRE_PARAMETER] in (["EC002"], "EC002")
    assert "Seocho" in heads(app)
    app.selectbox(keys.CENTRE_PICKER).set_value(GUMI).run()
    assert app.query_params[keys.CENTRE_PARAMETER] in ([GUMI], GUMI)
    assert "Gumi" in heads(app)


def test_unsaved_rules_are_shown_and_said() -> None:
    change = "pool.operating.floor.hold-harmless.prior.rate=0.90"
    app = opened("centre", "planner-1", of(GUMI) | {keys.CHANGE_PARAMETER: change})
    assert "1 unsaved change" in said(app)
    assert "1,049.8 million won" not in heads(app)


def test_rules_that_contradict_each_other_are_told() -> None:
    change = "pool.operating.floor.hold-harmless.prior.rate=1.3"
    app = opened("centre", "planner-1", of(GUMI) | {keys.CHANGE_PARAMETER: change})
    assert not app.exception
    assert "contradict each other" in said(app)


def test_an_unknown_or_doubled_centre_is_told_and_the_list_stays() -> None:
    app = opened("centre", "planner-1", of("EC999"))
    for asked, told in (
        ("EC999", "a centre of this round"),
        ("<b>x</b>", "a centre of this round"),
        ("", "a centre of this round"),
        ([SEOUL, GUMI], "expected: one centre"),
    ):
        app.query_params[keys.CENTRE_PARAMETER] = asked
        app.run()
        assert not app.exception
        assert told in said(app)
        assert app.selectbox(keys.CENTRE_PICKER).value is None
        assert not app.get("vega_lite_chart")


# --- a centre's head -----------------------------------------------------------------------------


def test_a_head_sees_no_amount_before_publication() -> None:
    app = opened("centre", f"centre_head-{GUMI}")
    assert not app.exception
    text = said(app)
    assert "shown to the centres once they are published" in text
    assert "2026-12-04" in text
    assert not charts(app)[1:]  # the envelope's bar alone
    assert "1,049" not in text + heads(app) + "".join(charts(app))
    assert "1,076.6 million won" in str(app.dataframe[0].value)
    assert "In review" in text


def test_a_forged_address_is_refused_recorded_and_no_dead_end() -> None:
    app = opened("centre", f"centre_head-{GUMI}", of(SEOUL))
    assert not app.exception
    assert "not yours to see" in said(app)
    assert "Gumi" in str([link.proto.label for link in app.get("page_link")])
    assert trail_of(verb="see_centre")[0].outcome == "refused"
    assert not app.dataframe


def test_a_reviewer_is_refused() -> None:
    app = opened("centre", "reviewer-1", of(SEOUL))
    assert not app.exception
    assert "do not allow" in said(app)
    assert not app.get("vega_lite_chart")


def test_after_publication_a_head_reads_why_among_nameless_peers() -> None:
    found = store()
    base = saved_scenarios.scenarios(found, planner())[0]
    move_round(found, "decided")
    made = publication.propose(found, planner(), base.id, "제안", key=key())
    publication.confirm(found, lead(), made.id, "확정", key=key())
    app = opened("centre", f"centre_head-{GUMI}")
    assert not app.exception
    own = published(found, head(GUMI), GUMI)
    assert own is not None
    steps, peers, _data = (table.value for table in app.dataframe)
    assert steps["reached"].tolist()[-1] == f"{own.total:,}"
    assert peers["centre"].tolist()[0] == "peer A"
    assert "▶ Gumi" in peers["centre"].tolist()
    assert "As published: Default rules, version 1" in said(app)
    assert "What would move it most" in said(app)
    for name in ("Busan", "Ansan", "Jeonju"):
        assert name not in said(app) + "".join(charts(app)) + str(peers)
    seen = opened("centre", "auditor-1", of(GUMI))
    assert "Published: " in said(seen)
