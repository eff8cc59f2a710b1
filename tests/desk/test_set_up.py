"""A new clinic is set up by its administrator, page by page, until a coordinator books the first visit."""

import re
import uuid

import pytest

from tests import small_clinic
from waypost.access import scopes
from waypost.records import queries as records
from waypost.scheduling.queries import free_slots, schedule_id
from waypost.scheduling.queries import templates as kept

SITE = {"name": "Harbor", "phone": "(202) 555-0150", "line": "1 Quay St", "city": "Washington", "state": "DC",
        "postal_code": "20003", "zone": "America/New_York"}  # fmt: skip
ROWS = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}


@pytest.fixture(autouse=True)
def today(monkeypatch, clock):
    from waypost.web import middleware

    monkeypatch.setattr(middleware, "CLOCK", clock)


def key():
    return {"key": str(uuid.uuid4()), "version": "0"}


def rows(name, *entries):
    """Return a list of rows as its form sends it."""
    sent = {f"{name}-{part}": value for part, value in (ROWS | {"TOTAL_FORMS": len(entries)}).items()}
    for number, entry in enumerate(entries):
        sent |= {f"{name}-{number}-{part}": value for part, value in entry.items()}
    return sent


def hours(weekly=(), closed=(), exceptions=(), **more):
    return {**rows("weekly", *weekly), **rows("closed", *closed), **rows("exceptions", *exceptions), "do": "save", **more}


def kind(*steps, **more):
    sent = {"name_en": "First visit", "name_es": "Primera visita", "minutes": 30, "arrive_early": 10, "grace": 15, "capacity": 1,
            "prepare_en": "Bring your pills.", "prepare_es": "Traiga sus pastillas.", "do": "save", "version": 0}  # fmt: skip
    return {**sent, **rows("steps", *steps), **more}


PROVIDER_AND_ROOM = ({"role": "clinician", "can": "primary care", "start": 0, "minutes": 30, "before": "", "after": ""},
                     {"role": "room", "can": "", "start": 0, "minutes": 30, "after": 5})  # fmt: skip


def add_site(admin):
    assert admin.post("/settings/places/add/site", SITE | key()).status_code == 303
    return re.search(r"/settings/places/site/([^\"]+)", admin.get("/settings/places").content.decode())[1]


def add_room(admin, site, name="Room 1", **more):
    sent = {"name": name, "site": f"Location/{site}", "department": "Primary care", "can": "", "wheelchair": "on", "capacity": 1,
            "hours_like": "weekdays", **key(), **more}  # fmt: skip
    answer = admin.post("/settings/places/add/room", sent)
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"].rsplit("/", 1)[-1]


def add_provider(admin, site, **more):
    sent = {"title": "Dr", "given": "Sofia", "family": "Lind", "suffix": "MD", "role": "clinician", "specialty": "Family medicine",
            "gender": "female", "languages": "English, Spanish", "site": f"Location/{site}", "department": "Primary care",
            "can": "Primary care", "hours_like": "", **key(), **more}  # fmt: skip
    answer = admin.post("/settings/booked/add", sent)
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"].rsplit("/", 1)[-1]


WEEK = ({"days": ["0", "1", "2", "3", "4"], "start": "8", "end": "5 pm"},)
LUNCH = ({"days": ["0", "1", "2", "3", "4"], "start": "noon", "end": "1 PM", "reason": "Lunch"},)


def test_from_an_empty_clinic_to_the_first_visit(desk, context):
    admin = desk("administrator")
    first = admin.get("/settings").content.decode()
    assert "Before the first visit can be booked" in first
    assert first.count("Missing") == 6
    site = add_site(admin)
    add_room(admin, site)
    doctor = add_provider(admin, site)
    assert "No hours" in admin.get("/settings/booked").content.decode()
    page = admin.get(f"/settings/hours/Practitioner/{doctor}").content.decode()
    assert "Hours: Dr Sofia Lind" in page
    saved = admin.post(f"/settings/hours/Practitioner/{doctor}", hours(WEEK, LUNCH, version=1))
    assert saved.status_code == 303, saved.content.decode()
    assert "Mon–Fri 8 AM–5 PM" in admin.get("/settings/booked").content.decode()
    assert admin.post("/settings/visit-types/add", kind(*PROVIDER_AND_ROOM)).status_code == 303
    assert "Cannot be booked" not in admin.get("/settings/visit-types").content.decode()
    assert "Someone who signs in and books" in admin.get("/settings").content.decode()
    coordinator = desk("coordinator")
    assert "Before the first visit" not in admin.get("/settings").content.decode()

    new = coordinator.post("/patients/register", {"family": "Okonjo", "given": "Ada", "born": "3/12/1957", "t0-number": "202-555-0142",
                                                  "gender": "female", "key": uuid.uuid4().hex})  # fmt: skip
    patient = new["Location"].rsplit("/", 1)[-1]
    found = coordinator.get("/schedule/times", {"patient": patient, "visit": "first-visit"}).content.decode()
    assert "Dr Sofia Lind" in found
    chosen = re.search(r'href="([^"]*chosen=[^"]*)"', found)[1].replace("&amp;", "&")
    card = coordinator.get(chosen).content.decode()
    form = card[card.index('id="book"') :]
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    booked = coordinator.post("/schedule/book", {**sent, "reason": "New patient", "do": "book"})
    assert booked.status_code == 303, booked.content.decode()
    visits = records.about(scopes.everything(context()), patient, ["Appointment"])
    assert [one.resource["status"] for one in visits] == ["booked"]
    assert {p["actor"]["reference"].split("/")[0] for p in visits[0].resource["participant"]} == {"Patient", "Practitioner", "Location"}


