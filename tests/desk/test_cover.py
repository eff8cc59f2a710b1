"""Cover, views, work that comes again or waits, and what goes up: on Today, as colleagues meet them."""

from datetime import timedelta

import pytest

from tests.desk.test_call import kept, tasks, text
from waypost.coordination.worklist import escalating


@pytest.fixture
def nurse(desk, calls):
    return desk("nurse", practitioner="pavel")


def lend(client, **more):
    return client.post("/cover", {"who": "pavel", "on": "Nov 27", "at": "5 PM", "key": "k1"} | more)


def test_promises_and_pools_are_lent_and_come_back_by_themselves(coordinator, nurse, calls, clock):
    calls("word", "promise", hours=200)
    calls("own", "book", hours=200)
    calls("free", "book", owner="", pool="coordinators", hours=200)
    assert lend(coordinator).status_code == 303
    mine = text(coordinator.get("/"))
    assert "Do own" in mine
    assert "Do word" not in mine
    assert "Novak covers your promises, call-backs and teams until Fri, Nov 27, 5:00 PM." in mine
    theirs = text(nurse.get("/"))
    assert "Do word" in theirs
    assert "Do own" not in theirs
    assert "You cover promises, call-backs and teams of" in theirs
    assert "Do free" in text(nurse.get("/?view=unclaimed"))
    clock.advance(timedelta(days=3, hours=7))
    for client in (coordinator, nurse):
        client.force_login(client.account)
        session = client.session
        for name in ("started", "seen"):
            session.pop(name, None)
        session.save()
    assert "Do word" in text(coordinator.get("/"))
    assert "Do word" not in text(nurse.get("/"))


def test_all_work_is_lent_where_wished_and_taken_back_and_undone(coordinator, nurse, calls):
    calls("own", "book")
    lend(coordinator, everything="on")
    assert "Do own" in text(nurse.get("/"))
    page = text(coordinator.get("/"))
    assert "Do own" not in page
    act = page.split('name="act" value="')[1].split('"')[0]
    coordinator.post("/undo", {"act": act, "back": "/"})
    assert "Do own" in text(coordinator.get("/"))
    lend(coordinator, everything="on", key="k2")
    url = text(coordinator.get("/")).split('action="/cover/')[1].split('"')[0]
    assert coordinator.post(f"/cover/{url}").status_code == 303
    assert "Do own" in text(coordinator.get("/"))


def test_a_chain_is_refused_in_words(coordinator, nurse, desk, calls):
    lend(coordinator)
    twice = lend(coordinator, key="k2")
    assert twice.status_code == 409
    assert "covers you until" in text(twice)
    on = lend(nurse, who="ruiz", key="k3")
    assert on.status_code == 409
    assert "You cover Coordinator" in text(on) or "You cover" in text(on)
    assert lend(coordinator, who="", key="k4").status_code == 422
    assert lend(coordinator, on="11/23/2026", key="k5").status_code == 422


def test_a_colleague_on_leave_is_refused(coordinator, nurse, calls):
    from tests.small_clinic import calendar
    from waypost.scheduling import actions as scheduling

    away = calendar("Practitioner/pavel", "nurse", "Novak", exceptions=[{"from": "2026-11-26", "to": "2026-11-27", "closed": True, "reason": "Leave"}])
    scheduling.save_calendars(calls.ctx, [away])
    refused = lend(coordinator)
    assert refused.status_code == 409
    assert "is away Nov 26 to Nov 27: Leave." in text(refused)


def test_a_double_click_lends_once(coordinator, calls):
    assert [lend(coordinator).status_code for _ in range(2)].count(303) >= 1
    assert text(coordinator.get("/")).count('action="/cover/') == 1


def test_nobody_else_ends_a_cover(coordinator, desk, calls):
    lend(coordinator)
    url = text(coordinator.get("/")).split('action="/cover/')[1].split('"')[0]
    assert desk("scheduler", practitioner="lind").post(f"/cover/{url}").status_code == 403


def make(client, **more):
    return client.post("/work/new", {"patient": "p1", "kind": "records", "words": "Ask for the film", "why": "The surgeon wants it",
                                     "whom": "person:ruiz", "on": "Nov 25", "at": "3 PM", "key": "w1"} | more)  # fmt: skip


