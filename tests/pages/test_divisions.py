"""The page of divisions, as each person opens it."""

import json
import re
from decimal import Decimal
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

import budget
from budget.allocation.divisions import CrossTable, cross_table
from budget.files.round_folder import usual_divisions
from budget.ui import keys
from budget.workflow import (
    division_bands,
    division_plans,
    divisions,
    publication,
    round_inputs,
    saved_scenarios,
)
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import head, key, lead, move_round, planner
from tests.workflow import steps

GUMI = "EC095"
CEILING = keys.division_rule("divisions.planning.ceiling.share")


def published() -> None:
    """The round of the pages' database, published."""
    found = store()
    base = saved_scenarios.scenarios(found, planner())[0]
    move_round(found, "decided")
    made = publication.propose(found, planner(), base.id, "제안", key=key())
    publication.confirm(found, lead(), made.id, "확정", key=key())


def heads(app: AppTest) -> str:
    return "\n".join(found.value.replace("\\", "") for found in app.subheader)


def charts(app: AppTest) -> list[str]:
    return [found.proto.alt for found in app.get("vega_lite_chart")]


def fields(app: AppTest) -> dict[str, dict[str, Any]]:
    """The fields of a plan: division -> what the field says."""
    return {
        found.key.rpartition(":")[2]: json.loads(found.proto.json)
        for found in app.get("bidi_component")
    }


def typed(app: AppTest, division: str, text: str) -> AppTest:
    """Run the page as if the browser had sent this text."""
    states = app._tree.get_widget_states()
    found = next(one for one in app.get("bidi_component") if one.key.endswith(f":{division}"))
    data = json.loads(found.proto.json)
    sent = {
        "text": text,
        "revision": data["revision"],
        "memory": data["memory"],
        "serial": data["heard"] + 1,
    }
    states.widgets.add(id=found.proto.id, json_value=json.dumps({"typed": sent}))
    app._run(states)
    assert not app.exception
    return app


def confirm(app: AppTest, label: str) -> AppTest:
    """Click the button of the dialog, which says exactly this."""
    return next(found for found in app.button if found.label == label).click().run()


def baseline_table() -> CrossTable:
    """The proposal by the sample's rules for what the baseline gives."""
    given = round_inputs.inputs(store(), planner())
    allocation = budget.allocate(given.centres, given.baseline.policy, given.requests)
    operating = allocation.pool("operating").amounts
    rules = divisions.planning(store(), planner()).rules
    assert rules is not None
    return cross_table(
        given.centres,
        pd.Series(dict(zip(allocation.centres.ids, operating, strict=True))),
        rules.rules,
    )


def ceiling(division: str) -> Decimal:
    """The national ceiling of a division in the sample's rules, as a share."""
    rules = divisions.planning(store(), planner()).rules
    assert rules is not None
    limit = rules.rules.division(division).ceiling
    assert limit is not None
    return Decimal(str(limit.share))


# --- those who see the round ---------------------------------------------------------------------


def test_a_planner_sees_totals_against_limits_and_who_pushes() -> None:
    app = opened("divisions", "planner-1")
    assert not app.exception
    table = baseline_table()
    held = [name for name, binds in table.limits["binding"].items() if binds == "ceiling"]
    assert held, "some ceiling of the sample binds"
    assert re.search(r"ceilings? .*bind|bind", heads(app))
    text = said(app)
    assert "this is a preview with the baseline" in text
    totals, pushes = charts(app)
    first = app.dataframe[0].value
    assert first["total"].tolist() == [
        f"{won / 1e6:,.1f}" for won in table.limits["total_krw"].tolist()
    ]
    chosen = app.radio(keys.DIVISION_WHICH).value if app.radio else held[0]
    pushed = table.pushed(str(chosen))
    count = int((pushed["pushed_krw"] != 0).sum())
    assert f"{count} centres" in text
    assert f"{pushed['pushed_krw'].abs().max() / 1e6:,.1f} million won" in pushes
    for found, won in zip(table.rules.divisions, table.limits["total_krw"], strict=True):
        assert f"{found.name_en} {won / 1e6:,.1f} million won" in totals
    assert "certified" in str([one.proto.body for one in app.get("markdown")])


