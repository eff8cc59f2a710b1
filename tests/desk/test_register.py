"""Registering: duplicates first, one form one patient, what is missing becomes work."""

import re
import uuid
from datetime import date, timedelta
from html import unescape

import pytest

from waypost.access import scopes
from waypost.records import queries as records
from waypost.registry import about, fhir, queries

FORM = {
    "family": "Okonjo", "given": "Ada Grace", "born": "3/12/1957", "t0-number": "202-555-0142", "gender": "female",
    "guarantor": "", "multiple": "",
}  # fmt: skip


def form(**more):
    return {**FORM, "key": uuid.uuid4().hex, **more}


@pytest.fixture
def read(context):
    ctx = context()
    scope = scopes.everything(ctx)

    def of(patient, *types):
        return [version.resource for version in records.about(scope, patient, types)]

    return of


def patient_of(answer):
    assert answer.status_code == 303, answer.content.decode()[:3000]
    return answer["Location"].rsplit("/", 1)[-1]


def test_name_birth_date_and_phone_suffice(desk, read):
    new = patient_of(desk("scheduler").post("/patients/register", form()))
    (patient,) = read(new, "Patient")
    assert patient["name"][0] == {"use": "official", "family": "Okonjo", "given": ["Ada", "Grace"]}
    assert patient["birthDate"] == "1957-03-12"
    assert len(patient["identifier"][0]["value"]) == 6
    (task,) = read(new, "Task")
    assert "address" in task["reasonCode"]["text"]
    assert task["status"] == "requested"


def test_each_patient_has_a_number_of_their_own(desk, read):
    client = desk()
    numbers = set()
    for year, name in enumerate(("Adeyemi", "Bergström", "Castellanos"), 1970):
        sent = form(family=name, born=f"1/2/{year}", **{"t0-number": f"202555{year}"})
        new = patient_of(client.post("/patients/register", sent))
        numbers.add(read(new, "Patient")[0]["identifier"][0]["value"])
    assert len(numbers) == 3


def test_the_same_form_sent_twice_makes_one_patient(desk):
    client, sent = desk(), form()
    first = patient_of(client.post("/patients/register", sent))
    again = client.post("/patients/register", {**sent, "seen": first})
    assert patient_of(again) == first


