"""The waitlist: put on it from Find times, found as open work, booked from it under the same constraints."""

import re
from html import unescape

import pytest

from tests.desk.test_schedule import booked, hidden, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions
from waypost.records import queries

CHIPS = "&days=5&part=am&gender=female&within=14"  # nobody works on Saturdays


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def wait(client, clinic, chips=CHIPS, visit="talk", patient=0, **said):
    page = client.get(f"/schedule/times?patient={clinic.patients[patient]}&visit={visit}{chips}")
    return page, client.post("/schedule/wait", {**hidden(page, "wait"), "reason": "Palpitations", **said})


def record(clinic, type_, id_):
    return queries.read(scopes.everything(clinic.ctx), type_, id_).resource


def tasks(clinic, patient=0):
    return [
        v.resource for v in queries.about(scopes.everything(clinic.ctx), clinic.patients[patient], ["Task"])
    ]


def test_where_nothing_fits_the_waitlist_is_offered_with_what_was_asked_for(client, clinic):
    page, answer = wait(client, clinic)
    assert "No time fits all of that by then." in words(page)
    assert "Kept with it: mornings, Saturdays, a woman, by Mon, Dec 7." in words(page)
    assert answer.status_code == 303
    said = words(client.get(answer["Location"]))
    assert "Follow-up, no time yet Waitlist" in said
    assert "Wanted mornings, Saturdays, a woman, by Mon, Dec 7" in said
    assert "On the waitlist. Undo" in said
    visit = record(clinic, "Appointment", answer["Location"].rpartition("/")[2])
    assert visit["status"] == "waitlist"
    assert "start" not in visit
    assert visit["reasonCode"] == [{"text": "Palpitations"}]


def test_it_is_open_work_with_a_pool_and_a_date_on_the_patient_page_and_on_today(client, clinic, desk):
    _, answer = wait(client, clinic)
    id_ = answer["Location"].rpartition("/")[2]
    said = words(client.get(f"/patients/{clinic.patients[0]}"))
    assert (
        "Find a time: Follow-up Schedulers · On the waitlist: mornings, Saturdays, a woman, by Mon, Dec 7"
        in said
    )
    assert "Tue, Dec 1" in said
    today = client.get("/?view=unclaimed")
    assert "Find a time: Follow-up" in words(today)
    assert links(today, f"/visits/{id_}/times")


def test_find_times_opens_with_the_same_constraints_and_booking_closes_it(client, clinic):
    _, answer = wait(client, clinic, chips="&days=24&part=am&gender=female", note_staff="Prefers early")
    id_ = answer["Location"].rpartition("/")[2]
    again = client.get(f"/visits/{id_}/times", follow=True)
    for chip in ("mornings", "Wed", "Fri", "woman provider"):
        assert re.search(rf'class="chip on"[^>]*>{chip}<', again.content.decode()), chip
    assert "For a visit on the waitlist." in words(again)
    assert "Put on the waitlist" not in words(again)
    card = client.get(links(again, "chosen=")[0])
    assert 'value="Palpitations"' in card.content.decode()
    assert 'value="Prefers early"' in card.content.decode()
    assert "Hold for 15 minutes" not in words(card)
    place = client.post("/schedule/book", {**hidden(card), "reason": "Palpitations", "do": "book"})[
        "Location"
    ]
    assert place == f"/visits/{id_}"
    said = words(client.get(place))
    assert "Booked" in said
    assert "no longer on the waitlist" in said
    [task] = tasks(clinic)
    assert (task["status"], task["statusReason"]["text"]) == ("completed", "Booked.")
    assert f"/work/{task['id']}" not in client.get("/?view=unclaimed").content.decode()