def test_the_cross_table_sums_and_finds_a_centre() -> None:
    app = opened("divisions", "auditor-1", {"show": "centres"})
    assert not app.exception
    rows = app.dataframe[0].value
    assert len(rows) == 174
    names = ["planning", "placement", "support_programme", "training", "regional", "benefit"]
    assert (rows[names].sum(axis=1) - rows["operating"]).abs().max() < 1e-6
    app.text_input(keys.DIVISION_FILTER).set_value("gumi").run()
    assert app.dataframe[0].value["id"].tolist() == [GUMI]
    assert app.query_params["filter"] in ("gumi", ["gumi"])
    app.text_input(keys.DIVISION_FILTER).set_value("zzz").run()
    assert "No centre matches" in said(app)


def test_changed_rules_are_tried_saved_with_a_reason_and_recorded() -> None:
    app = opened("divisions", "planner-1", {"show": "rules"})
    assert not app.exception
    share = ceiling("planning") - Decimal("0.001")
    app.number_input(CEILING).set_value(float(share * 100)).run()
    assert "1 unsaved change" in str([one.proto.body for one in app.get("markdown")])
    press(app, "Save…")
    assert "Submitted plans keep the new bands" in said(app)
    confirm(app, "Save")
    assert "a reason in a sentence" in said(app)
    field(app, "text_area", "reason").set_value("인력 재배치")
    confirm(app, "Save")
    assert not app.exception
    assert divisions.planning(store(), planner()).rules.number == 2  # type: ignore[union-attr]
    made = trail_of(verb="save_division_rules")[0]
    assert made.changes["divisions.planning.ceiling.share"][1] == f"{share:.4f}"
    assert "unsaved" not in said(app)


def test_a_lead_reads_the_rules_and_cannot_change_them() -> None:
    app = opened("divisions", "lead-1", {"show": "rules"})
    assert not app.exception
    assert all(found.disabled for found in app.number_input)
    assert not app.get("file_uploader")


def test_rules_that_contradict_each_other_are_explained_and_mended_by_one_click() -> None:
    app = opened("divisions", "planner-1", {"show": "rules"})
    app.number_input(CEILING).set_value(1.0).run()
    assert not app.exception
    text = said(app)
    assert "These rules contradict each other: there is no proposal" in text
    assert "The national ceiling of Planning and co-ordination admits 1,068.8 million won" in text
    assert "National ceiling: Planning and co-ordination: from 1.00 %" in text
    assert "The rules ask for" in charts(app)[0]
    press(app, "Apply")
    assert not app.exception
    assert "contradict" not in said(app)


def test_a_wrong_address_is_told() -> None:
    app = opened("divisions", "planner-1", {"show": "nothing"})
    assert "totals, centres, plans or rules" in said(app)
    assert heads(app)


def test_data_without_staff_by_division_say_what_to_upload() -> None:
    found = store()
    with found.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER data_set_no_update")
        connection.exec_driver_sql(
            "UPDATE data_set SET content = CAST(replace(CAST(content AS TEXT), 'staff_benefit', "
            "'benefit_people') AS BLOB)"
        )
    app = opened("divisions", "planner-1")
    assert not app.exception
    text = said(app)
    assert "do not say how many staff work in which division" in text
    assert "staff_benefit" in text
    assert "Data" in str([link.proto.label for link in app.get("page_link")])


def test_a_round_without_rules_takes_the_first_ones() -> None:
    with store().writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER division_rules_no_delete")
        connection.exec_driver_sql("DELETE FROM division_rules")
    app = opened("divisions", "planner-1")
    assert not app.exception
    assert "rules for divisions are not there yet" in said(app)
    assert app.get("file_uploader")
    assert "A planner gives them" in said(opened("divisions", "lead-1"))
    press(app, "Begin with the rules of the program…")
    field(app, "text_area", "reason").set_value("첫 규칙")
    confirm(app, "Save")
    assert not app.exception
    rules = divisions.planning(store(), planner()).rules
    assert rules is not None
    assert (rules.number, rules.note) == (1, "첫 규칙")
    assert rules.content == usual_divisions()


