"""What does not go as booked: late, at the wrong site, without a visit; and what follows at checkout."""

import re
from datetime import timedelta

import pytest

from tests import small_clinic
from tests.desk.conftest import file
from tests.desk.test_flow_board import column_of, press
from tests.desk.test_schedule import booked, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.records import queries
from waypost.scheduling import actions as scheduling


@pytest.fixture
def client(desk, clinic):
    return desk("nurse", practitioner="kim")


@pytest.fixture
def visit(clinic):
    return booked(clinic, start=at(11, day=24), named=("Practitioner/lind",))


def ways(client, visit):
    page = client.get(f"/visits/{visit.id}/another-way").content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(patient|expect|seen)" value="([^"]*)"', page))
    return hidden, re.findall(r'name="do" value="([^"]+)"', page), page


def read(clinic, kind, id_):
    return queries.read(scopes.everything(clinic.ctx), kind, id_).resource


def test_a_late_patient_is_offered_every_way(client, clinic, visit, clock):
    clock.advance(timedelta(minutes=50))  # 11:12, of a visit at 11:00
    hidden, offered, page = ways(client, visit)
    assert "12 min late" in page
    assert offered[0] == "shorten"
    assert "for the 8 minutes left" in page
    assert any(one.startswith("late|") and "Practitioner/lind" in one for one in offered)
    assert any(one.startswith("late|") and "Practitioner/abara" in one for one in offered)
    assert "Another day" in page
    client.post(f"/visits/{visit.id}/another-way", {**hidden, "do": "shorten"})
    found = read(clinic, "Appointment", visit.id)
    assert found["status"] == "arrived"
    assert {"url": "urn:waypost:extension:shortened-to", "valueInteger": 8} in found["extension"]


def test_a_late_patient_goes_later_or_to_another_provider(client, clinic, visit, clock):
    clock.advance(timedelta(minutes=50))
    hidden, offered, _ = ways(client, visit)
    other = next(one for one in offered if one.startswith("late|") and "Practitioner/abara" in one)
    answer = client.post(f"/visits/{visit.id}/another-way", {**hidden, "do": other}, follow=True)
    assert "Moved." in words(answer)
    assert "Practitioner/abara" in str(read(clinic, "Appointment", visit.id)["participant"])
    stale = client.post(f"/visits/{visit.id}/another-way", {**hidden, "do": other}, follow=True)
    assert "Not done." in words(stale)


def test_at_the_wrong_site_the_visit_moves_in_one_act_and_both_sites_see_it(client, clinic, visit, clock):
    file(clinic.ctx, {"resourceType": "Location", "id": "hillside", "name": "Hillside"})
    file(clinic.ctx, {"resourceType": "Location", "id": "far", "name": "Room far"})
    file(clinic.ctx, {"resourceType": "Practitioner", "id": "quist", "name": [{"family": "Quist"}]})
    scheduling.save_calendars(clinic.ctx, [
        {**small_clinic.calendar("Location/far", "room", "Room far"), "site": "Location/hillside"},
        {**small_clinic.calendar("Practitioner/quist", "clinician", "Dr Quist", ["cardiology"]), "site": "Location/hillside"},
    ])  # fmt: skip
    hidden, offered, page = ways(client, visit)
    assert "They came to Hillside" in page
    there = next(one for one in offered if one.startswith("site|"))
    answer = client.post(f"/visits/{visit.id}/another-way", {**hidden, "do": there}, follow=True)
    assert column_of(answer, "Castillo0") == "Arrived"
    assert "came to Hillside: the visit moved there" in words(client.get("/flow?site=riverside"))
    act = re.search(r'name="act" value="([^"]+)"', answer.content.decode())[1]
    client.post("/undo", {"act": act, "back": "/flow"})
    assert column_of(client.get("/flow?site=riverside"), "Castillo0") == "Expected"


def walk_in(client, clinic, **said):
    return client.post("/flow/walk-in", {"patient": clinic.patients[2], "site": "Location/riverside", "key": "w", **said}, follow=True)


def tasks(clinic, patient=2):
    return [one.resource for one in queries.about(scopes.everything(clinic.ctx), clinic.patients[patient], ["Task"])]


def test_a_walk_in_is_found_and_sent_to_a_nurse_without_more_questions(client, clinic):
    assert "Castillo2" in words(client.post("/flow/walk-in", {"q": "castillo"}))
    assert "Sent to a nurse." in words(walk_in(client, clinic, decision="nurse", words="Feels odd"))
    (task,) = tasks(clinic)
    assert (task["status"], task["performerType"][0]["coding"][0]["code"]) == ("requested", "nurses")
    assert "Feels odd" in task["reasonCode"]["text"]


def test_a_walk_in_is_worked_in_at_once(client, clinic):
    page = walk_in(client, clinic, decision="worked-in", decided="Practitioner/lind", visit_type="talk", who="Practitioner/lind")
    assert column_of(page, "Castillo2") == "Arrived"
    (task,) = [one for one in tasks(clinic) if one["status"] == "completed"]
    assert "decided by Dr Lind" in task["output"][0]["valueCodeableConcept"]["text"]


def test_who_decided_is_asked_for(client, clinic):
    assert "Choose the nurse or provider who decided" in words(walk_in(client, clinic, decision="redirected", where="Urgent care"))
    assert "Redirected." in words(walk_in(client, clinic, decision="redirected", where="Urgent care", decided="Practitioner/kim"))
    (task,) = tasks(clinic)
    assert task["output"][0]["valueCodeableConcept"]["text"] .startswith("Redirected to Urgent care, decided by nurse-")


def test_a_walk_in_sent_twice_is_one(client, clinic):
    for _ in range(2):
        answer = walk_in(client, clinic, decision="worked-in", decided="Practitioner/lind", visit_type="talk", who="Practitioner/lind")
        assert (answer.status_code, column_of(answer, "Castillo2")) == (200, "Arrived")
    assert len(tasks(clinic)) == 1


def test_a_day_without_time_says_so(client, clinic, clock):
    clock.advance(timedelta(hours=7))
    assert "Nobody has a free time for that left today." in words(walk_in(client, clinic, decision="worked-in", decided="Practitioner/lind", visit_type="talk"))


@pytest.fixture
def order(client, clinic, visit):
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    file(clinic.ctx, {"resourceType": "ServiceRequest", "id": "holter", "status": "active", "intent": "order", "code": {"text": "Holter monitor"},
                      "authoredOn": "2026-11-24T15:00:00Z", "subject": {"reference": f"Patient/{clinic.patients[0]}"}})  # fmt: skip
    return "holter"


def at_checkout(client, visit, **said):
    """Post the page of checkout; `holter_why` is what was chosen for the order."""
    return client.post(f"/visits/{visit.id}/checkout", {"do": "keep", **{name.replace("_", "-"): value for name, value in said.items()}}, follow=True)


def done_of(client, visit):
    """Return what the button 'Done' of the page says."""
    return re.search(r'name="do" value="(done:[^"]+)"', client.get(f"/visits/{visit.id}/checkout").content.decode())[1]


def to_provider(client):
    for label in ("Arrived: Castillo0, Marisol", "Castillo0, Marisol to Room 2", "With provider: Castillo0, Marisol"):
        press(client, label)


def test_checkout_books_each_order_or_says_why_not(client, clinic, visit, order):
    page = client.get(f"/visits/{visit.id}/checkout")
    assert "1 to book or to say why not" in words(page)
    assert f"patient={clinic.patients[0]}&amp;order=holter" in page.content.decode()
    said = words(at_checkout(client, visit, holter_why="calls", holter_note="after the holidays"))
    assert "nothing is left to book" in said
    assert "The patient will call. after the holidays" in said
    (task,) = tasks(clinic, 0)
    assert (task["status"], task["restriction"]["period"]["end"]) == ("requested", "2026-12-02")
    at_checkout(client, visit, holter_why="declined")
    (task,) = tasks(clinic, 0)
    assert task["status"] == "completed"


def test_a_visit_does_not_end_with_an_order_open(client, clinic, visit, order):
    file(clinic.ctx, {"resourceType": "ServiceRequest", "id": "walk", "status": "active", "intent": "order", "code": {"text": "Walk test"},
                      "authoredOn": "2026-11-24T15:00:00Z", "subject": {"reference": f"Patient/{clinic.patients[0]}"}})  # fmt: skip
    to_provider(client)
    page = press(client, "Done: Castillo0, Marisol")
    assert page.redirect_chain[-1][0].startswith(f"/visits/{visit.id}/checkout")
    assert "neither booked nor said why not" in words(page)
    page = at_checkout(client, visit, do=done_of(client, visit), walk_why="no-time", walk_note="works nights", holter_note="asked twice")
    assert page.status_code == 409
    assert 'value="asked twice"' in page.content.decode()
    assert 'value="works nights"' in page.content.decode()
    focused = re.findall(r"<select[^>]*data-focus[^>]*>", page.content.decode())
    assert ['name="holter-why"' in one for one in focused] == [True]
    assert read(clinic, "Appointment", visit.id)["status"] == "checked-in"
    assert tasks(clinic, 0) == []
    page = at_checkout(client, visit, do=done_of(client, visit), walk_why="no-time", holter_why="not-needed")
    assert read(clinic, "Appointment", visit.id)["status"] == "fulfilled"
    assert len(tasks(clinic, 0)) == 2
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    client.post("/undo", {"act": act, "back": "/flow"})
    assert read(clinic, "Appointment", visit.id)["status"] == "checked-in"
    assert tasks(clinic, 0) == []


def test_the_page_of_the_visit_sends_to_checkout_too(client, clinic, visit, order):
    to_provider(client)
    page = client.post(f"/visits/{visit.id}/done", {}, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"/visits/{visit.id}/checkout")
    assert "Not done." in words(page)


def test_what_was_said_of_an_order_stands_on_its_loop(client, clinic, visit, order):
    at_checkout(client, visit, holter_why="declined", holter_note="afraid of it")
    page = client.get("/referrals/holter")
    assert "At checkout Nov 24: The patient declined. afraid of it. Who ordered it may end it." in words(page)
    assert "/referrals/holter?do=end" in page.content.decode()
    assert re.search(r'value="declined"[^>]* checked', client.get("/referrals/holter?do=end").content.decode())
    at_checkout(client, visit, holter_why="no-time")
    page = words(client.get("/referrals/holter"))
    assert "At checkout Nov 24: No time that suits." in page
    assert "Find times" in page


def test_an_order_that_a_visit_stands_for_is_not_asked_about(client, clinic, visit, order):
    booked(clinic, start=at(9, day=27), order=order)
    assert "Holter" not in words(client.get(f"/visits/{visit.id}/checkout"))
    to_provider(client)
    assert column_of(press(client, "Done: Castillo0, Marisol"), "Castillo0") == "Gone"


def test_who_may_not_see_orders_ends_the_visit_and_a_nurse_looks(desk, clinic, visit, client, order):
    scheduler = desk("scheduler")
    to_provider(scheduler)
    assert column_of(press(scheduler, "Done: Castillo0, Marisol"), "Castillo0") == "Gone"
    (task,) = tasks(clinic, 0)
    assert (task["code"]["coding"][0]["code"], task["performerType"][0]["coding"][0]["code"]) == ("check-orders", "nurses")
    assert "olter" not in str(task)


def test_whether_there_is_an_order_is_not_told_by_the_work_it_leaves(desk, clinic, visit):
    scheduler = desk("scheduler")
    to_provider(scheduler)
    press(scheduler, "Done: Castillo0, Marisol")
    assert [one["code"]["coding"][0]["code"] for one in tasks(clinic, 0)] == ["check-orders"]


def test_a_closed_chart_shows_no_orders(desk, clinic, visit):
    assert "The chart is closed to you" in words(desk("scheduler").get(f"/visits/{visit.id}/checkout"))


def test_who_left_unseen_is_called_by_a_nurse(client, clinic, visit):
    press(client, "Arrived: Castillo0, Marisol")
    press(client, "Left unseen: Castillo0, Marisol")
    (task,) = tasks(clinic, 0)
    assert (task["code"]["coding"][0]["code"], task["priority"]) == ("left-unseen", "urgent")


def test_the_wait_is_told_at_a_press(client, clinic, visit):
    press(client, "Arrived: Castillo0, Marisol")
    page = client.get("/flow").content.decode()
    value = re.search(r'value="(20:[^"]+)"', page)[1]
    assert "told 20 min at 10:22" in words(client.post("/flow/told", {"do": value}, follow=True))
    assert client.post("/flow/told", {"do": "-3:x"}).status_code == 422


def test_one_of_a_group_is_noted_alone_also_on_a_past_day(client, clinic, clock):
    from waypost.coordination import actions as coordination

    group = booked(clinic, "class", start=at(11, day=24), patient=0)
    for one in clinic.patients[1:3]:
        coordination.add_to_group(clinic.ctx, group.id, one)
    for _ in range(3):  # a session that rests for half an hour ends
        clock.advance(timedelta(minutes=20))
        client.get("/flow")
    page = client.get(f"/visits/{group.id}/another-way?patient={clinic.patients[1]}").content.decode()
    assert "do=noshow" not in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    client.post(f"/visits/{group.id}/another-way", {"patient": clinic.patients[1], "do": "missed", "seen": seen})
    assert read(clinic, "Appointment", group.id)["status"] == "booked"
    clock.advance(timedelta(days=1))
    client.logout()
    client.force_login(client.account)
    page = client.get("/flow/close?site=riverside&day=2026-11-24").content.decode()
    presses = {label: value for value, label in re.findall(r'name="do" value="([^"]+)"[^>]*aria-label="([^"]+)"', page)}
    assert [one for one in presses if "Castillo1" in one] == []
    client.post("/flow/step", {"do": presses["Did not come: Castillo2, Marisol"]})
    client.post("/flow/step", {"do": presses["Done: Castillo0, Marisol"]})
    assert read(clinic, "Appointment", group.id)["status"] == "fulfilled"
    assert client.get("/flow/close?site=riverside&day=2026-11-24").content.decode().count("Castillo") == 0
