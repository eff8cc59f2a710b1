"""Documents at the desk: added, looked at, filed, found again, every look audited."""

import io
import re
from datetime import timedelta

import pytest

from tests.paper_cases import pdf, picture
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