def test_a_planner_sees_plans_together_and_returns_one() -> None:
    published()
    found = steps.proposed(store(), GUMI)
    found["placement"] -= 10_000_000
    found["planning"] += 10_000_000
    steps.planned(store(), GUMI, **found)
    app = opened("divisions", "planner-1", {"show": "plans"})
    assert not app.exception
    text = said(app)
    assert "1 of 174 plans are submitted; together they exceed the ceiling of" in text
    assert "Planning and co-ordination: 1 plan asks for 10.0 million won more" in text
    assert "Gumi +10.0 million won" in charts(app)[-1]
    press(app, "Return…")
    field(app, "text_area", "reason").set_value("상한 초과")
    confirm(app, "Return")
    assert not app.exception
    plan = divisions.planning(store(), planner()).plans[GUMI]
    assert (plan.state, plan.return_reason) == ("returned", "상한 초과")
    assert "No centre has submitted" in said(app)


# --- a centre's head -----------------------------------------------------------------------------


def test_a_head_waits_for_the_publication() -> None:
    app = opened("divisions", f"centre_head-{GUMI}")
    assert not app.exception
    assert "You plan your divisions once this year's amounts are published" in said(app)
    assert not fields(app)


def test_a_head_moves_money_sees_what_is_left_and_submits() -> None:
    published()
    app = opened("divisions", f"centre_head-{GUMI}")
    assert not app.exception
    assert "all of 1,022.7 million won is placed" in heads(app)
    proposal = steps.proposed(store(), GUMI)
    training = proposal["training"] // 1000
    assert fields(app)["training"]["text"] == f"{training:,}"
    typed(app, "training", str(training + 1000))
    assert "1.0 million won more than the 1,022.7" in heads(app)
    assert fields(app)["training"]["text"] == str(training + 1000), "typed text is not replaced"
    assert f"proposal {training:,} (+1,000)" in fields(app)["training"]["help"]
    plan = divisions.own(store(), head(GUMI), GUMI).plan
    assert plan is not None
    assert plan.draft["training"] == proposal["training"] + 1_000_000
    submit = next(found for found in app.button if found.label == "Submit the plan")
    assert submit.disabled
    again = opened("divisions", f"centre_head-{GUMI}")
    assert fields(again)["training"]["text"] == f"{training + 1000:,}", (
        "another session finds the draft"
    )
    rest = next(found for found in again.button if found.key.endswith("rest:benefit"))
    assert "−1.0 million won" in rest.label.replace("\\", "")
    rest.click().run()
    assert "all of 1,022.7 million won is placed" in heads(again)
    press(again, "Submit the plan")
    assert not again.exception
    assert "The plan is submitted and counts" in said(again)
    assert divisions.planning(store(), planner()).plans[GUMI].amounts["benefit"] == (
        proposal["benefit"] - 1_000_000
    )
    press(again, "Recall…")
    field(again, "text_area", "reason").set_value("고침")
    confirm(again, "Recall")
    assert "Submit the plan" in [found.label for found in again.button]


def test_what_is_no_amount_or_outside_the_band_is_told_at_its_field() -> None:
    published()
    app = opened("divisions", f"centre_head-{GUMI}")
    typed(app, "training", "1,2a")
    assert "Not saved. whole numbers in digits" in fields(app)["training"]["error"]
    typed(app, "training", "9,999,999")
    assert "above the greatest of the band" in fields(app)["training"]["error"]
    assert "Outside its band: Vocational training" in said(app)


def test_a_returned_plan_shows_the_reason_and_the_inbox_leads_there() -> None:
    published()
    plan = steps.planned(store(), GUMI)
    division_plans.send_back(
        store(), planner(), GUMI, "상한 초과", based_on=plan.version, key=key()
    )
    app = opened("divisions", f"centre_head-{GUMI}")
    assert "상한 초과" in said(app)
    assert fields(app)
    overview = opened("overview", f"centre_head-{GUMI}")
    assert "Your plan of divisions was returned" in str(
        [link.proto.label for link in overview.get("page_link")]
    )


