"""The page of rules: who may, what it says, switched from a day and taken back, previewed, and what fails is seen."""

import pytest

from tests.actions.test_rules_engine import visit
from waypost.access import scopes
from waypost.coordination.worklist.engine import running, switches
from waypost.coordination.worklist.rules import table
from waypost.kernel.context import Context, system_actor
from waypost.records import actions as records
from waypost.records.acts import act
from waypost.records.versions import Filing


@pytest.fixture
def rules(tenant, clock):
    ctx = Context(system_actor("rules"), tenant.pk, tenant.zone, clock, "worker")
    return lambda: running.catch_up(ctx)


@pytest.fixture
def unconfirmed(clinic, context, clock):
    made = visit(clinic.patients[0], clock.now().replace(hour=20, minute=0, day=25))
    with act(context()) as running_act:
        records.file_many(running_act.ctx, [Filing(made, "Appointment", made["id"])])


def in_force(context, clock):
    rows = switches.switches(scopes.everything(context()))
    return {one.rule.code: dict(one.figures) for one in switches.in_force(rows, clock.now().date())}


def test_a_supervisor_sees_every_rule_with_its_source_and_a_clerk_none(desk, clinic, unconfirmed, rules):
    rules()
    page = desk("supervisor").get("/settings/rules").content.decode()
    assert all(rule.name in page and rule.source in page for rule in table.RULES)
    assert page.count("1 item<") >= 1
    assert desk("coordinator").get("/settings/rules").status_code == 403


def test_a_rule_is_switched_off_from_today_its_work_ends_and_undo_brings_it_back(desk, clinic, unconfirmed, rules, context, clock):
    rules()
    client = desk("supervisor")
    sent = {"state": "off", "since": "Nov 24 2026", "days": "2", "do": "save"}
    page = client.post("/settings/rules/visit-unconfirmed", sent, follow=True).content.decode()
    assert "Visits not confirmed: off from Nov 24, 2026." in page
    assert "visit-unconfirmed" not in in_force(context, clock)
    assert rules() >= 1
    page = client.get("/settings/rules/visit-unconfirmed").content.decode()
    assert "0 open items" in page
    row = switches.switches(scopes.everything(context()), "visit-unconfirmed")[0]
    assert client.post("/undo", {"act": row.act}, follow=True).status_code == 200
    assert "visit-unconfirmed" in in_force(context, clock)
    page = client.get("/settings/rules/visit-unconfirmed").content.decode()
    assert "taken back" in page
    rules()
    assert "1 open item " in client.get("/settings/rules/visit-unconfirmed").content.decode()


@pytest.mark.parametrize(("sent", "said"), [
    ({"since": "Nov 23 2026"}, "from today or a later day"), ({"days": "99"}, "less than or equal to 10"), ({"since": "soon"}, "Write the date"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_kept(desk, clinic, sent, said):
    answer = desk("administrator").post("/settings/rules/visit-unconfirmed", {"state": "off", "since": "Nov 24 2026", "days": "2"} | sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_figures_hold_from_their_day(desk, clinic, context, clock):
    desk("administrator").post("/settings/rules/visit-unconfirmed", {"state": "on", "since": "Nov 24 2026", "days": "4", "do": "save"})
    assert in_force(context, clock)["visit-unconfirmed"] == {"days": 4}


def test_a_preview_counts_and_lists_and_files_nothing(desk, clinic, unconfirmed, context):
    page = desk("supervisor").post("/settings/rules/visit-unconfirmed", {"state": "on", "since": "Nov 24 2026", "days": "2", "do": "look"}).content.decode()
    assert "this would have made 1 item; as the record stands, 1 would be open now." in page
    assert "Confirm Follow-up, Wed, Nov 25" in page
    assert switches.switches(scopes.everything(context())) == []


def test_a_rule_that_raises_is_contained_and_seen_and_the_others_go_on(desk, clinic, unconfirmed, rules, monkeypatch):
    from dataclasses import replace

    broken = table.BY_CODE["details-missing"]

    def decide(facts, figures):
        raise KeyError("Marisol Castillo")

    changed = replace(broken, decide=decide)
    monkeypatch.setattr(switches, "RULES", tuple(changed if one is broken else one for one in table.RULES))
    rules()
    page = desk("supervisor").get("/settings/rules").content.decode()
    assert "4 patients could not be looked at: KeyError in test_rules_page.decide" in page
    assert "Marisol" not in page, "an error's words may hold patient data"
    assert "1 open item " in desk("administrator").get("/settings/rules/visit-unconfirmed").content.decode()
    monkeypatch.undo()
