"""Documents at the desk: added, looked at, filed, found again, every look audited."""

import base64
import io
import re
from datetime import timedelta

import pytest

from tests.paper_cases import pdf, picture
from tests.small_clinic import file_all
from waypost.access import scopes
from waypost.audit import reading as audit
from waypost.records import queries

LETTER = pdf(["Discharge summary", "Riverside General"], ["Page two"])


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


def words(answer):
    text = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def nurse(desk, clinic):
    """A nurse with the chart of the first patient open."""
    client = desk("nurse")
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    return client


def everything(clinic):
    return scopes.everything(clinic.ctx)


def add(client, patient, *files, **more):
    return client.post(f"/patients/{patient}/add-documents", {"files": list(files), "wish": "w1"}, **more)


def of(clinic, answer):
    """Return the document that an answer leads to."""
    return queries.read(everything(clinic), "DocumentReference", answer["Location"].rsplit("/", 1)[1])


def test_a_pdf_is_added_looked_at_filed_and_found_again_and_every_look_is_audited(nurse, clinic, tenant, clock):
    who = clinic.patients[0]
    assert "Add documents to this chart" in words(nurse.get(f"/patients/{who}/add-documents"))
    answer = add(nurse, who, named(LETTER, "scan_0042.pdf"))
    assert answer.status_code == 303, words(answer)
    kept = of(clinic, answer)
    assert kept.resource["docStatus"] == "preliminary"
    assert kept.resource["content"][0]["attachment"]["size"] == len(LETTER)
    page = nurse.get(answer["Location"])
    assert "scan 0042" in words(page) and "Page 2 of 2" in words(page)
    shown = nurse.get(f"/documents/{kept.id}/pages/2")
    assert shown["Content-Type"] == "image/png" and shown.content.startswith(b"\x89PNG")
    assert shown["X-Content-Type-Options"] == "nosniff" and "sandbox" in shown["Content-Security-Policy"]
    assert nurse.get(f"/documents/{kept.id}/pages/3").status_code == 404
    original = nurse.get(f"/documents/{kept.id}/original")
    assert original.content == LETTER and original["Content-Disposition"].startswith("attachment")
    filed = nurse.post(f"/documents/{kept.id}/file", {"version": 1, "kind": "18842-5", "title": "", "day": "11/20/2026"})
    assert filed.status_code == 303, words(filed)
    chart = words(nurse.get(f"/patients/{who}"))
    assert chart.count("Discharge summary") >= 2  # its card and the timeline
    again = nurse.get(f"/patients/{who}/documents/{kept.id}")
    assert "Page 1 of 2" in words(again)
    assert nurse.get(f"/documents/{kept.id}").status_code == 303  # it stands in the chart now
    day = timedelta(days=1)
    entries = audit.page(tenant.pk, audit.Asked(since=clock.now() - day, until=clock.now() + day, patient=who), 500)
    assert sum(one.fields.get("what") == f"DocumentReference/{kept.id}" for one in entries) >= 5


def test_a_document_filed_by_mistake_is_put_back(nurse, clinic):
    who = clinic.patients[0]
    kept = of(clinic, add(nurse, who, named(LETTER, "a.pdf")))
    nurse.post(f"/documents/{kept.id}/file", {"version": 1, "kind": "18842-5"})
    act = nurse.session["undo"]["act"]
    assert nurse.post("/undo", {"act": act, "back": "/"}).status_code == 303
    assert queries.read(everything(clinic), "DocumentReference", kept.id).resource["docStatus"] == "preliminary"


def test_a_form_sent_twice_adds_one_document(nurse, clinic):
    who = clinic.patients[0]
    one = add(nurse, who, named(LETTER, "a.pdf"))
    two = add(nurse, who, named(LETTER, "a.pdf"))
    assert one["Location"] == two["Location"]


def test_of_several_files_the_good_are_taken_and_the_others_said(nurse, clinic):
    files = [named(LETTER, "a.pdf"), named(b"<svg onload='x()'/>", "b.svg"), named(picture(), "c.png")]
    answer = add(nurse, clinic.patients[0], *files)
    assert answer.status_code == 200
    assert "One file was not taken in; 2 were" in words(answer) and "SVG drawings are not taken in" in words(answer)


def test_a_closed_chart_takes_no_document_from_this_page(desk, clinic):
    client = desk("nurse")
    assert add(client, clinic.patients[0], named(LETTER, "a.pdf")).status_code == 403


def test_billing_adds_nothing_and_sees_none_of_it(desk, clinic, nurse):
    kept = of(clinic, add(nurse, clinic.patients[0], named(LETTER, "a.pdf")))
    billing = desk("billing")
    for address in ("", "/pages/1", "/original"):
        assert billing.get(f"/documents/{kept.id}{address}").status_code == 403
    assert billing.get(f"/patients/{clinic.patients[0]}/add-documents").status_code == 403


