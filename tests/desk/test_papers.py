"""Slips, labels and day sheets from the desk: whose they are, who may, and that each print is in the audit."""

import re
from datetime import date

import pytest

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination import printed
from waypost.coordination.actions import arrive
from waypost.coordination.printed import day_sheets, slips
from waypost.records import queries


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def task(clinic, kind, n=0, **more):
    file(clinic.ctx, {
        "resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": f"Patient/{clinic.patients[n]}"},
        "code": {"coding": [{"system": "urn:waypost:task", "code": kind}]}, "description": "INR of 6.1",
        "restriction": {"period": {"end": "2026-11-24T20:00:00Z"}}, **more,
    })  # fmt: skip


def restrict(clinic, n):
    found = queries.read(scopes.everything(clinic.ctx), "Patient", clinic.patients[n])
    security = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]
    file(clinic.ctx, {**found.resource, "meta": {"security": security}})


def test_the_slip_names_open_work_by_kind_and_state_of_help(client, clinic):
    visit = booked(clinic, start=at(14, day=24), interpreter="Spanish")
    arrive(clinic.ctx, visit.id)
    task(clinic, "result")
    made = slips.compose(clinic.ctx, visit.id)
    assert made.language == "es"
    assert made.staff == ("Interpreter, Spanish: asked for, not confirmed", "Call with result · due today, 3:00 PM")
    assert ("Llegó a", "10:22 a. m.") in made.panel
    assert "INR" not in str(made)
    answer = client.get(f"/visits/{visit.id}/slip")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Cache-Control"] == "no-store"


def test_of_a_group_each_one_gets_their_own_slip(client, clinic):
    group = booked(clinic, "class", start=at(10), patient=1)
    coordination.add_to_group(clinic.ctx, group.id, clinic.patients[2])
    assert client.get(f"/visits/{group.id}/slip").status_code == 422
    assert client.get(f"/visits/{group.id}/slip?patient={clinic.patients[3]}").status_code == 404
    assert slips.compose(clinic.ctx, group.id, patient=clinic.patients[2]).to == "Marisol Castillo2"
    page = client.get(f"/visits/{group.id}")
    assert len(links(page, "/slip?")) == len(links(page, "/labels?")) == 2


def test_pages_lead_to_slip_labels_and_day_sheet(client, clinic):
    visit = booked(clinic, start=at(14))
    page = client.get(f"/visits/{visit.id}")
    found = [*links(page, "/slip?"), *links(page, "/labels?"), *links(client.get(f"/patients/{clinic.patients[0]}"), "/labels")]
    found += links(client.get("/schedule?day=2026-11-25"), "/day-sheet")
    assert len(found) == 4
    for one in found:
        assert client.get(one.replace("&amp;", "&")).content.startswith(b"%PDF-"), one


def test_the_day_sheet_has_every_patient_with_two_identifiers(client, clinic):
    booked(clinic, start=at(14), patient=0, reason="Short of breath", named=("Practitioner/lind",))
    booked(clinic, "class", start=at(10), patient=1)
    sheet = day_sheets.compose(clinic.ctx, date(2026, 11, 25))
    assert [part.title for part in sheet.parts] == ["Dr Lind", "Nurse Kim"]
    [line] = sheet.parts[0].lines
    assert (line.time, line.name, line.identifiers) == ("2:00 PM – 2:20 PM", "Castillo0, Marisol", "Mar 12, 1957 · MRN 000 001")
    assert line.notes == ("Short of breath", "Needs an interpreter: none asked for")
    assert sheet.said == "2 visits"
    room = day_sheets.compose(clinic.ctx, date(2026, 11, 25), resources=["Location/room4"])
    assert room.title == "Room 4"
    assert not any(part.lines for part in room.parts) or room.parts[0].lines[0].where


def test_a_restricted_patients_reason_stays_off_paper(client, clinic):
    booked(clinic, start=at(14), patient=0, reason="Short of breath")
    restrict(clinic, 0)
    sheet = day_sheets.compose(clinic.ctx, date(2026, 11, 25))
    assert "Castillo0" in str(sheet)
    assert "Short of breath" not in str(sheet)


def test_every_print_is_in_the_audit(client, desk, clinic):
    visit = booked(clinic, start=at(14))
    whose = clinic.patients[0]
    for url in (f"/visits/{visit.id}/slip", f"/visits/{visit.id}/letter", f"/patients/{whose}/labels", "/schedule/day-sheet?day=2026-11-25"):
        assert client.get(url).status_code == 200
    said = words(desk("auditor").get("/settings/audit?day=2026-11-24"))
    for one in ("printed a visit: check-in slip", "printed a visit: letter", "printed name and contact: labels", "printed visits; 1 patient shown"):
        assert one in said, one


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_may_not_look_at_patients_prints_nothing(desk, clinic, role):
    visit = booked(clinic, start=at(14))
    client = desk(role)
    for url in (f"/visits/{visit.id}/slip", f"/patients/{clinic.patients[0]}/labels"):
        assert client.get(url).status_code == 403, url


def test_a_sheet_of_labels_starts_where_the_last_one_ended(client, clinic):
    whose = clinic.patients[0]
    full, rest = printed.labels(clinic.ctx, whose), printed.labels(clinic.ctx, whose, count=99, skip=29)
    assert len(re.findall(rb"/Figure", full)) >= len(re.findall(rb"/Figure", rest))
    assert client.get(f"/patients/{whose}/labels?skip=-3&count=x").status_code == 200
    assert client.get("/patients/nobody/labels").status_code == 404
