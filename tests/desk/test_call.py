"""The call, as a coordinator and a nurse meet it."""

from datetime import timedelta

import pytest

from tests.desk.conftest import file
from waypost.access import scopes
from waypost.records import queries
from waypost.web import middleware


def iso(at):
    return at.isoformat().replace("+00:00", "Z")


def text(answer):
    return answer.content.decode()


@pytest.fixture
def day(context, clock, monkeypatch):
    """File people and work; return how work is filed."""
    monkeypatch.setattr(middleware, "CLOCK", clock)
    ctx = context()
    file(ctx, {"resourceType": "Patient", "id": "p1", "name": [{"use": "official", "family": "Brandt", "given": ["Eva"]}],
               "birthDate": "1970-09-30", "identifier": [{"system": "urn:waypost:mrn", "value": "002310"}],
               "telecom": [{"system": "phone", "value": "2025550142", "use": "mobile"}, {"system": "phone", "value": "2025550143", "use": "home"}]})  # fmt: skip
    file(ctx, {"resourceType": "Patient", "id": "p2", "name": [{"family": "Other"}], "birthDate": "1971-01-01"})
    for who, family in (("ruiz", "Ruiz"), ("pavel", "Novak")):
        file(ctx, {"resourceType": "Practitioner", "id": who, "active": True, "name": [{"family": family}]})
    file(ctx, {"resourceType": "RelatedPerson", "id": "daughter", "patient": {"reference": "Patient/p1"}, "name": [{"text": "Ana Mora"}],
               "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAUC"}]}],
               "extension": [{"url": "urn:waypost:extension:may-discuss", "extension": [{"url": "topic", "valueCode": "visits"}, {"url": "until", "valueDate": "2026-12-31"}]}]})  # fmt: skip

    def work(id, kind="call", *, owner="ruiz", pool="", hours=30, patient="p1"):
        made = {
            "resourceType": "Task", "id": id, "status": "requested", "intent": "order",
            "code": {"coding": [{"system": "urn:waypost:task", "code": kind}]}, "description": f"Do {id}",
            "for": {"reference": f"Patient/{patient}"}, "authoredOn": iso(ctx.now - timedelta(days=2)),
            "restriction": {"period": {"end": iso(ctx.now + timedelta(hours=hours))}},
        }  # fmt: skip
        if owner:
            made["owner"] = {"reference": f"Practitioner/{owner}"}
        if pool:
            made["performerType"] = [{"coding": [{"system": "urn:waypost:pool", "code": pool}]}]
        return file(ctx, made)

    work.ctx = ctx
    return work


@pytest.fixture
def coordinator(desk, day):
    return desk("coordinator", practitioner="ruiz")


def wish(**more):
    return {"inbound": "out", "channel": "call", "who": "patient", "verified": ["name", "birth"], "reason": "other", "outcome": "reached",
            "words": "Will come on Thursday", "key": "k1", "promise_who": "ruiz"} | more  # fmt: skip


def kept(day, kind, id):
    return queries.read(scopes.everything(day.ctx), kind, id).resource


def contacts(day, patient="p1"):
    return [v.resource for v in queries.about(scopes.everything(day.ctx), patient, ["Communication"])]


def tasks(day, patient="p1"):
    return [v.resource for v in queries.about(scopes.everything(day.ctx), patient, ["Task"])]


def test_a_row_opens_the_call_and_one_act_files_it_and_ends_the_work(coordinator, day):
    day("ring")
    row = text(coordinator.get("/"))
    assert 'href="/call/p1?task=ring"' in row
    page = text(coordinator.get("/call/p1?task=ring"))
    assert "tel:+12025550142" in page
    assert "Ana Mora, daughter" in page
    assert "OK to talk about visits until Dec 31" in page
    assert "Nurse now" in page
    assert "call 911" in page
    answer = coordinator.post("/call/p1", wish(task="ring", **{"item-ring": "end:reached"}))
    assert answer.status_code == 303
    (contact,) = contacts(day)
    assert contact["status"] == "completed"
    assert contact["about"] == [{"reference": "Task/ring"}]
    assert contact["payload"][0]["contentString"] == "Reached: something else. Will come on Thursday."
    codes = {e["url"].rpartition(":")[2]: e.get("valueCode") for e in contact["extension"]}
    assert (codes["contact-by"], codes["direction"]) == ("clerk", "out")
    assert kept(day, "Task", "ring")["status"] == "completed"