@pytest.fixture
def made(desk):
    """A clinic with a site, a room, a provider with hours and a visit type."""
    admin = desk("administrator")
    site = add_site(admin)
    room, doctor = add_room(admin, site), add_provider(admin, site, hours_like="weekdays")
    assert admin.post("/settings/visit-types/add", kind(*PROVIDER_AND_ROOM)).status_code == 303
    return admin, site, room, doctor


def test_each_bookable_has_its_schedule_which_names_what_it_serves(made, context, clock):
    _, _, room, doctor = made
    scope = scopes.everything(context())
    for resource in (f"Practitioner/{doctor}", f"Location/{room}"):
        schedule = records.read(scope, "Schedule", schedule_id(resource)).resource
        assert schedule["actor"][0]["reference"] == resource
        assert schedule["serviceType"][0]["coding"][0]["code"] == "first-visit"
    now = clock.now()
    from datetime import timedelta

    assert free_slots(scope, schedule_id(f"Practitioner/{doctor}"), now, now + timedelta(days=3), clock=clock)


def test_a_person_is_a_practitioner_with_a_role(made, context):
    _, site, _, doctor = made
    scope = scopes.everything(context())
    practitioner = records.read(scope, "Practitioner", doctor).resource
    assert practitioner["name"] == [{"use": "official", "family": "Lind", "given": ["Sofia"], "prefix": ["Dr"], "suffix": ["MD"]}]
    from waypost.coordination import clinic

    role = clinic.role_of(scope, doctor).resource
    assert role["location"][0] == {"reference": f"Location/{site}", "display": "Harbor"}
    body = kept.calendar(scope, f"Practitioner/{doctor}").body
    assert (body["role"], body["can"], body["languages"], body["gender"]) == ("clinician", ["primary-care"], ["en", "es"], "female")


def test_a_change_reaches_record_and_calendar_and_can_be_undone(made, context):
    admin, site, room, _ = made
    scope = scopes.everything(context())
    sent = {"name": "Room 1b", "site": f"Location/{site}", "department": "", "can": "exam, echo", "capacity": 2, "version": 1}
    assert admin.post(f"/settings/places/room/{room}", sent).status_code == 303
    body = kept.calendar(scope, f"Location/{room}").body
    assert (body["name"], body["can"], body["capacity"], body["wheelchair"]) == ("Room 1b", ["exam", "echo"], 2, False)
    assert records.read(scope, "Location", room).resource["name"] == "Room 1b"
    undo(admin, "/settings/places")
    assert kept.calendar(scope, f"Location/{room}").body["name"] == "Room 1"
    assert records.read(scope, "Location", room).resource["name"] == "Room 1"
    said = admin.get(f"/settings/history/Location/{room}").content.decode()
    assert said.count("Room 1b") >= 2


def undo(client, path):
    page = client.get(path).content.decode()
    act = re.search(r'name="act" value="([^"]+)"', page)
    assert act, page
    answer = client.post("/undo", {"act": act[1], "back": path})
    assert answer.status_code == 303, answer.content.decode()


def test_hours_and_visit_types_can_be_undone(made, context):
    admin, _, _, doctor = made
    scope = scopes.everything(context())
    admin.post(f"/settings/hours/Practitioner/{doctor}", hours(({"days": ["5"], "start": "9", "end": "12"},), version=1))
    assert kept.calendar(scope, f"Practitioner/{doctor}").body["weekly"][0]["days"] == [5]
    undo(admin, f"/settings/hours/Practitioner/{doctor}")
    assert kept.calendar(scope, f"Practitioner/{doctor}").body["weekly"][0]["days"] == [0, 1, 2, 3, 4]
    admin.post("/settings/visit-types/add", kind(*PROVIDER_AND_ROOM, name_en="Short visit"))
    assert kept.visit_type(scope, "short-visit")
    undo(admin, "/settings/visit-types")
    assert kept.visit_type(scope, "short-visit") is None


