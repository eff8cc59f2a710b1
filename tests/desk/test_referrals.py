"""Referrals from the desk: made, sent, scheduled, seen, report back, patient told; ended by who may; each act undone."""

import json
import re

import pytest

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.referrals import queries as loops
from waypost.coordination.referrals.state import loop_of
from waypost.coordination.worklist import actions as worklist
from waypost.formats.fhir import validation
from waypost.kernel.dates import local_day
from waypost.records import queries

TEXT = "UGxhaW4gdGV4dC4="  # Plain text.
REFER = {"what": "Referral to cardiology", "place": "Northside Eye Center", "urgency": "urgent", "reason": "Blurred vision", "orderer": "lind",
         "phone": "202 555 0177", "fax": "(202) 555-0178"}  # fmt: skip


@pytest.fixture
def client(desk, clinic):
    made = desk("coordinator", practitioner="kim")
    file(clinic.ctx, {"resourceType": "DocumentReference", "id": "paper", "status": "current", "subject": {"reference": f"Patient/{clinic.patients[0]}"},
                      "date": "2026-11-20T10:00:00Z", "type": {"text": "Eye note"}, "content": [{"attachment": {"contentType": "text/plain", "data": TEXT}}]})  # fmt: skip
    made.post(f"/patients/{clinic.patients[0]}/open", {"reason": "worklist"})
    return made


def refer(client, clinic, **more):
    answer = client.post(f"/patients/{clinic.patients[0]}/refer", {**REFER, "documents": ["paper"], **more})
    assert answer.status_code == 303, words(answer)
    return answer["Location"].rpartition("/")[2]


def state(clinic, id_):
    _, _, facts = loops.one(clinic.ctx, id_)
    return loop_of(facts, local_day(clinic.ctx.now, clinic.ctx.zone), clinic.ctx.zone)


def kept(clinic, type_, id_):
    return queries.read(scopes.everything(clinic.ctx), type_, id_).resource


def undo(client, page):
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    return client.post("/undo", {"act": act, "back": "/referrals"})


def test_staff_enter_an_order_for_the_clinician_named(client, clinic):
    made = kept(clinic, "ServiceRequest", refer(client, clinic))
    assert made["requester"] == {"reference": "Practitioner/lind", "display": "lind"}
    assert made["priority"] == "urgent"
    assert made["performer"] == [{"display": "Northside Eye Center"}]
    assert made["supportingInfo"] == [{"reference": "DocumentReference/paper"}]
    assert "entered-by" in str(made["extension"])
    assert not [issue for issue in validation.validate(json.dumps(made)) if issue.severity == "error"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"orderer": ""}, "Ordered by"), ({"place": ""}, "Say to whom"), ({"department": "Cardiology"}, "not both"), ({"reason": ""}, "This is needed."),
     ({"documents": ["other"]}, "other")],
)  # fmt: skip
def test_what_is_missing_is_said_and_all_that_was_typed_stays(client, clinic, wrong, said):
    answer = client.post(f"/patients/{clinic.patients[0]}/refer", {**REFER, **wrong})
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Blurred vision" in words(answer) or "reason" in wrong


def test_the_whole_loop_outside_each_step_with_undo(client, clinic):
    id_ = refer(client, clinic)
    page = f"/referrals/{id_}"
    assert state(clinic, id_).next == "sent"
    client.post(f"{page}/act/sent", {"how": "fax", "on": "today", "words": "Two pages"})
    assert (state(clinic, id_).next, state(clinic, id_).step("sent").how) == ("scheduled", "By fax. Two pages")
    undo(client, client.get(page))
    assert state(clinic, id_).next == "sent"
    client.post(f"{page}/act/sent", {"how": "mail", "on": "11/23/2026"})
    [form] = links(client.get(page), "/schedule/outside")
    asked = client.get(form.replace("&amp;", "&")).content.decode()
    assert "Northside Eye Center" in asked
    assert f'name="order" value="{id_}"' in asked
    client.post("/schedule/outside", {"patient": clinic.patients[0], "order": id_, "place": "Northside Eye Center", "day": "11/30/2026", "starts": "9:00 AM", "ends": "9:30 AM"})  # fmt: skip
    assert state(clinic, id_).next == "seen"
    client.post(f"{page}/act/seen", {"how": "phone", "on": "11/24/2026"})
    assert state(clinic, id_).next == "report"
    assert client.post(f"{page}/act/report", {"document": "paper"}).status_code == 303
    assert state(clinic, id_).next == "told"
    assert kept(clinic, "DocumentReference", "paper")["content"][0]["attachment"]["data"] == TEXT
    answer = client.post(f"{page}/act/told", {"how": "phone", "on": "11/24/2026", "words": "Glad"})
    assert answer.status_code == 303, words(answer)
    assert state(clinic, id_).ended == "closed"
    shown = client.get(page)
    assert "The report came back and the patient was told." in words(shown)
    assert "Referral to cardiology" not in words(client.get("/referrals"))
    undo(client, shown)
    assert state(clinic, id_).next == "told"


