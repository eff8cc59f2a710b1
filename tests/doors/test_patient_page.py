"""The patient page through the web door: what it shows, to whom, in how many queries; edits, conflicts, undo."""

import re
from html import unescape

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import chart_cases as cases

from waypost.access import scopes
from waypost.records import queries

QUERIES_MAX = 12  # of an open chart: sign-in 2, decision and audit 2, slices, results, timeline, counts, names, groups, who changed it


@pytest.fixture
def sign_in(tenant, clock, monkeypatch):
    from waypost.access.models import Account
    from waypost.web import middleware

    monkeypatch.setattr(middleware, "CLOCK", clock)

    def make(role="coordinator", practitioner="ruiz", name="Ana Ruiz"):
        account = Account.objects.create(
            username=f"{role}-{tenant.slug}",
            tenant=tenant,
            roles=[role],
            practitioner=practitioner or "",
            display=name,
        )
        client = Client()
        client.force_login(account, backend="waypost.access.backends.AccountBackend")
        return client

    return make


@pytest.fixture
def castillo(context):
    cases.file_all(context(), [*cases.staff(), cases.patient()])
    cases.file_all(context(), cases.chart())


def words(answer):
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_page_says_who_this_is_and_all_there_is_to_know(sign_in, castillo):
    answer = sign_in().get("/patients/castillo")
    assert answer.status_code == 200
    said = words(answer)
    for expected in (
        "Castillo Reyes, Marisol she/her", "Mar 12, 1957 · 69 years · MRN 004 182", "(202) 555-0142", "mornings, voicemail OK",
        "Speaks Spanish, interpreter", "Lucía, daughter: visits and bills", "Northfield Plan, verify", "PCP Dr Kwame Osei", "Penicillin: rash",
        "Discharged Nov 20", "Since Nov 23", "Call after discharge", "Today", "Reconcile medications", "Fri, Nov 27",
        "Two addresses marked current", "Northfield Plan ends Nov 30, last verified Sep 2", "Ana Ruiz (lead)", "Lucía Castillo, daughter, (202) 555-0177",
        "Wed, Dec 2 9:20 AM", "Cardiology follow-up", "interpreter confirmed · patient not yet", "Heart failure since 2019", "Furosemide 40 mg",
        "HbA1c", "HbA1c Laboratory 8.4 % Sep 2", "79 kg", "member 88-204", "Deductible left then $412.50.", "Discharge summary General Hospital, Nov 20 · text",
        "Hospital stay , heart failure; 5 nights; discharged: home", "Tue, Nov 3, 9:30 AM · Nurse Kim, by phone",
    ):  # fmt: skip
        assert expected in said, expected
    assert 'href="/visits/v1"' in answer.content.decode()
    assert 'href="/visits/v1/letter' in answer.content.decode()
    assert 'aria-label="Rising from 7.1 to 8.4 % over 18 months"' in answer.content.decode()


def test_one_read_of_a_chart_is_a_handful_of_queries(sign_in, castillo, django_db_setup):
    from django.db import connection

    client = sign_in()
    edit(client, "language", spoken="vi", interpreter="yes")  # more than one version, so that sources are looked for
    client.get("/patients/castillo")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/patients/castillo")
    assert len(few) <= QUERIES_MAX, "\n".join(q["sql"][:120] for q in few.captured_queries)


def test_nothing_a_patient_could_be_known_by_stands_in_an_address(sign_in, castillo):
    page = sign_in().get("/patients/castillo").content.decode()
    found = [
        unescape(u)
        for u in re.findall(r'(?:href|action|hx-get|hx-post)="([^"#]*)"', page)
        if not u.startswith("tel:")
    ]
    assert not [
        u for u in found if any(w in u for w in ("Castillo", "Marisol", "004182", "1957", "marisol@", "555"))
    ]