def test_undo_takes_it_off_and_undo_of_the_booking_puts_it_back(client, clinic):
    _, answer = wait(client, clinic, chips="")
    id_ = answer["Location"].rpartition("/")[2]
    card = client.get(links(client.get(f"/visits/{id_}/times", follow=True), "chosen=")[0])
    place = client.post("/schedule/book", {**hidden(card), "reason": "Palpitations", "do": "book"})[
        "Location"
    ]
    act = re.search(r'name="act" value="([^"]+)"', client.get(place).content.decode())[1]
    client.post("/undo", {"act": act, "back": place})
    assert record(clinic, "Appointment", id_)["status"] == "waitlist"
    assert tasks(clinic)[0]["status"] == "requested"
    _, other = wait(client, clinic, chips="", patient=1)
    act = re.search(r'name="act" value="([^"]+)"', client.get(other["Location"]).content.decode())[1]
    client.post("/undo", {"act": act, "back": "/"})
    assert client.get(other["Location"]).status_code in {404, 410}
    assert tasks(clinic, 1) == []


def test_taking_it_off_asks_why_and_closes_the_work(client, clinic):
    _, answer = wait(client, clinic)
    place = answer["Location"]
    assert "Take off the waitlist" in words(client.get(f"{place}?do=cancel"))
    sent = {"code": "better", "reason": "Feels well again", "key": "k", "expect": "1"}
    assert client.post(f"{place}/cancel", sent).status_code == 303
    assert "No longer needed · Feels well again" in words(client.get(place))
    assert tasks(clinic)[0]["status"] == "cancelled"


def test_nobody_waits_twice_for_the_same_and_a_double_click_files_one(client, clinic):
    page, answer = wait(client, clinic)
    again = client.post("/schedule/wait", {**hidden(page, "wait"), "reason": "Palpitations"})
    assert again["Location"] == answer["Location"]
    _, other = wait(client, clinic)
    assert other["Location"] == answer["Location"]
    assert "The patient is on the waitlist for this visit already." in words(client.get(other["Location"]))


def test_a_reason_is_asked_for_and_what_was_typed_is_kept(client, clinic):
    _, answer = wait(client, clinic, reason="", note_staff="Call the daughter")
    assert answer.status_code == 422
    assert "Reason: This is needed." in words(answer)
    assert 'value="Call the daughter"' in answer.content.decode()


def test_what_waits_no_longer_is_not_booked_from_the_list(client, clinic):
    _, answer = wait(client, clinic, chips="")
    id_ = answer["Location"].rpartition("/")[2]
    card = client.get(links(client.get(f"/visits/{id_}/times", follow=True), "chosen=")[0])
    actions.cancel_visit(clinic.ctx, actions.CancelWish(id_, "patient"))
    late = client.post("/schedule/book", {**hidden(card), "reason": "Palpitations", "do": "book"})
    assert late.status_code == 409
    assert "That visit is no longer on the waitlist." in words(late)


def test_joining_a_group_ends_the_wait_for_it(client, clinic):
    group = booked(clinic, "class", start=at(10), patient=1)
    _, answer = wait(client, clinic, chips="", visit="class")
    id_ = answer["Location"].rpartition("/")[2]
    times = client.get(f"/visits/{id_}/times", follow=True)
    form = unescape(times.content.decode())
    assert f'name="wait" value="{id_}"' in form
    sent = {"patient": clinic.patients[0], "reason": "To learn", "key": "j", "wait": id_}
    assert client.post(f"/visits/{group.id}/join", sent).status_code == 303
    assert record(clinic, "Appointment", id_)["status"] == "cancelled"
    assert tasks(clinic)[0]["status"] == "completed"


def test_a_death_ends_the_wait(client, clinic):
    from waypost.coordination.deceased import mark_deceased

    _, answer = wait(client, clinic)
    mark_deceased(clinic.ctx, clinic.patients[0])
    assert record(clinic, "Appointment", answer["Location"].rpartition("/")[2])["status"] == "cancelled"
    page = client.get(f"/schedule/times?patient={clinic.patients[0]}&visit=talk")
    assert "Put on the waitlist" not in words(page)


def test_a_reader_without_leave_to_book_puts_nobody_on_it(desk, clinic):
    auditor = desk("auditor")
    sent = {"patient": clinic.patients[0], "visit": "talk", "reason": "x", "wait_key": "k"}
    assert auditor.post("/schedule/wait", sent).status_code == 403