def test_a_change_made_meanwhile_is_not_lost(made):
    admin, _, _, doctor = made
    path = f"/settings/hours/Practitioner/{doctor}"
    assert admin.post(path, hours(WEEK, version=1)).status_code == 303
    late = admin.post(path, hours(({"days": ["5"], "start": "9", "end": "noon"},), version=1))
    assert late.status_code == 409
    assert "Someone else changed this calendar" in late.content.decode()
    again = re.search(r'name="version" value="(\d+)"', late.content.decode())[1]
    assert admin.post(path, hours(({"days": ["5"], "start": "9", "end": "noon"},), version=again)).status_code == 303


def test_what_is_wrong_is_said_and_what_was_typed_stays(made):
    admin, _, _, doctor = made
    bad = admin.post(f"/settings/hours/Practitioner/{doctor}", hours(({"days": ["0"], "start": "5 pm", "end": "8"},
                                                                         {"days": [], "start": "quarter past", "end": ""}), version=1))  # fmt: skip
    said = bad.content.decode()
    assert bad.status_code == 422
    assert "It ends before it starts. Write PM for the afternoon." in said
    assert "Choose at least one day." in said
    assert 'value="quarter past"' in said
    bad = admin.post("/settings/visit-types/add", kind({"role": "room", "start": 20, "minutes": 30}, minutes=33, name_en=""))
    said = bad.content.decode()
    assert bad.status_code == 422
    assert "multiple of 5" in said
    assert "Name in English: This is needed." in said
    assert admin.post("/settings/booked/add", key()).status_code == 422
    assert admin.post("/settings/places/add/room", key()).status_code == 422


def test_federal_holidays_come_at_one_click_and_close_the_day(made):
    admin, _, _, doctor = made
    path = f"/settings/hours/Practitioner/{doctor}"
    page = admin.post(path, hours(WEEK, version=1, do="holidays")).content.decode()
    assert "Thanksgiving" in page
    assert "not saved yet" in page
    names = re.findall(r'name="exceptions-(\d+)-first" value="([^"]*)"', page)
    assert ("0", "11/26/2026") in names
    sent = hours(WEEK, (), [{"first": day, "what": "closed", "reason": "Holiday"} for _, day in names if day], version=1)
    assert admin.post(path, sent).status_code == 303
    week = admin.get(path).content.decode()
    assert re.search(r"Thu, Nov 26</b>.*?Closed", week, re.DOTALL)


def test_a_preview_draws_what_is_typed_and_saves_nothing(made, context):
    admin, _, _, doctor = made
    path = f"/settings/hours/Practitioner/{doctor}"
    before = kept.calendar(scopes.everything(context()), f"Practitioner/{doctor}")
    page = admin.post(path, hours(({"days": ["6"], "start": "6", "end": "7"},), version=1, do="later", week="2026-11-23"))
    assert "Week of Mon, Nov 30" in page.content.decode()
    assert "6–7 AM" in page.content.decode()
    assert kept.calendar(scopes.everything(context()), f"Practitioner/{doctor}") == before
    more = admin.post(path, hours(WEEK, version=1, do="more-weekly")).content.decode()
    assert 'name="weekly-1-start"' in more


@pytest.fixture
def booked(context):
    """The small clinic, with one echo of the first patient on Wednesday at 9."""
    from waypost.scheduling import actions as scheduling

    clinic = small_clinic.make(context())
    wish = scheduling.VisitWish("talk", small_clinic.at(9), (clinic.person(),), chosen={0: "Practitioner/lind"})
    return clinic, scheduling.book(clinic.ctx, wish)


def test_visits_that_a_change_leaves_outside_are_listed_first_and_none_is_cancelled(booked, desk, context):
    clinic, visit = booked
    supervisor = desk("supervisor")
    later = hours(({"days": ["0", "1", "2", "3", "4"], "start": "10", "end": "5 pm"},), version=1)
    listed = supervisor.post("/settings/hours/Practitioner/lind", later)
    said = listed.content.decode()
    assert listed.status_code == 422
    assert "1 booked visit would stand outside these hours" in said
    assert "Wed, Nov 25" in said
    assert "Castillo0" in said
    accept = re.search(r'name="accept" value="([^"]+)"', said)[1]
    assert supervisor.post("/settings/hours/Practitioner/lind", later | {"accept": "something-else"}).status_code == 422
    assert supervisor.post("/settings/hours/Practitioner/lind", later | {"accept": accept}).status_code == 303
    scope = scopes.everything(clinic.ctx)
    assert records.read(scope, "Appointment", visit.id).resource["status"] == "booked"
    again = hours(({"days": ["0", "1", "2", "3", "4"], "start": "10", "end": "4 pm"},), version=2)
    assert supervisor.post("/settings/hours/Practitioner/lind", again).status_code == 303  # said once


