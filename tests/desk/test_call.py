"""The call, as a coordinator and a nurse meet it."""

from tests.desk.conftest import file
from waypost.access import scopes
from waypost.records import queries


def text(answer):
    return answer.content.decode()


def wish(**more):
    return {"inbound": "out", "channel": "call", "who": "patient", "verified": ["name", "birth"], "reason": "other", "outcome": "reached",
            "words": "Will come on Thursday", "key": "k1", "promise_who": "ruiz"} | more  # fmt: skip


def kept(calls, kind, id):
    return queries.read(scopes.everything(calls.ctx), kind, id).resource


def contacts(calls, patient="p1"):
    return [v.resource for v in queries.about(scopes.everything(calls.ctx), patient, ["Communication"])]


def tasks(calls, patient="p1"):
    return [v.resource for v in queries.about(scopes.everything(calls.ctx), patient, ["Task"])]


def test_a_row_opens_the_call_and_one_act_files_it_and_ends_the_work(coordinator, calls):
    calls("ring")
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
    (contact,) = contacts(calls)
    assert contact["status"] == "completed"
    assert contact["about"] == [{"reference": "Task/ring"}]
    assert contact["payload"][0]["contentString"] == "Reached: something else. Will come on Thursday."
    codes = {e["url"].rpartition(":")[2]: e.get("valueCode") for e in contact["extension"]}
    assert (codes["contact-by"], codes["direction"]) == ("clerk", "out")
    assert kept(calls, "Task", "ring")["status"] == "completed"


def test_the_whole_call_is_undone_from_its_line(coordinator, calls):
    calls("ring")
    coordinator.post("/call/p1", wish(task="ring", promise="Call with the date", promise_on="Nov 27", promise_at="3 PM", **{"item-ring": "end:reached"}))
    assert {t["status"] for t in tasks(calls)} == {"completed", "accepted"}
    act = text(coordinator.get("/")).split('name="act" value="')[1].split('"')[0]
    coordinator.post("/undo", {"act": act, "back": "/"})
    assert not contacts(calls)
    assert [(t["id"], t["status"]) for t in tasks(calls)] == [("ring", "requested")]


def test_a_promise_has_a_name_and_a_moment(coordinator, calls):
    answer = coordinator.post("/call/p1", wish(promise="Call with the date", promise_on="Nov 27", promise_at="3 PM"))
    assert answer.status_code == 303
    (task,) = tasks(calls)
    assert task["owner"]["reference"] == "Practitioner/ruiz"
    assert task["restriction"]["period"]["end"] == "2026-11-27T20:00:00Z"
    assert task["code"]["coding"][0]["code"] == "promise"
    past = coordinator.post("/call/p1", wish(key="k2", promise="Call", promise_on="11/23/2026"))
    assert past.status_code == 422
    assert "Will come on Thursday" in text(past)


def test_a_double_click_files_one_call(coordinator, calls):
    for _ in range(2):
        assert coordinator.post("/call/p1", wish(promise="Call", promise_on="Nov 27")).status_code == 303
    assert len(contacts(calls)) == len(tasks(calls)) == 1


def test_two_tabs_do_not_end_the_same_work_twice_and_keep_what_was_typed(coordinator, calls):
    calls("ring")
    first = wish(task="ring", key="a", **{"item-ring": "end:reached"})
    coordinator.post("/call/p1", first)
    late = coordinator.post("/call/p1", first | {"key": "b", "words": "Typed in the second tab"})
    assert late.status_code == 409
    assert "Typed in the second tab" in text(late)
    calls("ring2")
    file(calls.ctx, {**kept(calls, "Task", "ring2"), "description": "Said anew"})
    stale = coordinator.post("/call/p1", wish(key="c", **{"item-ring2": "end:reached", "seen-ring2": "1"}))
    assert stale.status_code == 409
    assert 'name="seen-ring2" value="2"' in text(stale)
    assert len(contacts(calls)) == 1


def test_nothing_is_told_without_two_identifiers(coordinator, calls):
    answer = coordinator.post("/call/p1", wish(verified=["name"]))
    assert answer.status_code == 422
    assert "Tick two" in text(answer)
    assert not contacts(calls)
    assert coordinator.post("/call/p1", wish(verified=[], outcome="third-party")).status_code == 303