def test_another_centre_s_address_is_refused() -> None:
    app = opened("divisions", f"centre_head-{GUMI}", {keys.CENTRE_PARAMETER: "EC001"})
    assert not app.exception
    assert "not yours to see" in said(app)
    assert trail_of(verb="see_divisions")[0].outcome == "refused"


def test_korean_has_no_english_words() -> None:
    app = opened("divisions", "planner-1", {"show": "rules"})
    app.button_group(keys.LANGUAGE_SWITCH).set_value("ko").run()
    assert "전국 한도" in said(app)
    assert "ceiling" not in said(app) + heads(app)


def test_records_of_plans_and_rules_read_in_the_reader_s_words() -> None:
    published()
    steps.planned(store(), GUMI)
    number = trail_of(verb="submit_plan")[0].number
    app = opened("audit", "auditor-1", {keys.RECORD_PARAMETER: str(number)})
    assert not app.exception
    told = said(app) + str([table.value for table in app.dataframe])
    assert "Job placement and employer service" in told
    assert "placement_krw" not in told
    own = opened("divisions", f"centre_head-{GUMI}")
    assert "Job placement and employer service" in str(own.dataframe[-1].value)


def test_who_was_faster_is_told_at_the_field_and_one_s_own_amount_stays() -> None:
    published()
    second = steps.granted(store(), "second|1", ("centre_head", GUMI))
    app = opened("divisions", f"centre_head-{GUMI}")
    typed(app, "training", "130000")
    plan = divisions.own(store(), head(GUMI), GUMI).plan
    assert plan is not None
    division_plans.save(
        store(), second, GUMI, {"training": 90_000_000}, based_on=plan.version, key=key()
    )
    typed(app, "benefit", "1000")
    states = fields(app)
    assert states["training"]["text"] == "90,000", "somebody else's amount is shown"
    assert states["benefit"]["text"] == "1000"
    plan = divisions.own(store(), second, GUMI).plan
    assert plan is not None
    division_plans.save(
        store(), second, GUMI, {"training": 80_000_000}, based_on=plan.version, key=key()
    )
    typed(app, "training", "120000")
    assert "second|1 changed Vocational training" in said(app)
    assert "it now says: 80,000" in said(app)
    assert fields(app)["training"]["text"] == "120000"
    press(app, "Keep mine")
    plan = divisions.own(store(), second, GUMI).plan
    assert plan is not None
    assert plan.draft["training"] == 120_000_000
    assert "changed Vocational training" not in said(app)


def test_changes_of_a_division_that_somebody_took_away_are_forgotten() -> None:
    """Another planner saves rules in which the division has another id."""
    app = opened("divisions", "planner-1", {"show": "rules"})
    ceiling = keys.division_rule("divisions.regional.ceiling.share")
    app.number_input(key=ceiling).set_value(30.0).run()
    app.number_input(key=CEILING).set_value(12.0).run()
    assert "2 unsaved changes" in said(app)
    present = divisions.planning(store(), planner()).rules
    assert present is not None
    renamed = present.content.replace('"regional"', '"region"').replace("regional =", "region =")
    division_bands.save(store(), planner(2), renamed, "이름", based_on=present.id, key=key())
    app.run()
    assert not app.exception
    assert "reference number" not in said(app)
    assert "1 unsaved change" in said(app)


def test_a_planner_who_heads_a_centre_finds_the_own_plan_below() -> None:
    published()
    both = steps.granted(store(), head(GUMI), ("planner", ""))
    app = opened("divisions", both.partition("|")[2])
    assert not app.exception
    assert "My centre's own plan" in [found.label for found in app.expander]
    assert fields(app)
    typed(app, "training", "130000")
    assert divisions.own(store(), both, GUMI).plan is not None