def test_a_chart_opens_with_a_reason_and_stays_open(sign_in, castillo):
    client = sign_in(practitioner="stranger")
    closed = words(client.get("/patients/castillo"))
    assert "Why do you open this chart?" in closed
    assert "Cardiology follow-up" in closed, "visits are open to everyone at the desk"
    assert "Heart failure" not in closed
    assert "Penicillin" not in closed
    client.post("/patients/castillo/open", {"reason": "", "words": " "})
    assert "The chart stays closed until you say why." in words(client.get("/patients/castillo"))
    opened = client.post("/patients/castillo/open", {"reason": "caller"})
    assert opened.status_code == 303
    assert "Heart failure" in words(client.get("/patients/castillo"))


def test_a_restricted_chart_is_closed_in_words(sign_in, context, castillo):
    cases.file_all(
        context(),
        [
            cases.patient(
                "vip",
                meta={
                    "security": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
                    ]
                },
                identifier=[],
            )
        ],
    )
    said = words(sign_in().get("/patients/vip"))
    assert "This chart is restricted" in said
    assert "Why do you open this chart?" not in said


def test_a_role_without_charts_sees_contact_and_coverage(sign_in, castillo):
    said = words(sign_in("billing", None).get("/patients/castillo"))
    assert "The chart is not part of your role" in said
    assert "Northfield Plan" in said
    assert "Heart failure" not in said


def test_no_such_patient_is_a_page_in_words(sign_in, tenant):
    answer = sign_in().get("/patients/nobody")
    assert answer.status_code == 404


def edit(client, form, target="", /, **typed):
    from urllib.parse import quote

    url = f"/patients/castillo/edit/{form}" + (f"?on={quote(target)}" if target else "")
    page = client.get(url)
    assert page.status_code == 200, words(page)
    hidden = dict(re.findall(r'name="(version|wish)" value="([^"]+)"', page.content.decode()))
    return client.post(url, {**hidden, **typed})


def newest(context, kind, id):
    return queries.read(scopes.everything(context()), kind, id).resource


def test_a_phone_is_edited_in_place_and_undone(sign_in, context, castillo):
    client = sign_in()
    answer = edit(
        client,
        "phone",
        "0",
        number="202 555 0199",
        use="mobile",
        voicemail="no",
        text="yes",
        hours="evenings",
    )
    assert answer.status_code == 303
    phone = newest(context, "Patient", "castillo")["telecom"][0]
    assert phone["value"] == "(202) 555-0199"
    page = client.get("/patients/castillo")
    assert "evenings, no voicemail, texts OK" in words(page)
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    assert client.post("/undo", {"act": act, "back": "/patients/castillo"}).status_code == 303
    assert newest(context, "Patient", "castillo")["telecom"][0]["value"] == "(202) 555-0142"


def test_what_a_form_does_not_know_survives_it(sign_in, context):
    strange = {"url": "https://elsewhere.example/x", "valueDecimal": 1.5}
    cases.file_all(context(), [cases.patient(extension=[strange], photo=[{"title": "kept"}])])
    edit(sign_in(), "language", spoken="en", interpreter="no")
    after = newest(context, "Patient", "castillo")
    assert strange in after["extension"]
    assert after["photo"] == [{"title": "kept"}]


def test_someone_else_was_quicker_and_both_are_shown(sign_in, context, castillo):
    client = sign_in()
    url = "/patients/castillo/edit/language"
    client.get(url)
    edit(client, "language", spoken="vi", interpreter="yes")
    late = client.post(url, {"version": "1", "spoken": "fr", "interpreter": "no"})
    assert late.status_code == 409
    said = words(late)
    assert "Someone else changed this while you were typing." in said
    assert "Speaks French Vietnamese" in said
    version = re.search(r'name="version" value="(\d+)"', late.content.decode())[1]
    assert version == "2"
    assert client.post(url, {"version": version, "spoken": "fr", "interpreter": "no"}).status_code == 303
    assert newest(context, "Patient", "castillo")["communication"][0]["language"]["coding"][0]["code"] == "fr"