FAX = pdf(["Riverside General Hospital", "Discharge summary", "Patient: Castillo0, Marisol  DOB: 03/12/1957", "MRN: {mrn}", "Discharge date: 11/18/2026"], ["Plan: see Dr. Osei in 7 days."])  # fmt: skip


def fax(clinic, id="fax1", data=FAX, **more):
    mrn = queries.read(everything(clinic), "Patient", clinic.patients[0]).resource["identifier"][0]["value"]
    text = base64.b64encode(data.replace(b"{mrn}", mrn.encode())).decode()
    file_all(clinic.ctx, [
        {"resourceType": "DocumentReference", "id": id, "status": "current", "date": "2026-11-24T10:00:00Z", "author": [{"display": "Riverside General"}],
         "content": [{"attachment": {"contentType": "application/pdf", "title": "Fax 0815", "data": text}}], **more},
    ])  # fmt: skip


def test_a_fax_waits_is_proposed_with_the_reason_and_files_only_by_a_person(desk, clinic):
    fax(clinic)
    fax(clinic, "fax2")
    clerk = desk("records")
    assert "2 documents wait" in words(clerk.get("/documents"))
    page = clerk.get("/documents/fax1")
    said = words(page)
    assert "1 of 2" in said and "From Riverside General" in said
    assert "“Discharge summary” stands near its top." in said and "It is dated Wed, Nov 18" in said
    body = page.content.decode()
    assert re.search(rf'value="{clinic.patients[0]}" checked', body), said
    assert 'value="18842-5" selected' in body
    assert queries.read(everything(clinic), "DocumentReference", "fax1").version == 1  # nothing was filed by looking
    filed = clerk.post("/documents/fax1/file", {"version": 1, "patient": clinic.patients[0], "kind": "18842-5", "day": "2026-11-18"})
    assert filed["Location"] == "/documents/fax2"
    kept = queries.read(everything(clinic), "DocumentReference", "fax1").resource
    assert kept["subject"]["reference"] == f"Patient/{clinic.patients[0]}" and kept["docStatus"] == "final"
    assert "1 document waits" in words(clerk.get("/documents"))


def test_the_patient_is_found_by_words_that_stand_in_no_address(desk, clinic):
    fax(clinic, data=pdf(["Nobody in particular"]))
    clerk = desk("records")
    assert "Nobody here has" in words(clerk.get("/documents/fax1"))
    number = queries.read(everything(clinic), "Patient", clinic.patients[1]).resource["identifier"][0]["value"]
    found = clerk.post("/documents/fax1/whose", {"q": number})
    assert clinic.patients[1] in found.content.decode()
    part = clerk.post("/documents/fax1/whose", {"q": number}, headers={"HX-Request": "true"})
    assert clinic.patients[1] in part.content.decode() and "<html" not in part.content.decode()
    none = clerk.post("/documents/fax1/file", {"version": 1, "kind": "18842-5"})
    assert none.status_code == 422 and "Choose whose document it is" in words(none)


def test_what_is_not_ours_leaves_the_inbox_and_comes_back_by_undo(desk, clinic):
    fax(clinic)
    clerk = desk("records")
    answer = clerk.post("/documents/fax1/not-ours", {"version": 1, "why": "Sent back"})
    assert answer["Location"] == "/documents"
    assert "Nothing waits to be filed" in words(clerk.get("/documents"))
    clerk.post("/undo", {"act": clerk.session["undo"]["act"], "back": "/"})
    assert "1 document waits" in words(clerk.get("/documents"))


@pytest.mark.parametrize("role", ["billing", "scheduler", "administrator", "auditor"])
def test_who_does_not_sort_papers_sees_no_unfiled_one(desk, clinic, role):
    fax(clinic)
    client = desk(role)
    for address in ("/documents", "/documents/fax1", "/documents/fax1/pages/1", "/documents/fax1/original", "/documents/add"):
        assert client.get(address).status_code == 403, address


def test_a_stranger_finds_nothing(desk, clinic, new_tenant):
    from django.test import Client

    from waypost.access import accounts

    fax(clinic)
    there = new_tenant("There")
    stranger = Client(SERVER_NAME="localhost")
    stranger.force_login(accounts.make_account(there, f"records-{there.slug}", "a long pass phrase", ["records"]))
    for address in ("", "/pages/1", "/original", "/split"):
        assert stranger.get(f"/documents/fax1{address}").status_code == 404, address
    for act in ("file", "not-ours", "whose", "split"):
        assert stranger.post(f"/documents/fax1/{act}", {"version": 1, "patient": clinic.patients[0], "kind": "18842-5"}).status_code == 404
    assert "Nothing waits" in words(stranger.get("/documents"))


