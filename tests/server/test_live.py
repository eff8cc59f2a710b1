"""Live pages: a change is on every board that is open, whoever serves it, and on nobody's who may not see it."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.running import Running, make_clinic, run_python, token
from tests.server.watching import Watcher, furnish, hear_all, shows

from waypost.ops import load

BOARDS = 200
PEOPLE = 24  # nobody may have more than so many pages open
ACCOUNT = """
import sys
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from django.contrib.sessions.models import Session
    from waypost.access.models import Account
    if sys.argv[2] == "sign-out":
        Session.objects.filter(session_key=sys.argv[3]).delete()
    else:
        Account.objects.filter(username=sys.argv[3]).update(roles=["billing"])
"""


def workday():
    """Return midnight in New York of a weekday of next week, as UTC."""
    day = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0) + timedelta(days=7)
    return day + timedelta(days=(7 - day.weekday()) % 7)


class Clinic:
    def __init__(self, running, known):
        self.running, self.known = running, known
        self.port = running.port
        self.here, self.elsewhere = known["here"]["sessions"], known["elsewhere"]["sessions"]
        self.board = f"/live/board?day={workday().date()}"
        self.times = itertools.count()
        self.patients = iter(known["here"]["patients"])

    def authorised(self):
        return {"authorization": f"Bearer {self.running.token}", "content-type": "application/fhir+json"}

    def book(self):
        """Book a visit on the board's day; return its patient."""
        start = workday() + timedelta(hours=8, minutes=30 * next(self.times))
        patient = next(self.patients)
        visit = {
            "resourceType": "Appointment", "status": "booked", "start": start.isoformat(),
            "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": "talk"}]}],
            "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
                            {"actor": {"reference": "Practitioner/lind"}, "status": "accepted"}],
        }  # fmt: skip
        made = self.running.send("POST", "/fhir/Appointment", body=visit, headers=self.authorised())
        assert made[0] == 201, made
        return json.loads(made[2])["id"]

    def watch(self, session, **more):
        return Watcher(self.port, session, self.board, **more)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live") / "clinic"
    make_clinic(folder)
    client = token(folder, "client")
    known = furnish(folder, PEOPLE)
    with Running(folder) as running:
        running.token = client
        yield Clinic(running, known)


def test_a_change_is_on_200_boards_and_reading_goes_on(clinic):
    watchers = [clinic.watch(clinic.here[n % 20]) for n in range(BOARDS)]
    stranger = clinic.watch(clinic.elsewhere[0])
    read = load.request("GET", f"/fhir/Patient/{clinic.known['here']['patients'][0]}", clinic.authorised())
    try:
        hear_all([*watchers, stranger], lambda one: bool(shows(one)))
        assert {one.status for one in watchers} == {200}
        outcome = load.drive(clinic.port, itertools.repeat(read), seconds=1)
        assert set(outcome.statuses) == {200}
        visit = clinic.book()
        took = hear_all(watchers, lambda one: len(shows(one)) > 1)
        print(
            f"{BOARDS} boards: the last heard of it after {max(took.values()):.2f} s; {outcome.rate:.0f} reads/s beside them"
        )
        for one in watchers:
            assert f"/visits/{visit}" in str(shows(one)[-1]["parts"])
            assert (
                "lane1" not in shows(one)[-1]["parts"] or "lane2" not in shows(one)[-1]["parts"]
            )  # only what changed
        stranger.until(lambda event: event[0] == "beat")
        assert len(shows(stranger)) == 1
        assert "Castillo" not in str(stranger.events)
    finally:
        for one in [*watchers, stranger]:
            one.close()


def test_who_comes_back_is_told_what_was_missed_and_no_more(clinic):
    first = clinic.watch(clinic.here[0])
    first.next_show()
    has = first.tag
    first.close()
    again = clinic.watch(clinic.here[0], has=has)
    again.until(lambda event: event[0] == "beat")
    visit = clinic.book()
    assert f"/visits/{visit}" in str(again.next_show()["parts"])
    assert len(shows(again)) == 1, "what the page had was not sent again"
    late = clinic.watch(clinic.here[1], has=has)
    assert f"/visits/{visit}" in str(late.next_show()["parts"])
    again.close()
    late.close()


