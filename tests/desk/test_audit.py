"""The auditor sees who looked at and changed what, page by page, verifies the chain and exports; nobody else does."""

import re
from html import unescape

import pytest

from waypost.web.audit import words


@pytest.fixture
def seen(clinic, desk):
    """A coordinator has looked at a patient; an auditor looks on."""
    coordinator = desk("coordinator")
    coordinator.get(f"/patients/{clinic.patients[0]}")
    coordinator.post("/find", {"q": "marisol"})
    coordinator.post(f"/patients/{clinic.patients[1]}/open", {"reason": "phone"})
    return clinic, coordinator, desk("auditor")


def said(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_who_looked_at_what_stands_in_words_with_whose_record_it_is(seen):
    clinic, coordinator, auditor = seen
    page = auditor.get("/settings/audit")
    text = said(page)
    assert page.status_code == 200
    assert "Castillo0, Marisol · MRN 000 001" in text
    assert "searched patients; 4 patients shown" in text
    assert "looked at" in text
    assert coordinator.account.username in text
    assert "1957" not in page.content.decode()  # no more of a patient than whose record it is


def test_filters_by_person_day_kind_and_patient(seen):
    clinic, coordinator, auditor = seen
    who = f"staff:{coordinator.account.pk}"
    by_person = auditor.get("/settings/audit", {"who": who})
    assert "looked at" in said(by_person)
    assert "No entry fits." in said(auditor.get("/settings/audit", {"who": who, "since": "11/1/2026", "until": "11/2/2026"}))
    assert "added a visit type" not in said(by_person)
    mine = said(auditor.get("/settings/audit", {"patient": clinic.patients[0], "who": who}))
    assert "searched patients" in mine  # a search that returned the patient is a look at the patient
    assert "Castillo1" not in mine
    assert "Refused" not in said(auditor.get("/settings/audit", {"kind": "looks", "who": who}))
    bad = auditor.get("/settings/audit", {"since": "someday"})
    assert bad.status_code == 422
    assert "someday" in bad.content.decode()


def test_a_patients_name_is_posted_and_leads_to_an_id(seen):
    clinic, _, auditor = seen
    page = auditor.post("/settings/audit", {"q": "marisol"}).content.decode()
    assert f"patient={clinic.patients[0]}" in page
    assert "q=" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page))


def test_pages_by_keyset_neither_skip_nor_repeat(seen, monkeypatch):
    from waypost.web.audit import views

    _, coordinator, auditor = seen
    who = f"staff:{coordinator.account.pk}"
    whole = re.findall(r"<tr><td", auditor.get("/settings/audit", {"who": who}).content.decode())
    monkeypatch.setattr(views, "PAGE_ROWS", 2)
    count, path = 0, f"/settings/audit?who={who}"
    for _ in range(50):
        page = auditor.get(path).content.decode()
        count += page.count("<tr><td")
        older = re.search(r'href="(\?[^"]*before=[^"]*)">Older', page)
        if not older:
            break
        path = "/settings/audit" + unescape(older[1])
    assert count == len(whole) > 2


def test_the_chain_verifies_from_the_page_and_the_page_says_until_when(seen):
    auditor = seen[2]
    assert "Not verified from here yet." in said(auditor.get("/settings/audit"))
    assert auditor.post("/settings/audit/verify").status_code == 303
    text = said(auditor.get("/settings/audit"))
    assert "all verify" in text
    assert "Verified until Tue, Nov 24, 10:22 AM" in text
    assert "verified the audit" in text


def test_the_export_is_what_is_shown_and_is_audited(seen):
    _, coordinator, auditor = seen
    answer = auditor.get("/settings/audit/entries.csv", {"who": f"staff:{coordinator.account.pk}"})
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0] == "When,Who,What,Of whom or what,Door"
    assert all(coordinator.account.username in line for line in lines[1:])
    assert "exported the audit" in said(auditor.get("/settings/audit"))


@pytest.mark.parametrize("role", ["coordinator", "scheduler", "nurse", "clinician", "records", "billing", "supervisor", "administrator"])
def test_nobody_else_sees_it(desk, role):
    client = desk(role)
    assert client.get("/settings/audit").status_code == 403
    assert client.get("/settings/audit/entries.csv").status_code == 403
    assert client.post("/settings/audit/verify").status_code == 403


def test_another_clinics_entries_are_not_here(seen, new_tenant, context, desk):
    from waypost.access import scopes

    _, _, auditor = seen
    scopes.for_staff(context(at=new_tenant("Elsewhere")), what="Patient/elsewhere")
    assert "elsewhere" not in auditor.get("/settings/audit").content.decode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"action": "update", "what": "Appointment/1", "version": 3}, "changed a visit (version 3)"),
        ({"action": "refuse", "what": "Patient/1", "detail": {"code": "access.chart-closed"}}, "was refused: access.chart-closed, asking for name and contact"),
        ({"action": "open-chart", "detail": {"reason": "caller"}}, "opened a closed chart, saying “caller”"),
        ({"action": "something-new", "what": "Thing/1"}, "something-new Thing"),
    ],
)  # fmt: skip
def test_an_entry_in_words(fields, expected):
    assert words.say(fields) == expected


@pytest.mark.parametrize("text", ["\x00", "x" * 5000, "<b>", "99999999999999999999.1.1", "1.1.1", "'; --"])
def test_nothing_in_the_address_breaks_it(seen, text):
    auditor = seen[2]
    for name in ("since", "until", "who", "kind", "patient", "before"):
        assert auditor.get("/settings/audit", {name: text}).status_code in {200, 422}
    assert auditor.post("/settings/audit", {"q": text}).status_code == 200