def test_the_whole_call_is_undone_from_its_line(coordinator, day):
    day("ring")
    coordinator.post("/call/p1", wish(task="ring", promise="Call with the date", promise_on="Nov 27", promise_at="3 PM", **{"item-ring": "end:reached"}))
    assert {t["status"] for t in tasks(day)} == {"completed", "accepted"}
    act = text(coordinator.get("/")).split('name="act" value="')[1].split('"')[0]
    coordinator.post("/undo", {"act": act, "back": "/"})
    assert not contacts(day)
    assert [(t["id"], t["status"]) for t in tasks(day)] == [("ring", "requested")]


def test_a_promise_has_a_name_and_a_moment(coordinator, day):
    answer = coordinator.post("/call/p1", wish(promise="Call with the date", promise_on="Nov 27", promise_at="3 PM"))
    assert answer.status_code == 303
    (task,) = tasks(day)
    assert task["owner"]["reference"] == "Practitioner/ruiz"
    assert task["restriction"]["period"]["end"] == "2026-11-27T20:00:00Z"
    assert task["code"]["coding"][0]["code"] == "promise"
    past = coordinator.post("/call/p1", wish(key="k2", promise="Call", promise_on="11/23/2026"))
    assert past.status_code == 422
    assert "Will come on Thursday" in text(past)


def test_a_double_click_files_one_call(coordinator, day):
    for _ in range(2):
        assert coordinator.post("/call/p1", wish(promise="Call", promise_on="Nov 27")).status_code == 303
    assert len(contacts(day)) == len(tasks(day)) == 1


def test_two_tabs_do_not_end_the_same_work_twice_and_keep_what_was_typed(coordinator, day):
    day("ring")
    first = wish(task="ring", key="a", **{"item-ring": "end:reached"})
    coordinator.post("/call/p1", first)
    late = coordinator.post("/call/p1", first | {"key": "b", "words": "Typed in the second tab"})
    assert late.status_code == 409
    assert "Typed in the second tab" in text(late)
    day("ring2")
    file(day.ctx, {**kept(day, "Task", "ring2"), "description": "Said anew"})
    stale = coordinator.post("/call/p1", wish(key="c", **{"item-ring2": "end:reached", "seen-ring2": "1"}))
    assert stale.status_code == 409
    assert 'name="seen-ring2" value="2"' in text(stale)
    assert len(contacts(day)) == 1


def test_nothing_is_told_without_two_identifiers(coordinator, day):
    answer = coordinator.post("/call/p1", wish(verified=["name"]))
    assert answer.status_code == 422
    assert "Tick two" in text(answer)
    assert not contacts(day)
    assert coordinator.post("/call/p1", wish(verified=[], outcome="third-party")).status_code == 303


def test_an_attempt_leaves_the_work_open_and_says_what_comes_next(coordinator, day, clock):
    day("ring", "referral")
    coordinator.post("/call/p1", wish(task="ring", outcome="no-answer", verified=[], words="", **{"item-ring": "open"}))
    (contact,) = contacts(day)
    assert contact["status"] == "not-done"
    assert contact["statusReason"]["coding"][0]["code"] == "no-answer"
    assert kept(day, "Task", "ring")["status"] == "requested"
    assert "1st attempt; next after 5 PM or by text or e-mail." in text(coordinator.get("/call/p1?task=ring"))