@pytest.mark.parametrize(("do", "why", "n"), [("sign-out", "signed-out", 20), ("role", "changed", 21)])
def test_a_stream_ends_with_what_let_it_open(clinic, do, why, n):
    watcher = clinic.watch(clinic.here[n])
    watcher.next_show()
    run_python(ACCOUNT, clinic.running.data_dir, do, clinic.here[n] if do == "sign-out" else f"watcher{n}")
    told = watcher.until(lambda event: event[0] == "end")[1]
    assert told["why"] == why
    assert told["said"]
    watcher.close()
    again = clinic.watch(clinic.here[n])
    while not again.status:
        again.hear()
    assert again.status == (401 if do == "sign-out" else 200)
    again.close()


def test_who_is_not_signed_in_or_asks_for_nothing_is_told_so(clinic):
    for path, headers, status, word in (
        (clinic.board, {}, 401, "Sign in"),
        ("/live/nothing", {"cookie": f"waypost_session={clinic.here[0]}"}, 404, "watched"),
        ("/live/board,board,a,b,c,d,e", {"cookie": f"waypost_session={clinic.here[0]}"}, 404, "watched"),
    ):
        answer = clinic.running.get(path, **headers)
        assert answer[0] == status
        assert word in json.loads(answer[2])["title"]


def test_a_screen_in_the_waiting_room_watches_by_its_link_alone(clinic):
    page = clinic.running.get("/flow/wall", cookie=f"waypost_session={clinic.here[0]}")[2]
    address = re.search(r'data-live="([^"]+)"', page)[1]
    screen = Watcher(clinic.port, "", address)
    assert set(screen.next_show()["parts"]) == {"wall-called", "wall-waiting"}
    screen.close()
    for path, status in ((address[:-3] + "abc", 404), (address.replace("/live/wall", "/live/wall,flow"), 401), ("/live/wall", 404)):
        assert clinic.running.get(path)[0] == status


def test_one_person_cannot_take_every_place(clinic):
    watchers = [clinic.watch(clinic.here[22]) for _ in range(30)]
    try:
        hear_all(watchers, lambda one: one.status == 429 or bool(shows(one)))
        refused = [one for one in watchers if one.status == 429]
        assert refused
        assert b"too many live pages" in refused[0].raw
        assert len(refused) >= 30 - 2 * 12
    finally:
        for one in watchers:
            one.close()


def test_who_takes_nothing_holds_nobody_up(clinic):
    stalled = [clinic.watch(clinic.here[n], receive_bytes=2048) for n in range(8)]
    watcher = clinic.watch(clinic.here[23])
    try:
        watcher.next_show()
        for _ in range(3):
            visit = clinic.book()
            assert f"/visits/{visit}" in str(watcher.next_show()["parts"])
    finally:
        for one in [*stalled, watcher]:
            one.close()


def test_new_work_is_told_to_those_whose_it_is_and_the_rows_wait(clinic):
    mine, other = (Watcher(clinic.port, clinic.here[n], "/live/today,comes?view=unclaimed") for n in (10, 11))
    both = [mine, other]
    hear_all(both, lambda one: {data["view"] for data in shows(one)} == {"today", "comes"})
    task = {
        "resourceType": "Task", "status": "requested", "intent": "order", "description": "Call about the ride",
        "for": {"reference": f"Patient/{clinic.known['here']['patients'][0]}"},
    }  # fmt: skip
    made = clinic.running.send("POST", "/fhir/Task", body=task, headers=clinic.authorised())
    assert made[0] == 201, made
    id_ = json.loads(made[2])["id"]
    hear_all(both, lambda one: any(f"{id_}:1" in (data["rows"] or ()) for data in shows(one)))
    for one in both:
        news = [data for data in shows(one) if data["view"] == "today"][-1]
        assert "Castillo" not in str(news), "rows are ids; who they are about is seen when the reader asks"
        one.close()


def test_a_server_that_stops_says_so_and_stops_at_once(clinic):
    watchers = [clinic.watch(clinic.here[n]) for n in range(4)]
    hear_all(watchers, lambda one: bool(shows(one)))
    clinic.running.process.terminate()
    for one in watchers:
        assert one.until(lambda event: event[0] == "end")[1]["why"] == "restart"
        one.close()
    clinic.running.process.wait(8)
    clinic.running.start()