def test_what_cannot_be_is_said_in_words_and_kept(sign_in, castillo):
    answer = edit(sign_in(), "person", given="Marisol", family="Castillo", birth="3/12/2090", sex="female")
    assert answer.status_code == 422
    assert "The birth date is in the future. Check the year." in words(answer)
    assert 'value="3/12/2090"' in answer.content.decode()


FORMS = [
    ("coordinator", "phone", "", {"number": "2025550111", "use": "home"}),
    ("coordinator", "email", "", {"address": "m@example.org", "wanted": "on"}),
    ("coordinator", "address", "", {"line1": "9 Birch Rd", "city": "Salem", "state": "MD", "postal": "20852", "moved": "yes"}),
    ("coordinator", "addresses", "", {"keep": "1"}),
    ("coordinator", "language", "", {"spoken": "es", "needs": ["Wheelchair"], "other": "Quiet room"}),
    ("coordinator", "person", "", {"given": "Marisol", "family": "Reyes", "keep_former": "on", "preferred": "Mari", "birth": "1957-03-12"}),
    ("coordinator", "about", "", {"sex": "female", "birth_sex": "F", "identity": "own", "identity_words": "Woman", "pronouns": "she/her", "race": ["2054-5", "2106-3"], "ethnicity": "2135-2", "multiple": "2"}),
    ("coordinator", "guarantor", "", {"who": "RelatedPerson/lucia"}),
    ("coordinator", "relation", "", {"given": "Jo", "family": "Diaz", "relationship": "FRND", "about": ["visits"], "until": "Dec 31 2026", "emergency": "on"}),
    ("coordinator", "relation", "lucia", {"given": "Lucía", "family": "Castillo", "relationship": "DAUC", "about": ["all"]}),
    ("coordinator", "team", "", {"role": "nurse", "who": "Practitioner/kim"}),
    ("coordinator", "coverage", "", {"payer": "Northfield Plan", "member": "1", "relationship": "self", "begins": "2026-12-01"}),
    ("coordinator", "coverage", "cover", {"payer": "Northfield Plan", "member": "88-204", "relationship": "self", "begins": "2026-01-01", "ends": "2027-12-31"}),
    ("billing", "answer", "cover", {"said": "yes", "on": "today", "deductible": "100.50", "how": "phone"}),
    ("nurse", "problem", "", {"name": "Asthma", "since": "2015", "confirmed": "on"}),
    ("nurse", "problem", "hf", {"name": "Heart failure", "since": "2018", "confirmed": "on"}),
    ("nurse", "medication", "", {"name": "Aspirin 81 mg", "dose": "1 a day", "reason": "af", "since": "2026"}),
    ("nurse", "allergy", "", {"name": "Latex", "reaction": "swelling", "severe": "on", "confirmed": "on"}),
    ("nurse", "allergy", "penicillin", {"name": "Penicillin", "reaction": "Hives", "confirmed": "on"}),
    ("coordinator", "note", "", {"words": "Prefers the morning bus."}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "form", "on", "typed"), FORMS, ids=[f"{f}-{o or 'new'}" for _, f, o, _ in FORMS]
)
def test_every_form_saves_one_act_and_the_page_still_stands(sign_in, castillo, role, form, on, typed):
    client = sign_in(role, "ruiz")
    answer = edit(client, form, on, **typed)
    assert answer.status_code == 303, words(answer)
    page = client.get("/patients/castillo")
    assert page.status_code == 200
    assert 'data-undo="10"' in page.content.decode()
    assert client.get("/patients/castillo/history").status_code == 200


