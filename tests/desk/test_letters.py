"""Letters, calendar files and mail name whom they are for: each patient's own, of a group too, and nothing to the dead."""

import re
from datetime import timedelta

import pytest

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import deceased, notices
from waypost.records import queries


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


@pytest.fixture
def group(client, clinic):
    """Return a class at ten with patients 1 and 2 in it."""
    visit = booked(clinic, "class", start=at(10), patient=1)
    client.post(f"/visits/{visit.id}/join", {"patient": clinic.patients[2], "reason": "To learn", "key": "j"})
    return visit


def test_the_itinerary_on_a_page_is_that_patients_own(client, clinic, group):
    for n in (1, 2):
        [itinerary] = links(client.get(f"/patients/{clinic.patients[n]}"), "/letter")
        assert itinerary == f"/visits/{group.id}/letter?patient={clinic.patients[n]}"
        letter = notices.notice(clinic.ctx, group.id, patient=clinic.patients[n]).letter()
        assert letter.to[0] == f"Marisol Castillo{n}"
        assert client.get(itinerary).content.startswith(b"%PDF-")


@pytest.mark.parametrize("what", ["letter", "calendar"])
def test_of_a_group_nothing_goes_out_without_a_name(client, clinic, group, what):
    answer = client.get(f"/visits/{group.id}/{what}")
    assert answer.status_code == 422
    assert "This visit is for several patients." in words(answer)
    assert client.get(f"/visits/{group.id}/{what}?patient={clinic.patients[3]}").status_code == 404
    assert client.post(f"/visits/{group.id}/letter/print", {}).status_code == 422


def test_each_one_of_a_roster_gets_letter_and_calendar_file(client, clinic, group):
    page = client.get(f"/visits/{group.id}")
    whose = [clinic.patients[n] for n in (1, 2)]
    assert sorted(links(page, "/calendar?")) == sorted(f"/visits/{group.id}/calendar?patient={id_}" for id_ in whose)
    for n in (1, 2):
        assert f"Print the letter of Castillo{n}, Marisol in English" in page.content.decode()
        answer = client.post(f"/visits/{group.id}/letter/print", {"patient": clinic.patients[n]})
        assert answer["Location"] == f"/visits/{group.id}/letter?patient={clinic.patients[n]}"


def test_the_days_letter_lists_the_group_for_each_of_its_patients(client, clinic, group):
    for n in (1, 2):
        talk = booked(clinic, "talk", start=at(14, 25 * n - 25), patient=n)
        letter = notices.notice(clinic.ctx, talk.id, patient=clinic.patients[n]).letter()
        assert [stop.what for stop in letter.stops] == ["Heart class", "Follow-up"]
        client.post(f"/visits/{group.id}/leave", {"patient": clinic.patients[n]})
        after = notices.notice(clinic.ctx, talk.id, patient=clinic.patients[n]).letter()
        assert [stop.what for stop in after.stops] == ["Follow-up"]


def test_nothing_goes_out_to_the_dead_and_nothing_is_booked(client, clinic):
    visit = booked(clinic)
    deceased.mark_deceased(clinic.ctx, clinic.patients[0], on="2026-11-24")
    page = client.get(f"/visits/{visit.id}")
    said = words(page)
    assert "Why The patient has died" in said
    assert "no letter, calendar file or e-mail goes out" in said
    assert "deceased" not in said.lower().replace("record a death", "")
    assert "Book again" not in said
    assert not links(page, "/letter") + links(page, "/calendar?")
    for what in ("letter", "calendar"):
        answer = client.get(f"/visits/{visit.id}/{what}?patient={clinic.patients[0]}")
        assert answer.status_code == 422
        assert "The patient has died." in words(answer)


def test_a_patient_in_another_zone_reads_and_hears_their_own_time(client, clinic):
    found = queries.read(scopes.everything(clinic.ctx), "Patient", clinic.patients[1])
    file(clinic.ctx, {**found.resource, "address": [{"use": "home", "city": "Denver", "state": "CO", "postalCode": "80202"}]})
    video, person = booked(clinic, patient=1, telehealth=True), booked(clinic, start=at(14), patient=1)
    assert "By video at 7 in the morning Mountain time (9:00 AM Eastern time)" in words(client.get(f"/visits/{video.id}"))
    assert "Please arrive at 2 in the afternoon Eastern time" in words(client.get(f"/visits/{person.id}"))
    letter = notices.notice(clinic.ctx, video.id, patient=clinic.patients[1]).letter()
    assert [row.time for row in letter.stops] == ["7:00 AM Mountain time (9:00 AM Eastern time)", "2:00 PM Eastern time"]
    assert client.get(f"/visits/{video.id}/letter").content.startswith(b"%PDF-")