def test_someone_alike_is_shown_first_and_then_ruled_out(desk):
    client = desk()
    first = patient_of(client.post("/patients/register", form()))
    alike = client.post("/patients/register", form(family="Okonyo"))
    assert alike.status_code == 409
    assert first in alike.content.decode()
    assert "Okonyo" in alike.content.decode()
    other = patient_of(client.post("/patients/register", form(family="Okonyo", seen=first)))
    assert other != first


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family": ""}, "This is needed."),
        ({"born": "31/31/1957"}, "Write the date as"),
        ({"born": "1/1/2031"}, "Check the year."),
        ({"born": ""}, "or say that it is not known"),
        ({"born": "3/12/1957", "birth_unknown": "on"}, "clear one of the two"),
        ({"t0-number": "12"}, "at least seven digits"),
        ({"email": "nowhere"}, "name@example.org"),
        ({"p0-phone": "2025550100"}, "Write the name"),
        ({"guarantor": "1"}, "No second person is named above"),
        ({"phone_declined": "on"}, "There is a number: clear one of the two."),
        ({"race": ["2106-3", "declined"]}, "clear one"),
        ({"p0-name": "Jo", "p0-until": "12/31/2026"}, "Mark what it is OK to talk about until then"),
    ],
)
def test_what_does_not_hold_comes_back_with_all_that_was_typed(desk, change, words):
    answer = desk().post("/patients/register", form(preferred="Addie", **change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Addie" in answer.content.decode()


def test_everything_that_may_be_said_is_kept(desk, read):
    new = patient_of(desk().post("/patients/register", form(
        preferred="Addie", former="Mensah", born="", birth_unknown="on", multiple="1", birth_sex="F", identity="446141000124107", pronouns="she/her",
        **{"t0-owner": "daughter", "t0-voicemail": "yes", "t0-text": "no", "t0-hours": "mornings", "t1-number": "(202) 555-0199"},
        email="ada@example.org", email_ok="on", line="12 Elm St", city="Riverside", state="MD", postal="20850",
        speaks="es", interpreter="yes", writes="es", needs=["Wheelchair"], payer="Northfield", member="88-204", guarantor="0",
        race=["2054-5"], ethnicity="declined",
        **{"p0-name": "Lucía Okonjo", "p0-relation": "CHILD", "p0-phone": "2025550177", "p0-emergency": "on", "p0-guardian": "on",
           "p0-may_discuss": ["visits", "bills"], "p0-until": "12/31/2026"},
    )))  # fmt: skip
    (patient,) = read(new, "Patient")
    assert [name["use"] for name in patient["name"]] == ["official", "usual", "old"]
    assert patient["_birthDate"]["extension"][0]["valueCode"] == "asked-unknown"
    assert patient["multipleBirthInteger"] == 1
    assert [t["value"] for t in patient["telecom"]] == ["202-555-0142", "(202) 555-0199", "ada@example.org"]
    (related,) = read(new, "RelatedPerson")
    assert "end" not in related["period"], "only the leave to be told has a last day"
    assert fhir.leaves(related) == (fhir.Leave("visits", date(2026, 12, 31)), fhir.Leave("bills", date(2026, 12, 31)))
    (coverage,) = read(new, "Coverage")
    assert coverage["subscriberId"] == "88-204"
    (account,) = read(new, "Account")
    assert account["guarantor"][0]["party"]["reference"] == f"RelatedPerson/{related['id']}"


def words_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_a_guardian_told_of_bills_until_new_year_still_consents_in_january(desk, clinic, clock):
    client = desk()
    new = patient_of(client.post("/patients/register", form(
        family="Kidd", given="Sam", born="5/5/2020",
        **{"p0-name": "Ana Kidd", "p0-relation": "MTH", "p0-guardian": "on", "p0-emergency": "on", "p0-phone": "2025550143",
           "p0-may_discuss": ["bills"], "p0-until": "12/31/2026"},
    )))  # fmt: skip
    assert "OK to talk about bills until Dec 31" in words_of(client.get(f"/patients/{new}"))
    clock.advance(timedelta(days=60))
    client.logout()
    client.force_login(client.account)
    january = words_of(client.get(f"/patients/{new}"))
    assert "May consent Ana Kidd, mother May bring Ana Kidd, mother" in january
    assert "Ana Kidd , mother · emergency contact · guardian" in january
    assert "Not to be told anything" in january
    assert "No emergency contact" not in january


def test_someone_with_one_name_is_registered_and_found(desk, context):
    new = patient_of(desk().post("/patients/register", form(family="Suharto", given="")))
    hits = queries.find(scopes.for_staff(context("coordinator", door="web")), "suharto", today=date(2026, 11, 24)).hits
    assert [hit.id for hit in hits] == [new]


def test_a_legal_guardian_may_consent(desk, read):
    new = patient_of(desk().post("/patients/register", form(born="5/5/2020", **{"p0-name": "Ana Kidd", "p0-relation": "GUARD"})))
    (related,) = read(new, "RelatedPerson")
    assert fhir.extension(related, "may-consent") is True


def test_a_former_given_name_is_kept(desk, read):
    (patient,) = read(patient_of(desk().post("/patients/register", form(former_given="Adam"))), "Patient")
    assert patient["name"][1] == {"use": "old", "family": "Okonjo", "given": ["Adam"]}


def test_what_was_declined_is_not_asked_again_and_not_called_missing(desk, read):
    client = desk()
    new = patient_of(client.post("/patients/register", form(
        phone_declined="on", address_declined="on", speaks="declined", pronouns_declined="on", birth_sex="declined", identity="declined",
        race=["declined"], ethnicity="declined", **{"t0-number": ""},
    )))  # fmt: skip
    (patient,) = read(new, "Patient")
    assert about.what_declined(patient) == {"phone", "address", "language"}
    (task,) = read(new, "Task")
    for what in ("phone", "address", "language", "race", "ethnicity"):
        assert what not in task["reasonCode"]["text"], what
    page = words_of(client.get(f"/patients/{new}"))
    for shown in ("Phone Declined to give one", "Address Declined to say", "Language Declined to say", "Sex at birth Declined to say",
                  "Gender Declined to say", "Pronouns Declined to say", "Race Declined to say", "Ethnicity Declined to say"):  # fmt: skip
        assert shown in page, shown
    assert "Speaks Declined to say" in page
    assert "Not asked Twin or more" in page
    for asked in ("No phone number", "No address", "Language not recorded"):
        assert asked not in page, asked


@pytest.mark.parametrize(("more", "name"), [("phone", "t2-number"), ("person", "p2-name")])
def test_one_more_is_added_without_a_script_and_all_that_was_typed_stays(desk, more, name):
    client = desk()
    assert f'name="{name}"' not in client.get("/patients/register").content.decode()
    sent = form(more=more, family="", race=["2106-3"], **{"t0-use": "home", "p0-name": "Ana Kidd", "p0-may_discuss": ["bills"]})
    answer = client.post("/patients/register", sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="{name}"' in page
    assert "This is needed." not in page, "nothing is judged yet"
    for kept in ('value="Ada Grace"', 'value="3/12/1957"', 'value="202-555-0142"', 'value="Ana Kidd"', f'value="{sent["key"]}"'):
        assert kept in page, kept
    assert re.search(r'value="2106-3"[^>]* checked', page)
    assert re.search(r'name="p0-may_discuss" value="bills"[^>]* checked', page)
    assert re.search(r'value="home"[^>]* selected', page)
    folded = re.findall(r"<details class=\"card\"( open)?><summary><h2>([^<]+)", page)
    assert [name for opened, name in folded if not opened] == ["Language and needs", "Who pays"], "what was typed in stands open"


def test_three_phones_with_their_kinds_and_a_third_person_who_pays(desk, read):
    new = patient_of(desk().post("/patients/register", form(guarantor="2", **{
        "t0-use": "mobile", "t1-number": "2025550143", "t1-use": "home", "t2-number": "2025550144", "t2-use": "work",
        "p1-name": "Bo Okonjo", "p2-name": "Cy Okonjo", "p2-relation": "SIB",
    })))  # fmt: skip
    (patient,) = read(new, "Patient")
    assert [t.get("use") for t in patient["telecom"]] == ["mobile", "home", "work"]
    (account,) = read(new, "Account")
    payer = account["guarantor"][0]["party"]["reference"].rpartition("/")[2]
    assert [r["name"][0]["text"] for r in read(new, "RelatedPerson") if r["id"] == payer] == ["Cy Okonjo"]


def test_what_stood_in_the_find_box_is_not_typed_again(desk):
    page = desk().post("/patients/register/found", {"q": "ada okonjo 3/12/57 202-555-0142"}).content.decode()
    for value in ("Okonjo", "Ada", "Mar 12, 1957", "2025550142"):
        assert f'value="{value}"' in page, value


def test_a_role_without_leave_is_told_so(desk):
    answer = desk("auditor").post("/patients/register", form())
    assert answer.status_code == 403
    assert "Okonjo" in answer.content.decode()


def test_a_new_patient_is_found_at_once(desk, context):
    new = patient_of(desk().post("/patients/register", form()))
    ctx = context("coordinator", door="web")
    for text in ("okonjo", "ada okonjo", "okonjo ada 3/12/57", "2025550142", "okonjq grace"):
        hits = queries.find(scopes.for_staff(ctx), text, today=date(2026, 11, 24)).hits
        assert hits[0].id == new, text