def test_trying_again_puts_the_work_off_until_then(coordinator, day):
    day("ring")
    answer = coordinator.post("/call/p1", wish(task="ring", outcome="busy", verified=[], again_on="Nov 25", again_at="5:30 PM", **{"item-ring": "again"}))
    assert answer.status_code == 303
    task = kept(day, "Task", "ring")
    assert task["status"] == "on-hold"
    assert task["extension"][0]["valueDateTime"] == "2026-11-25T22:30:00Z"


def test_a_clerks_call_is_outreach_and_a_nurse_closes(coordinator, desk, day):
    day("result", "result", pool="nurses")
    page = text(coordinator.get("/call/p1?task=result"))
    assert "Hand to the nurses" in page
    assert "end:reached" not in page
    coordinator.post("/call/p1", wish(task="result", **{"item-result": "open"}))
    assert kept(day, "Task", "result")["status"] == "requested"
    coordinator.post("/call/p1", wish(task="result", key="k2", **{"item-result": "nurses"}))
    task = kept(day, "Task", "result")
    assert "owner" not in task
    assert task["note"][0]["text"].startswith("Outreach: reached.")
    nurse = desk("nurse", practitioner="pavel")
    assert nurse.post("/call/p1", wish(task="result", key="k3", **{"item-result": "end:reached"})).status_code == 303
    assert kept(day, "Task", "result")["status"] == "completed"
    assert {e["valueCode"] for c in contacts(day) for e in c["extension"] if e["url"].endswith("contact-by")} == {"clerk", "nurse"}


def test_nurse_now_leaves_urgent_work_with_the_number(coordinator, day):
    answer = coordinator.post("/call/p1/nurse", {"call_back": "202 555 0199", "words": "Sounds weak", "key": "k1"})
    assert answer.status_code == 303
    (task,) = tasks(day)
    assert task["performerType"][0]["coding"][0]["code"] == "nurses"
    assert (task["priority"], task["extension"][0]["valueCode"]) == ("stat", "safety")
    assert "(202) 555-0199" in task["reasonCode"]["text"]
    assert "A nurse will call you back" in text(coordinator.get("/call/p1"))
    coordinator.post("/call/p1/nurse", {"call_back": "202 555 0199", "key": "k1"})
    assert len(tasks(day)) == 1
    missing = coordinator.post("/call/p1/nurse", {"words": "Sounds weak", "key": "k2"})
    assert missing.status_code == 422
    assert "Sounds weak" in text(missing)


def test_a_wrong_number_is_flagged_and_dialed_last(coordinator, day):
    coordinator.post("/call/p1", wish(outcome="wrong-number", verified=[], wrong="0"))
    patient = kept(day, "Patient", "p1")
    assert patient["telecom"][0]["extension"][0] == {"url": "urn:waypost:extension:reported-wrong", "valueDate": "2026-11-24"}
    page = text(coordinator.get("/call/p1"))
    assert page.index("(202) 555-0143") < page.index("(202) 555-0142")


def test_a_strangers_tenant_has_no_such_patient(day, desk, new_tenant):
    from django.test import Client

    from waypost.access import accounts

    other = new_tenant()
    account = accounts.make_account(other, f"x-{other.slug}", "a long pass phrase", ["coordinator"])
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)
    assert client.get("/call/p1").status_code == 404
    assert client.post("/call/p1", wish()).status_code == 404
    assert not contacts(day)


def test_work_of_another_patient_is_not_touched(coordinator, day):
    day("theirs", patient="p2")
    answer = coordinator.post("/call/p1", wish(**{"item-theirs": "end:reached"}))
    assert answer.status_code == 409
    assert kept(day, "Task", "theirs")["status"] == "requested"


def test_the_look_and_the_call_are_audited(coordinator, day):
    from django.db import connection

    coordinator.get("/call/p1")
    coordinator.post("/call/p1", wish())
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM audit_entry WHERE tenant = %s AND content::jsonb->>'patient' = 'p1'", [day.ctx.tenant])
        found = " ".join(row[0] for row in cursor.fetchall())
    assert '"action":"read"' in found
    assert "Communication/" in found
    assert "Thursday" not in found