def test_a_patient_asks_for_a_clock_of_their_own(desk, clinic):
    client, who = desk("coordinator"), clinic.patients[1]
    video = booked(clinic, patient=1, telehealth=True)
    page = f"/patients/{who}"
    assert "Time zone Eastern time, the clinic’s; theirs is not known" in words(client.get(page))
    form = words(client.get(f"{page}/edit/zone"))
    assert "Not known: the clinic’s, Eastern time" in form
    assert client.post(f"{page}/edit/zone", {"version": "1", "zone": "America/Chicago"}).status_code == 303
    said = words(client.get(page))
    assert "Time zone Central time, as asked for" in said
    assert "by video · for them 8:00 AM Central time" in said
    letter = notices.notice(clinic.ctx, video.id, patient=who).letter()
    assert [row.time for row in letter.stops] == ["8:00 AM Central time (9:00 AM Eastern time)"]
    assert client.post(f"{page}/edit/zone", {"version": "2", "zone": "Mars/Olympus"}).status_code == 422
    assert client.post(f"{page}/edit/zone", {"version": "2", "zone": ""}).status_code == 303
    assert "theirs is not known" in words(client.get(page))


def test_a_death_recorded_by_mistake_is_taken_back_long_after_undo(desk, clinic, clock):
    client = desk("coordinator")
    kept, lost = booked(clinic, ride="From home"), booked(clinic, start=at(14), named=("Practitioner/lind",))
    group = booked(clinic, "class", start=at(10), patient=1)
    client.post(f"/visits/{group.id}/join", {"patient": clinic.patients[0], "reason": "To learn", "key": "j"})
    deceased.mark_deceased(clinic.ctx, clinic.patients[0], on="2026-11-24")
    booked(clinic, start=at(14), patient=3, named=("Practitioner/lind",))
    clock.advance(timedelta(minutes=10))
    page = client.get(f"/patients/{clinic.patients[0]}/edit/deceased")
    assert "Mark as living" in words(page)
    version = re.search(r'name="version" value="(\d+)"', page.content.decode())[1]
    answer = client.post(f"/patients/{clinic.patients[0]}/edit/deceased", {"version": version, "end": "error"})
    assert answer.status_code == 303
    scope = scopes.everything(clinic.ctx)
    state = {v.id: queries.read(scope, "Appointment", v.id).resource["status"] for v in (kept, lost)}
    assert state == {kept.id: "booked", lost.id: "cancelled"}
    assert f"Patient/{clinic.patients[0]}" in str(queries.read(scope, "Appointment", group.id).resource)
    said = words(client.get(answer["Location"]))
    assert "Marked as living. Undo" in said
    assert "Follow-up of Wed, Nov 25, 2026, 2:00 PM The time of Dr Lind has been given to someone else. Book one of the next times instead: Wed, Nov 25, 2:25–2:45 PM, Dr Lind" in said
    assert "Book again: Follow-up of Wed, Nov 25, 2026, 2:00 PM" in words(client.get(f"/patients/{clinic.patients[0]}"))
    assert "Ride Asked for" in words(client.get(f"/visits/{kept.id}"))


def test_undo_of_a_death_brings_back_what_is_free_and_says_what_is_not(desk, clinic):
    client = desk("coordinator")
    who = clinic.patients
    chair, talk = booked(clinic, "infusion", start=at(10)), booked(clinic, start=at(14), named=("Practitioner/lind",))
    client.post(f"/patients/{who[0]}/edit/deceased", {"version": "2", "on": "11/24/2026"})
    booked(clinic, "infusion", start=at(10), patient=1)  # takes the lane, not the last chair
    booked(clinic, start=at(14), patient=3, named=("Practitioner/lind",))
    page = client.get(f"/patients/{who[0]}")
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    answer = client.post("/undo", {"act": act, "back": "/"})
    assert answer.status_code == 303
    said = words(client.get(answer["Location"]))
    assert "Undone, but not every visit could come back." in said
    assert "The time of Dr Lind has been given to someone else." in said
    assert "Infusion of" not in said
    scope = scopes.everything(clinic.ctx)
    state = {v.id: queries.read(scope, "Appointment", v.id).resource["status"] for v in (chair, talk)}
    assert state == {chair.id: "booked", talk.id: "cancelled"}
    assert "deceased" not in str(queries.read(scope, "Patient", who[0]).resource)


def test_what_replaces_a_video_visit_after_an_undone_death_is_by_video_too(desk, clinic):
    client = desk("coordinator")
    who = clinic.patients
    booked(clinic, start=at(14), named=("Practitioner/lind",), telehealth=True)
    client.post(f"/patients/{who[0]}/edit/deceased", {"version": "2", "on": "11/24/2026"})
    booked(clinic, start=at(14), patient=3, named=("Practitioner/lind",))
    act = re.search(r'name="act" value="([^"]+)"', client.get(f"/patients/{who[0]}").content.decode())[1]
    page = client.get(client.post("/undo", {"act": act, "back": "/"})["Location"]).content.decode()
    chosen = re.search(r'href="([^"]*chosen=[^"]*)"', page)[1].replace("&amp;", "&")
    assert "video=1" in chosen
    assert "by video" in words(client.get(chosen)).lower()