def test_a_booking_here_with_the_order_closes_the_step(client, clinic):
    id_ = refer(client, clinic, place="", department="Cardiology", phone="", fax="")
    assert state(clinic, id_).next == "scheduled"
    visit = booked(clinic, "echo", start=at(10), order=id_)
    assert (state(clinic, id_).next, state(clinic, id_).visit) == ("seen", visit.id)
    coordination.arrive(clinic.ctx, visit.id)
    coordination.fulfil(clinic.ctx, visit.id)
    assert state(clinic, id_).next == "report"


def test_it_ends_by_the_word_of_a_clinician_with_a_reason(client, clinic):
    id_ = refer(client, clinic)
    for wrong in ({"reason": ""}, {"decided": ""}, {"decided": "nobody"}, {"end": "tired"}):
        answer = client.post(f"/referrals/{id_}/act/end", {"end": "declined", "reason": "Does not want it", "decided": "lind", **wrong})
        assert answer.status_code == 422, wrong
    assert client.post(f"/referrals/{id_}/act/end", {"end": "declined", "reason": "Does not want it", "decided": "lind"}).status_code == 303
    assert state(clinic, id_).ended == "declined"
    shown = client.get(f"/referrals/{id_}")
    assert "Patient declined. Does not want it. Decided by lind." in words(shown)
    refused = client.post(f"/referrals/{id_}/act/sent", {"how": "fax", "on": "today"})
    assert refused.status_code == 409
    undo(client, shown)
    assert state(clinic, id_).next == "sent"


def test_a_step_is_not_noted_before_its_day_nor_over_someone_elses_change(client, clinic):
    id_ = refer(client, clinic)
    assert client.post(f"/referrals/{id_}/act/sent", {"how": "fax", "on": "11/25/2026"}).status_code == 422
    assert client.post(f"/referrals/{id_}/act/sent", {"how": "fax", "on": "today", "expect": "7"}).status_code == 409


def test_another_patients_document_is_no_report(client, clinic):
    id_ = refer(client, clinic)
    file(clinic.ctx, {"resourceType": "DocumentReference", "id": "theirs", "status": "current", "subject": {"reference": f"Patient/{clinic.patients[1]}"},
                      "content": [{"attachment": {"contentType": "text/plain", "data": TEXT}}]})  # fmt: skip
    assert client.post(f"/referrals/{id_}/act/report", {"document": "theirs"}).status_code == 422


def test_the_same_form_sent_twice_makes_one(client, clinic):
    assert refer(client, clinic, key="k1") == refer(client, clinic, key="k1")


def test_lanes_by_step_with_filters_and_the_one_next_act(client, clinic):
    first = refer(client, clinic)
    second = refer(client, clinic, what="Echo of the heart", place="", department="Cardiology", phone="", fax="", urgency="routine")
    page = client.get("/referrals")
    said = words(page)
    assert "To send 1" in said
    assert "To schedule 1" in said
    assert "2 open loops · 0 late" in said
    assert "Castillo0, Marisol · Mar 12, 1957 · MRN 000 001" in said
    assert f"/referrals/{first}?do=sent" in page.content.decode()
    assert "Find times" in said
    assert "Echo of the heart" not in words(client.get("/referrals?urgency=urgent"))
    assert "Referral to cardiology" not in words(client.get("/referrals?kind=Cardiology"))
    assert "Nothing here waits." in words(client.get("/referrals?owner=Practitioner/none"))
    assert client.get(f"/referrals/{second}").status_code == 200


def test_others_patients_and_closed_charts_are_not_listed(client, desk, clinic):
    id_ = refer(client, clinic)
    other = desk("nurse", practitioner="abara")
    assert "Referral to cardiology" not in words(other.get("/referrals"))
    for url in ("", "/letter", "/packet", "/fhir"):
        assert other.get(f"/referrals/{id_}{url}").status_code in {403, 409, 423, 428}, url
    assert other.post(f"/referrals/{id_}/act/sent", {"how": "fax", "on": "today"}).status_code != 303