def test_what_she_says_about_herself_is_shown_with_its_source_and_can_be_changed_and_undone(sign_in, context, castillo):
    client = sign_in()
    said = {"sex": "female", "birth_sex": "F", "identity": "446141000124107", "race": ["2131-1"], "ethnicity": "2135-2"}
    assert edit(client, "about", **said, pronouns="she/her").status_code == 303
    assert edit(client, "language", spoken="es", interpreter="yes").status_code == 303
    assert edit(client, "about", **{**said, "race": ["declined"]}, pronouns_declined="on", multiple="1").status_code == 303
    page = words(client.get("/patients/castillo"))
    for shown in ("Sex at birth Female", "Gender Woman", "Pronouns Declined to say", "Race Declined to say", "Ethnicity Hispanic or Latino",
                  "Twin or more Born first", "Nov 24 by Ana Ruiz"):  # fmt: skip
        assert shown in page, shown
    assert "Not asked Sex" not in page
    history = words(client.get("/patients/castillo/history/Patient/castillo"))
    assert "Race: Other race → Declined to say" in history
    assert "Pronouns: she/her → Declined to say" in history
    act = re.search(r'name="act" value="([^"]+)"', client.get("/patients/castillo").content.decode())[1]
    assert client.post("/undo", {"act": act, "back": "/patients/castillo"}).status_code == 303
    assert "Race Other race" in words(client.get("/patients/castillo"))