def test_an_attempt_leaves_the_work_open_and_says_what_comes_next(coordinator, calls, clock):
    calls("ring", "referral")
    coordinator.post("/call/p1", wish(task="ring", outcome="no-answer", verified=[], words="", **{"item-ring": "open"}))
    (contact,) = contacts(calls)
    assert contact["status"] == "not-done"
    assert contact["statusReason"]["coding"][0]["code"] == "no-answer"
    assert kept(calls, "Task", "ring")["status"] == "requested"
    assert "1st attempt; next after 5 PM or by text or e-mail." in text(coordinator.get("/call/p1?task=ring"))


def test_trying_again_puts_the_work_off_until_then(coordinator, calls):
    calls("ring")
    answer = coordinator.post("/call/p1", wish(task="ring", outcome="busy", verified=[], again_on="Nov 25", again_at="5:30 PM", **{"item-ring": "again"}))
    assert answer.status_code == 303
    task = kept(calls, "Task", "ring")
    assert task["status"] == "on-hold"
    assert task["extension"][0]["valueDateTime"] == "2026-11-25T22:30:00Z"


def test_a_clerks_call_is_outreach_and_a_nurse_closes(coordinator, desk, calls):
    calls("result", "result", pool="nurses")
    page = text(coordinator.get("/call/p1?task=result"))
    assert "Hand to the nurses" in page
    assert "end:reached" not in page
    coordinator.post("/call/p1", wish(task="result", **{"item-result": "open"}))
    assert kept(calls, "Task", "result")["status"] == "requested"
    coordinator.post("/call/p1", wish(task="result", key="k2", **{"item-result": "nurses"}))
    task = kept(calls, "Task", "result")
    assert "owner" not in task
    assert task["note"][0]["text"].startswith("Outreach: reached.")
    nurse = desk("nurse", practitioner="pavel")
    assert nurse.post("/call/p1", wish(task="result", key="k3", **{"item-result": "end:reached"})).status_code == 303
    assert kept(calls, "Task", "result")["status"] == "completed"
    assert {e["valueCode"] for c in contacts(calls) for e in c["extension"] if e["url"].endswith("contact-by")} == {"clerk", "nurse"}


def test_nurse_now_leaves_urgent_work_with_the_number(coordinator, calls):
    answer = coordinator.post("/call/p1/nurse", {"call_back": "202 555 0199", "words": "Sounds weak", "key": "k1"})
    assert answer.status_code == 303
    (task,) = tasks(calls)
    assert task["performerType"][0]["coding"][0]["code"] == "nurses"
    assert (task["priority"], task["extension"][0]["valueCode"]) == ("stat", "safety")
    assert "(202) 555-0199" in task["reasonCode"]["text"]
    assert "A nurse will call you back" in text(coordinator.get("/call/p1"))
    coordinator.post("/call/p1/nurse", {"call_back": "202 555 0199", "key": "k1"})
    assert len(tasks(calls)) == 1
    missing = coordinator.post("/call/p1/nurse", {"words": "Sounds weak", "key": "k2"})
    assert missing.status_code == 422
    assert "Sounds weak" in text(missing)


def test_a_wrong_number_is_flagged_and_dialed_last(coordinator, calls):
    coordinator.post("/call/p1", wish(outcome="wrong-number", verified=[], wrong="0"))
    patient = kept(calls, "Patient", "p1")
    assert patient["telecom"][0]["extension"][0] == {"url": "urn:waypost:extension:reported-wrong", "valueDate": "2026-11-24"}
    page = text(coordinator.get("/call/p1"))
    assert page.index("(202) 555-0143") < page.index("(202) 555-0142")


def test_a_strangers_tenant_has_no_such_patient(calls, desk, new_tenant):
    from django.test import Client

    from waypost.access import accounts

    other = new_tenant()
    account = accounts.make_account(other, f"x-{other.slug}", "a long pass phrase", ["coordinator"])
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)
    assert client.get("/call/p1").status_code == 404
    assert client.post("/call/p1", wish()).status_code == 404
    assert not contacts(calls)


def test_work_of_another_patient_is_not_touched(coordinator, calls):
    calls("theirs", patient="p2")
    answer = coordinator.post("/call/p1", wish(**{"item-theirs": "end:reached"}))
    assert answer.status_code == 409
    assert kept(calls, "Task", "theirs")["status"] == "requested"


def test_the_look_and_the_call_are_audited(coordinator, calls):
    from django.db import connection

    coordinator.get("/call/p1")
    coordinator.post("/call/p1", wish())
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM audit_entry WHERE tenant = %s AND content::jsonb->>'patient' = 'p1'", [calls.ctx.tenant])
        found = " ".join(row[0] for row in cursor.fetchall())
    assert '"action":"read"' in found
    assert "Communication/" in found
    assert "Thursday" not in found