def test_retiring_lists_what_is_booked_and_then_offers_no_more(booked, desk, context):
    clinic, visit = booked
    admin = desk("administrator")
    listed = admin.post("/settings/retire/Practitioner/lind", {"version": 1})
    assert listed.status_code == 422
    assert "Castillo0" in listed.content.decode()
    accept = re.search(r'name="accept" value="([^"]+)"', listed.content.decode())[1]
    assert admin.post("/settings/retire/Practitioner/lind", {"version": 1, "accept": accept}).status_code == 303
    scope = scopes.everything(clinic.ctx)
    assert records.read(scope, "Practitioner", "lind").resource["active"] is False
    assert records.read(scope, "Appointment", visit.id).resource["status"] == "booked"
    found = desk("coordinator").get("/schedule/times", {"patient": clinic.patients[1], "visit": "talk"}).content.decode()
    assert "Dr Abara" in found
    assert "Dr Lind" not in found
    assert admin.post("/settings/retire/Practitioner/lind", {"version": 2, "back": "1"}).status_code == 303
    found = desk("scheduler").get("/schedule/times", {"patient": clinic.patients[1], "visit": "talk"}).content.decode()
    assert "Dr Lind" in found


def test_a_visit_type_that_is_offered_no_more_cannot_be_booked(booked, desk):
    clinic, _ = booked
    supervisor = desk("supervisor")
    assert supervisor.post("/settings/visit-types/talk/retire", {"version": 1}).status_code == 303
    from waypost.scheduling import actions as scheduling
    from waypost.scheduling.problems import UnknownVisitType

    with pytest.raises(UnknownVisitType):
        scheduling.book(clinic.ctx, scheduling.VisitWish("talk", small_clinic.at(11), (clinic.person(1),)))
    assert "Follow-up" not in desk("coordinator").get("/schedule/times", {"patient": clinic.patients[1]}).content.decode()


@pytest.mark.parametrize("role", ["coordinator", "scheduler", "nurse", "clinician", "records", "billing", "auditor", "supervisor"])
def test_who_may_set_up(desk, role):
    client = desk(role)
    for path in ("/settings/places/add/site", "/settings/booked/add"):
        assert client.get(path).status_code == 403, path
    for path in ("/settings/places", "/settings/visit-types", "/settings/visit-types/add"):
        assert client.get(path).status_code == (200 if role == "supervisor" else 403), path


def test_hard_words_are_measured_in_both_languages(made):
    admin = made[0]
    hard = "Discontinue anticoagulant administration approximately forty-eight hours preceding the scheduled procedure."
    page = admin.post("/settings/visit-types/add", kind(*PROVIDER_AND_ROOM, prepare_en=hard, do="look")).content.decode()
    assert "above 6" in page
    assert re.search(r"Spanish:</b> Reads (at|below) grade \d", page)


@pytest.mark.parametrize("text", ["\x00", "x" * 5000, "<b>bold</b>", "8:99", "'; --"])
def test_nothing_typed_breaks_the_forms(made, text):
    admin, _, _, doctor = made
    for path, sent in (
        ("/settings/places/add/site", SITE | key() | {"name": text}),
        ("/settings/booked/add", key() | {"given": text, "family": text, "languages": text}),
        (f"/settings/hours/Practitioner/{doctor}", hours(({"days": ["0", text], "start": text, "end": text},), version=text)),
        ("/settings/visit-types/add", kind({"role": text, "can": text, "minutes": text}, name_en=text, minutes=text)),
    ):
        answer = admin.post(path, sent)
        assert answer.status_code in {303, 422}, path
        assert "<b>bold</b>" not in answer.content.decode()
    assert "<b>bold</b>" not in admin.get("/settings/places").content.decode()


def test_hours_that_were_not_kept_after_all_leave_no_trace(booked):
    """What a process remembers goes by who wrote it: a save that is rolled back, and one of the same number after it."""
    from waypost.records import acts
    from waypost.scheduling import actions as scheduling
    from waypost.scheduling.queries import clinic as picture

    clinic, _ = booked
    body = small_clinic.CALENDARS[0]

    def opened():
        return picture(clinic.ctx.tenant, clinic.ctx.now).bookables["Practitioner/lind"].calendar.weekly[0].start

    with pytest.raises(ZeroDivisionError), acts.act(clinic.ctx):
        scheduling.save_calendar(clinic.ctx, {**body, "weekly": [{"days": [1], "from": "06:00", "to": "07:00"}]})
        assert opened() == 6 * 60
        raise ZeroDivisionError
    assert opened() == 8 * 60
    scheduling.save_calendar(clinic.ctx, {**body, "weekly": [{"days": [1], "from": "10:00", "to": "12:00"}]})
    assert opened() == 10 * 60