def test_what_another_system_said_of_race_and_gender_stays_to_the_letter(sign_in, context):
    core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
    detailed = {"url": "detailed", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2148-5", "display": "Mexican"}}
    ethnicity = {"url": core + "ethnicity", "extension": [detailed, {"url": "text", "valueString": "Mexican"}]}
    identity = {"url": core + "genderIdentity", "valueCodeableConcept": {"text": "Two-spirit"}}
    cases.file_all(context(), [cases.patient(extension=[ethnicity, identity])])
    client = sign_in()
    assert "Ethnicity Mexican" in words(client.get("/patients/castillo"))
    url = "/patients/castillo/edit/about"
    form = client.get(url).content.decode()
    assert re.search(r'value="Mexican"[^>]* selected', form)
    assert 'value="Two-spirit"' in form
    answer = edit(client, "about", ethnicity="Mexican", identity="own", identity_words="Two-spirit", race=["UNK"])
    assert answer.status_code == 303
    after = newest(context, "Patient", "castillo")["extension"]
    assert after[:2] == [ethnicity, identity]
    assert "Race Not known" in words(client.get("/patients/castillo"))


def test_who_pays_the_rest_is_shown_changed_and_has_a_history(sign_in, context, castillo):
    client = sign_in("billing", None)
    assert "Pays the rest Not asked" in words(client.get("/patients/castillo"))
    assert edit(client, "guarantor", who="RelatedPerson/lucia").status_code == 303
    assert "Pays the rest Lucía Castillo Nov 24 by Ana Ruiz" in words(client.get("/patients/castillo"))
    assert edit(client, "guarantor", who="Patient/castillo").status_code == 303
    page = client.get("/patients/castillo")
    assert "Pays the rest The patient" in words(page)
    form = client.get("/patients/castillo/edit/guarantor").content.decode()
    url = re.search(r'href="([^"]+/history/Account/[^"]+)"', form)[1]
    assert "Who pays: Lucía Castillo" in words(client.get(url))
    assert edit(client, "guarantor", end="end").status_code == 303
    assert "Pays the rest Not asked" in words(client.get("/patients/castillo"))


@pytest.mark.parametrize("form", ["phone", "email"])
def test_a_number_that_is_not_there_is_not_changed(sign_in, castillo, form):
    sent = {"version": "1", "number": "2025550100", "use": "home", "address": "m@example.org"}
    assert sign_in().post(f"/patients/castillo/edit/{form}?on=99", sent).status_code == 404


def test_a_number_that_she_will_not_give_is_not_asked_for_again(sign_in, context):
    cases.file_all(context(), [cases.patient(telecom=[])])
    client = sign_in()
    assert "No phone number" in words(client.get("/patients/castillo"))
    assert edit(client, "phone", end="declined").status_code == 303
    page = words(client.get("/patients/castillo"))
    assert "Declined to give one" in page
    assert "No phone number" not in page
    assert edit(client, "phone", number="2025550111", use="home").status_code == 303
    assert "Declined to give one" not in words(client.get("/patients/castillo"))


@pytest.mark.parametrize(
    ("form", "typed", "shown"),
    [("address", {"declined": "on", "moved": "yes"}, "Address Declined to say"), ("language", {"spoken": "declined"}, "Language Declined to say")],
)
def test_address_and_language_may_be_declined(sign_in, castillo, form, typed, shown):
    client = sign_in()
    assert edit(client, form, **typed).status_code == 303
    assert shown in words(client.get("/patients/castillo"))


def test_each_topic_may_have_a_last_day_of_its_own_and_nothing_else_ends_with_it(sign_in, context, castillo):
    client = sign_in()
    told = {
        "given": "Lucía",
        "family": "Castillo",
        "relationship": "DAUC",
        "phone": "2025550177",
        "emergency": "on",
        "about": ["visits", "bills"],
    }
    assert edit(client, "relation", "lucia", **told, until_bills="Dec 31 2026").status_code == 303
    assert "OK to talk about visits; bills until Dec 31" in words(client.get("/patients/castillo"))
    lucia = newest(context, "RelatedPerson", "lucia")
    assert "period" not in lucia
    form = client.get("/patients/castillo/edit/relation?on=lucia").content.decode()
    assert 'name="until_bills" value="2026-12-31"' in form
    history = words(client.get("/patients/castillo/history/RelatedPerson/lucia"))
    assert "OK to talk about: bills → bills until Dec 31" in history
    assert edit(client, "relation", "lucia", end="leave").status_code == 303
    page = words(client.get("/patients/castillo"))
    assert "emergency contact (202) 555-0177 Not to be told anything" in page


def test_a_last_day_without_a_topic_is_asked_about(sign_in, castillo):
    answer = edit(sign_in(), "relation", "lucia", given="Lucía", until="Dec 31 2026")
    assert answer.status_code == 422
    assert "Mark what it is OK to talk about until then, or clear the day." in words(answer)


@pytest.mark.parametrize(
    ("role", "form", "on", "how", "gone"),
    [
        ("coordinator", "phone", "0", "end", "(202) 555-0142"),
        ("coordinator", "relation", "lucia", "leave", "OK to talk about"),
        ("coordinator", "relation", "lucia", "gone", "<b>Lucía Castillo</b>, daughter"),
        ("coordinator", "team", "", "Practitioner/lind", "Dr Sofia Lind</td>"),
        ("nurse", "problem", "af", "end", "<b>Atrial fibrillation</b><br>"),
        ("nurse", "allergy", "penicillin", "error", "<b>Penicillin</b>: rash"),
    ],
)
def test_what_is_over_can_be_ended(sign_in, castillo, role, form, on, how, gone):
    client = sign_in(role, "ruiz")
    assert gone in client.get("/patients/castillo").content.decode()
    assert edit(client, form, on, end=how).status_code == 303
    assert gone not in client.get("/patients/castillo").content.decode()


def test_a_role_that_may_not_edit_is_refused_and_sees_no_key(sign_in, castillo):
    client = sign_in()
    assert "/edit/problem" not in client.get("/patients/castillo").content.decode()
    assert client.get("/patients/castillo/edit/problem").status_code == 403


def test_history_says_who_changed_what_and_brings_a_version_back(sign_in, context, castillo):
    client = sign_in()
    edit(client, "language", spoken="vi", interpreter="yes")
    url = "/patients/castillo/history/Patient/castillo"
    said = words(client.get(url))
    assert "Ana Ruiz" in said
    assert "Language: Spanish, to speak → " in said
    assert client.post(f"{url}/restore", {"restore": "1", "newest": "2"}).status_code == 303
    assert newest(context, "Patient", "castillo")["communication"][0]["language"]["coding"][0]["code"] == "es"
    assert "Vietnamese" in words(client.get(url))


def test_another_patients_resource_has_no_history_here(sign_in, context, castillo):
    cases.file_all(context(), [cases.patient("other", identifier=[])])
    assert sign_in().get("/patients/other/history/Coverage/cover").status_code == 404


def test_the_timeline_filters_and_pages(sign_in, context, castillo):
    client = sign_in()
    only = words(client.get("/patients/castillo/timeline?kind=contacts"))
    assert "Weight up 3 kg" in only
    assert "Hospital stay" not in only
    many = [
        {"resourceType": "Communication", "status": "completed", "subject": cases.ABOUT, "sent": f"2025-{1 + i // 28:02d}-{1 + i % 28:02d}T10:00:00Z", "payload": [{"contentString": f"call {i}."}]}
        for i in range(130)
    ]  # fmt: skip
    cases.file_all(context(), many)
    url, seen = "/patients/castillo/timeline?kind=contacts", []
    for _ in range(12):
        page = client.get(url).content.decode()
        seen += re.findall(r"call (\d+)\.", page)
        more = re.search(r'class="more"><a class="button" href="([^"]+)"', page)
        if not more:
            break
        url = unescape(more[1])
    assert sorted(map(int, seen)) == list(range(130)), "nothing skipped, nothing twice"


def test_htmx_gets_the_part_it_asked_for(sign_in, castillo):
    client = sign_in()
    card = client.get(
        "/patients/castillo/timeline?kind=contacts", headers={"HX-Request": "true"}
    ).content.decode()
    assert card.lstrip().startswith("<section")
    assert "Weight up 3 kg" in card
    assert "/patients/castillo/timeline?kind=visits" in card
    after = "2026-11-04T00:00:00+00:00~Communication~z"
    lines = client.get(
        "/patients/castillo/timeline", {"kind": "contacts", "after": after}, headers={"HX-Request": "true"}
    ).content.decode()
    assert lines.lstrip().startswith("<li>")
    assert "Weight up 3 kg" in lines
    form = client.get("/patients/castillo/edit/phone?on=0", headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<section")
    saved = client.post(
        "/patients/castillo/edit/phone?on=0",
        {"version": "1", "number": "2025550100", "use": "home"},
        headers={"HX-Request": "true"},
    )
    assert (saved.status_code, saved["HX-Redirect"]) == (204, "/patients/castillo")


def test_a_merged_chart_says_so_and_leads_to_the_survivor(sign_in, context, castillo):
    cases.file_all(
        context(),
        [
            cases.patient(
                "old",
                identifier=[],
                active=False,
                link=[{"other": {"reference": "Patient/castillo"}, "type": "replaced-by"}],
            )
        ],
    )
    page = sign_in().get("/patients/old")
    assert "This chart was merged" in words(page)
    assert 'href="/patients/castillo"' in page.content.decode()
    assert 'data-key="b"' not in page.content.decode()


def test_a_death_stops_visits_and_work_in_one_act_that_can_be_undone(sign_in, context, castillo):
    client = sign_in()
    assert edit(client, "deceased").status_code == 303
    page = client.get("/patients/castillo")
    assert "Died, date not recorded" in words(page)
    assert newest(context, "Appointment", "v1")["status"] == "cancelled"
    assert newest(context, "Task", "t1")["status"] == "cancelled"
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    assert client.post("/undo", {"act": act}).status_code == 303
    assert newest(context, "Appointment", "v1")["status"] == "booked"
    assert newest(context, "Task", "t1")["status"] == "requested"
    assert "deceasedBoolean" not in newest(context, "Patient", "castillo")


def test_a_place_in_a_group_is_a_visit_to_come(sign_in, context, castillo):
    seats = [
        {"actor": {"reference": reference}, "status": "accepted", "period": {"start": "2026-11-30T15:00:00Z", "end": "2026-11-30T16:00:00Z"}}
        for reference in ("Patient/first", "Patient/castillo", "Practitioner/kim")
    ]  # fmt: skip
    group = cases.visit(
        "group", "Diabetes class", "2026-11-30T15:00:00Z", "2026-11-30T16:00:00Z", "Practitioner/kim"
    )
    cases.file_all(context(), [cases.patient("first", identifier=[]), {**group, "participant": seats}])
    said = words(sign_in().get("/patients/castillo"))
    assert "Mon, Nov 30 10:00 AM Diabetes class m Nurse Kim · patient confirmed · group visit" in said


def test_a_group_that_was_is_in_the_timeline_of_each_patient_of_it(sign_in, context, castillo):
    seats = [
        {"actor": {"reference": f"Patient/{id_}"}, "status": "accepted"}
        for id_ in ("first", "castillo", "third")
    ]
    groups = [
        cases.visit(f"group{day}", "Diabetes class", f"2026-11-{day:02d}T15:00:00Z", f"2026-11-{day:02d}T16:00:00Z", "Practitioner/kim", status)
        | {"reasonCode": [{"text": "Said by the first of them"}]}
        for day, status in ((9, "fulfilled"), (16, "cancelled"))
    ]  # fmt: skip
    others = [cases.patient("first", identifier=[]), cases.patient("third", identifier=[])]
    cases.file_all(context(), [*others, *({**one, "participant": seats} for one in groups)])
    client = sign_in(role="records")
    for id_ in ("first", "castillo", "third"):
        said = words(client.get(f"/patients/{id_}/timeline?kind=visits"))
        assert "Mon, Nov 9, 10:00 AM Diabetes class , group visit" in said, said
        assert "Mon, Nov 16, 10:00 AM" in said
        assert "Said by the first of them" not in said


def test_a_document_opens_in_words_and_nothing_that_could_run_is_shown(sign_in, context, castillo):
    client = sign_in()
    page = client.get("/patients/castillo/documents/summary")
    assert "Home." in words(page)
    script = {
        "resourceType": "DocumentReference", "id": "page", "status": "current", "subject": cases.ABOUT, "description": "Page",
        "content": [{"attachment": {"contentType": "text/html", "data": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}}],
    }  # fmt: skip
    cases.file_all(context(), [script])
    assert "<script>alert" not in client.get("/patients/castillo/documents/page").content.decode()
    file = client.get("/patients/castillo/documents/page/file")
    assert (file["Content-Type"], file["Content-Disposition"]) == ("application/octet-stream", "attachment")
    cases.file_all(context(), [cases.patient("other", identifier=[])])
    client.post("/patients/other/open", {"reason": "caller"})
    assert client.get("/patients/other/documents/summary").status_code == 404


def test_a_form_sent_twice_is_one_act(sign_in, castillo):
    client = sign_in()
    page = client.get("/patients/castillo/edit/note").content.decode()
    wish = re.search(r'name="wish" value="([^"]+)"', page)[1]
    for _ in range(2):
        assert (
            client.post(
                "/patients/castillo/edit/note", {"version": "0", "wish": wish, "words": "once only"}
            ).status_code
            == 303
        )
    assert words(client.get("/patients/castillo")).count("once only") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/patients/%00", "/patients/..%2f", "/patients/a%20b", "/patients/castillo/edit/phone?on=%00", "/patients/castillo/edit/nothing",
        "/patients/castillo/edit/coverage?on=../x", "/patients/castillo/edit/coverage?on=nobody", "/patients/castillo/history/Nothing/x",
        "/patients/castillo/history/Patient/nobody", "/patients/castillo/documents/%27", "/patients/castillo/documents/cover",
    ],
)  # fmt: skip
def test_addresses_with_tricks_find_nothing(sign_in, castillo, path):
    assert sign_in().get(path).status_code == 404


@pytest.mark.parametrize(
    "after",
    [
        "",
        "~",
        "x~Task~y",
        "2026-01-01~Task~y",
        "2026-01-01T00:00:00Z~Task~%00",
        "9999-12-31T23:59:59+00:00~Task~y",
    ],
)
@pytest.mark.parametrize("kind", ["", "visits", "%00", "<script>"])
def test_the_timeline_takes_any_cursor(sign_in, castillo, after, kind):
    assert sign_in().get(f"/patients/castillo/timeline?kind={kind}&after={after}").status_code == 200
