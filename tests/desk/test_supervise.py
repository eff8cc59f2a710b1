"""The supervisor sees who has how much, what will be late and what nobody has, and shares it out in one act."""

import re
from datetime import timedelta

import pytest

from tests.desk.test_schedule import words
from tests.desk.test_set_up import undo
from tests.small_clinic import CALENDARS, file_all
from waypost.access import scopes
from waypost.records import queries
from waypost.scheduling import actions as scheduling


def task(clinic, n, owner="", due=timedelta(days=2)):
    at = (clinic.ctx.now + due).isoformat().replace("+00:00", "Z")
    return {
        "resourceType": "Task", "id": f"t{n}", "status": "accepted" if owner else "requested", "intent": "order", "description": f"Call number {n}",
        "for": {"reference": f"Patient/{clinic.patients[n % 4]}"}, "restriction": {"period": {"end": at}},
        "performerType": [{"coding": [{"system": "urn:waypost:pool", "code": "coordinators"}]}],
        **({"owner": {"reference": f"Practitioner/{owner}"}} if owner else {}),
    }  # fmt: skip


@pytest.fixture
def client(desk, clinic):
    file_all(clinic.ctx, [task(clinic, n, "kim", timedelta(hours=n - 1)) for n in range(6)] + [task(clinic, 7)])
    desk("coordinator", practitioner="lind")
    desk("scheduler", practitioner="abara")
    return desk("supervisor")


def owners(clinic):
    scope = scopes.everything(clinic.ctx)
    found = [queries.read(scope, "Task", f"t{n}").resource.get("owner", {}).get("reference", "") for n in range(6)]
    return {one: found.count(one) for one in found}


def test_load_late_soon_unowned_and_leave_are_said(client, clinic):
    lind = next(one for one in CALENDARS if one["resource"] == "Practitioner/kim")
    scheduling.save_calendar(clinic.ctx, {**lind, "exceptions": [{"from": "2026-11-24", "to": "2026-11-25", "closed": True, "reason": "Leave"}]})
    said = words(client.get("/supervise"))
    assert re.search(r"kim 6 2 4 0 away Tue, Nov 24 to Wed, Nov 25", said), said[:900]
    assert "Call number 2" in said
    assert "Care coordinators 1 0" in said


def sure(answer):
    """Return what the preview's form sends."""
    page = answer.content.decode()
    form = page[page.index('id="preview"') :]
    given = {"do": "chosen"}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[form.index("<form") : form.index("</form>")]):
        given.setdefault(name, []).append(value)
    given.pop("csrfmiddlewaretoken", None)
    return given


def test_all_of_it_is_shared_evenly_in_one_act_and_undone(client, clinic):
    page = words(client.get("/supervise?who=kim"))
    assert "Share all of it evenly" in page
    answer = client.post("/supervise/share", {"who": "kim", "do": "all", "among": ["lind", "abara"]})
    said = words(answer)
    assert re.search(r"Moves 6 items from kim to \S+ and \S+\.", said), said[:900]
    assert said.count("3 items, then 3 open") == 2
    assert owners(clinic) == {"Practitioner/kim": 6}
    assert client.post("/supervise/share", sure(answer)).status_code == 303
    assert owners(clinic) == {"Practitioner/lind": 3, "Practitioner/abara": 3}
    assert "6 items shared among 2 colleagues." in words(client.get("/supervise"))
    undo(client, "/supervise")
    assert owners(clinic) == {"Practitioner/kim": 6}


def test_what_is_ticked_goes_and_what_nobody_has_too(client, clinic):
    assert client.post("/supervise/share", {"who": "kim", "do": "chosen", "task": ["t0:1", "t1:1"], "among": ["lind"], "sure": "yes"}).status_code == 303
    assert owners(clinic) == {"Practitioner/kim": 4, "Practitioner/lind": 2}
    assert client.post("/supervise/share", {"who": "nobody", "do": "all", "among": ["abara"], "sure": "yes"}).status_code == 303
    assert queries.read(scopes.everything(clinic.ctx), "Task", "t7").resource["owner"]["reference"] == "Practitioner/abara"


def test_what_cannot_be_is_said_and_only_a_supervisor_may(client, clinic, desk):
    assert "Nothing is chosen to share." in words(client.post("/supervise/share", {"who": "kim", "among": ["lind"]}))
    nobody = client.post("/supervise/share", {"who": "kim", "do": "all"})
    assert nobody.status_code == 422
    assert "Tick at least one colleague." in words(nobody)
    assert client.post("/supervise/share", {"who": "kim", "do": "chosen", "task": ["t0:9"], "among": ["lind"], "sure": "yes"}).status_code == 409
    other = desk("nurse")
    assert other.get("/supervise").status_code == 403
    assert other.post("/supervise/share", {"who": "kim", "do": "all", "among": ["lind"]}).status_code == 403