def test_letter_packet_and_bundle(client, clinic):
    id_ = refer(client, clinic)
    for paper in ("letter", "packet"):
        data = client.get(f"/referrals/{id_}/{paper}").content
        assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", data)
        assert b"/StructTreeRoot" in data
        assert b"pdfuaid:part" in data
    answer = client.get(f"/referrals/{id_}/fhir")
    made = json.loads(answer.content)
    assert [one["resource"]["resourceType"] for one in made["entry"]][-1] == "ServiceRequest"
    assert sorted(one["resource"]["resourceType"] for one in made["entry"]) == ["DocumentReference", "Patient", "Practitioner", "ServiceRequest"]
    urls = {one["fullUrl"] for one in made["entry"]}
    assert set(re.findall(r'"reference": "([^"]+)"', answer.content.decode())) <= urls
    assert not [issue for issue in validation.validate(answer.content.decode()) if issue.severity == "error"]


def test_another_clinic_takes_the_bundle_in_and_twice_makes_one(client, clinic, new_tenant, clock):
    from tests.doors.conftest import Door
    from waypost.access import tokens
    from waypost.access.models import Account

    there = new_tenant("There")
    account = Account.objects.create(username=f"client-{there.slug}", tenant=there, roles=["client"], display="client")
    door = Door(clock, tokens.issue(account, clock=clock, scopes=["user/*.*"]))
    sent = client.get(f"/referrals/{refer(client, clinic)}/fhir").content.decode()
    assert "urn:waypost:mrn" not in sent  # a number of this clinic is nobody's number there
    first, second = door.post("", sent), door.post("", sent)
    assert [first.status, second.status] == [200, 200], first.text + second.text
    for kind in ("ServiceRequest", "Patient", "DocumentReference", "Practitioner"):
        assert door.get(f"{kind}?_summary=count").json["total"] == 1, kind
    taken = door.get("ServiceRequest").json["entry"][0]["resource"]
    assert taken["code"]["text"] == "Referral to cardiology"
    assert taken["supportingInfo"][0]["reference"].startswith("DocumentReference/")


def test_prints_of_a_referral_are_in_the_audit(client, desk, clinic):
    id_ = refer(client, clinic)
    client.get(f"/referrals/{id_}/letter")
    client.get(f"/referrals/{id_}/fhir")
    said = words(desk("auditor").get("/settings/audit?day=2026-11-24"))
    assert "printed an order" in said
    assert "exported an order" in said


@pytest.mark.parametrize("id_", ["nobody", "x" * 64, "paper"])
def test_a_referral_that_is_not_there(client, clinic, id_):
    assert client.get(f"/referrals/{id_}").status_code == 404
    assert client.post(f"/referrals/{id_}/act/sent", {}).status_code == 404


def test_a_department_is_asked_with_a_clock_and_answers_on_its_worklist(client, desk, clinic):
    visit = booked(clinic, start=at(10))
    url = f"/patients/{clinic.patients[0]}/ask"
    assert f"{url}?visit={visit.id}" in client.get(f"/visits/{visit.id}").content.decode()
    wish = {"department": "radiology", "question": "Is contrast safe with her kidneys?", "urgency": "urgent", "visit": visit.id}
    answer = client.post(url, wish)
    id_ = answer["Location"].rpartition("/")[2]
    task = kept(clinic, "Task", id_)
    assert task["focus"] == {"reference": f"Appointment/{visit.id}"}
    assert task["restriction"]["period"]["end"] == "2026-11-24T19:22:00Z"
    assert task["performerType"][0]["text"] == "Radiology"
    nurse = desk("nurse", practitioner="lind")
    assert "Is contrast safe" in words(nurse.get("/?view=unclaimed"))
    assert nurse.post("/work/act", {"do": "claim", "task": f"{id_}:1"}).status_code == 303
    assert kept(clinic, "Task", id_)["owner"]["reference"] == "Practitioner/lind"
    worklist.complete(clinic.ctx, [(id_, None)], "answered", "Yes: eGFR 62 last week.")
    shown = words(client.get(f"/work/{id_}"))
    assert "Answered" in shown
    assert "eGFR 62" in shown
    assert client.post(url, {**wish, "question": ""}).status_code == 422
    theirs = booked(clinic, start=at(11), patient=1)
    assert client.post(url, {**wish, "visit": theirs.id}).status_code == 404


@pytest.mark.parametrize(("urgency", "due"), [("urgent", "2026-11-24T19:22:00+00:00"), ("routine", "2026-11-27T22:00:00+00:00")])
def test_an_answer_is_due_in_4_hours_or_by_the_end_of_the_second_business_day(urgency, due, clock):
    from waypost.coordination.referrals.asking import reply_by

    assert reply_by(urgency, clock.now(), "America/New_York").isoformat() == due