def test_a_document_is_taken_apart_and_joined_again_and_names_what_it_came_from(desk, clinic):
    fax(clinic)
    clerk = desk("records")
    assert words(clerk.get("/documents/fax1/split")).count("Leave out") == 2
    answer = clerk.post("/documents/fax1/split", {"begins": ["2"]})
    first = of(clinic, answer)
    assert first.resource["relatesTo"] == [{"code": "transforms", "target": {"reference": "DocumentReference/fax1"}}]
    assert queries.read(everything(clinic), "DocumentReference", "fax1").resource["status"] == "superseded"
    listed = clerk.get("/documents")
    ids = re.findall(r'name="document" value="([^"]+)"', listed.content.decode())
    assert len(ids) == 2 and "fax1" not in ids
    whole = of(clinic, clerk.post("/documents/join", {"document": ids}))
    assert "Page 2 of 2" in words(clerk.get(f"/documents/{whole.id}"))
    assert len(whole.resource["relatesTo"]) == 2
    clerk.post("/undo", {"act": clerk.session["undo"]["act"], "back": "/"})
    assert "2 documents wait" in words(clerk.get("/documents"))


@pytest.mark.parametrize("body", [{}, {"out": ["1", "2"]}, {"begins": ["1"]}, {"begins": ["x", "-1", "9"]}])
def test_nothing_to_take_apart_is_said(desk, clinic, body):
    fax(clinic)
    assert desk("records").post("/documents/fax1/split", body).status_code == 422


def test_documents_of_two_patients_are_not_joined(desk, clinic):
    for number, who in enumerate(clinic.patients[:2]):
        fax(clinic, f"fax{number}", docStatus="preliminary", subject={"reference": f"Patient/{who}"})
    assert desk("records").post("/documents/join", {"document": ["fax0", "fax1"]}).status_code == 422


def test_a_restricted_chart_takes_a_paper_and_shows_none(desk, clinic):
    who = clinic.patients[2]
    before = queries.read(everything(clinic), "Patient", who).resource
    file_all(clinic.ctx, [{**before, "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}}])
    fax(clinic, "fax1")
    fax(clinic, "fax2", docStatus="preliminary", subject={"reference": f"Patient/{who}"})
    clerk = desk("records")
    assert "1 document waits" in words(clerk.get("/documents"))
    assert clerk.post("/documents/fax1/file", {"version": 1, "patient": who, "kind": "18842-5"}).status_code == 303
    for did in ("fax1", "fax2"):
        for address in (f"/documents/{did}", f"/documents/{did}/pages/1", f"/documents/{did}/original", f"/patients/{who}/documents/{did}"):
            assert clerk.get(address).status_code == 403, address


def test_photos_of_one_paper_become_one_document(nurse, clinic):
    photos = [named(picture("JPEG", colour=c), f"{c}.jpg") for c in ("red", "white")]
    answer = nurse.post(f"/patients/{clinic.patients[0]}/add-documents", {"photos": photos, "together": "1", "wish": "w"})
    kept = of(clinic, answer)
    assert kept.resource["content"][0]["attachment"]["contentType"] == "application/pdf" and len(kept.resource["relatesTo"]) == 2


def test_each_file_answers_the_pages_script(nurse, clinic):
    address = f"/patients/{clinic.patients[0]}/add-documents"
    good = nurse.post(address, {"files": [named(LETTER, "a.pdf")]}, headers={"Accept": "application/json"})
    bad = nurse.post(address, {"files": [named(b"MZ\x90", "a.pdf")]}, headers={"Accept": "application/json"})
    assert len(good.json()["taken"]) == 1 and good.json()["next"].startswith("/documents/")
    assert bad.json()["taken"] == [] and "is a program" in bad.json()["refused"][0]


def test_what_was_made_into_others_is_kept_and_waits_no_longer(desk, clinic):
    fax(clinic)
    clerk = desk("records")
    part = of(clinic, clerk.post("/documents/fax1/split", {"begins": ["2"]}))
    assert "Made of pages of the whole paper" in words(clerk.get(f"/documents/{part.id}"))
    whole = words(clerk.get("/documents/fax1"))
    assert "no longer waits" in whole and "Page 2 of 2" in whole
    answer = clerk.post("/documents/fax1/file", {"version": 2, "patient": clinic.patients[0], "kind": "18842-5"})
    assert answer.status_code == 409 and "no longer waiting" in words(answer)


def test_the_timeline_says_what_is_not_filed_and_what_became_of_a_paper(nurse, clinic):
    who = clinic.patients[0]
    kept = of(clinic, add(nurse, who, named(LETTER, "a.pdf")))
    assert "Not filed" in words(nurse.get(f"/patients/{who}/timeline?kind=documents"))
    nurse.post(f"/documents/{kept.id}/split", {"begins": ["2"]})
    assert "Made into others" in words(nurse.get(f"/patients/{who}/timeline?kind=documents"))