def test_work_is_made_once_and_comes_again_when_it_has_ended(coordinator, calls):
    for _ in range(2):
        assert make(coordinator, repeats="1 week").status_code == 303
    (task,) = tasks(calls)
    assert "Comes every week." in text(coordinator.get("/"))
    coordinator.post("/work/act", {"task": f"{task['id']}:1", "do": "done", "outcome": "done"})
    after = next(t for t in tasks(calls) if t["id"] != task["id"])
    assert after["restriction"]["period"]["end"] == "2026-12-02T20:00:00Z"
    assert after["status"] == "accepted"
    act = text(coordinator.get("/")).split('name="act" value="')[1].split('"')[0]
    coordinator.post("/undo", {"act": act, "back": "/"})
    assert [(t["id"], t["status"]) for t in tasks(calls)] == [(task["id"], "accepted")]


def test_every_business_day_steps_over_thanksgiving_and_the_weekend(coordinator, calls):
    make(coordinator, repeats="1 day", on="Nov 25")
    (task,) = tasks(calls)
    coordinator.post("/work/act", {"task": f"{task['id']}:1", "do": "done", "outcome": "done"})
    after = next(t for t in tasks(calls) if t["id"] != task["id"])
    assert after["restriction"]["period"]["end"].startswith("2026-11-27")


def test_work_waits_until_other_work_has_ended(coordinator, calls):
    calls("first", "records")
    make(coordinator, after="first", words="Send it on")
    assert "Send it on" not in text(coordinator.get("/"))
    waiting = text(coordinator.get("/?view=blocked"))
    assert "Send it on" in waiting
    assert "Waits until other work has ended." in waiting
    second = next(t["id"] for t in tasks(calls) if t["id"] != "first")
    assert "Waits for" in text(coordinator.get(f"/work/{second}"))
    coordinator.post("/work/act", {"task": "first:1", "do": "done", "outcome": "done"})
    assert "Send it on" in text(coordinator.get("/"))


def test_what_is_late_goes_up_and_the_supervisor_sees_it(coordinator, desk, calls):
    calls("word", "promise", hours=-120)
    calls("young", "promise", hours=-1)
    assert "Escalated to the supervisor: 1 business day late" in text(coordinator.get("/"))
    supervisor = desk("supervisor", practitioner="boss")
    page = text(supervisor.get("/?view=escalated"))
    assert "Do word" in page
    assert "Do young" not in page
    assert "Escalated 1" in text(supervisor.get("/"))


def test_views_are_narrowed_kept_shared_and_removed(coordinator, nurse, desk, calls):
    calls("ring", "call", owner="", pool="coordinators")
    calls("film", "records", owner="", pool="coordinators")
    page = text(coordinator.get("/?view=team&kind=call"))
    assert "Do ring" in page
    assert "Do film" not in page
    assert coordinator.post("/work/view", {"view": "team", "kind": "call", "name": "Calls only", "share": "coordinators"}).status_code == 303
    assert "Calls only" in text(coordinator.get("/"))
    assert "Calls only" in text(desk("supervisor", practitioner="boss").get("/"))
    assert "Calls only" not in text(nurse.get("/"))
    kept_page = text(coordinator.get("/?view=team&kind=call"))
    id = kept_page.split('name="id" value="')[1].split('"')[0]
    nurse.post("/work/view/drop", {"id": id})
    assert "Calls only" in text(coordinator.get("/"))
    coordinator.post("/work/view/drop", {"id": id})
    assert "Calls only" not in text(coordinator.get("/"))
    assert coordinator.post("/work/view", {"name": " "}).status_code == 422


def test_a_row_that_needs_a_license_offers_the_nurse(coordinator, calls):
    calls("result", "result", pool="coordinators")
    assert "Hand to nurse" in text(coordinator.get("/"))
    refused = coordinator.post("/work/act", {"task": "result:1", "do": "done", "outcome": "reached"})
    assert refused.status_code == 403
    assert "Hand to nurse" in text(refused)
    assert coordinator.post("/work/act", {"task": "result:1", "do": "nurse"}).status_code == 303
    assert kept(calls, "Task", "result")["performerType"][0]["coding"][0]["code"] == "nurses"


@pytest.mark.parametrize(
    ("late", "now", "before"),
    [
        (0, "2026-11-27T15:00", "2026-11-27"),  # Friday after Thanksgiving: what was due on Wednesday is up
        (0, "2026-11-28T15:00", "2026-11-27"),  # Saturday: what is due on Friday waits for Monday
        (0, "2026-11-30T15:00", "2026-11-30"),
        (2, "2026-12-01T15:00", "2026-11-27"),
        (2, "2026-12-03T15:00", "2026-12-01"),
    ],
)
def test_tcm_10_late_is_counted_in_business_days(late, now, before):
    from datetime import UTC, datetime

    row = escalating.Escalation("x", late, "supervisor", "")
    found = escalating.cutoff(row, datetime.fromisoformat(now).replace(tzinfo=UTC), "America/New_York")
    assert found.date().isoformat() == before
