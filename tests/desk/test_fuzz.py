"""Whatever is sent to the desk, the answer is a page or a coded refusal and never 5xx; what is refused wrote nothing."""

import os

import pytest
from django.db import connection

from tests import small_clinic
from tests.desk import walking
from tests.desk.fuzzing import Fuzz
from tests.doors.test_fhir_fuzz import assert_nothing_is_half_written
from waypost.records import tenancy

SEED = int(os.environ.get("WAYPOST_FUZZ_SEED", "4"))


@pytest.fixture
def known(desk, clinic):
    client = desk("supervisor")
    known = walking.furnish(clinic, client)
    return known


@pytest.fixture
def clients(desk, known):
    return [desk(role, raise_request_exception=False) for role in ("coordinator", "scheduler", "nurse", "records", "administrator")]


@pytest.fixture
def stranger(new_tenant, context):
    """Return another clinic, whose ids are sent and whose record must stay as it is."""
    ctx = context(at=new_tenant("Elsewhere"))
    return small_clinic.make(ctx)


def filed(tenant):
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM records_version WHERE tenant = %s", [tenant])
        return cursor.fetchone()[0]


def run(clients, known, stranger, count, seed):
    fuzz = Fuzz(seed, known, list(stranger.patients))
    mine, seen, broken = known.clinic.ctx.tenant, {}, {}
    untouched = filed(stranger.ctx.tenant)
    for number in range(count):
        method, address, body = fuzz.request()
        client = fuzz.pick(clients)
        before = filed(mine)
        answer = client.get(address) if body is None else client.post(address, body)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            broken.setdefault(address.split("?")[0][:60], (seed, number, method, address[:300], {k: v[:60] for k, v in (body or {}).items()}))
        elif answer.status_code >= 400:
            assert filed(mine) == before, (seed, number, method, address[:300], body)
    assert broken == {}
    assert filed(stranger.ctx.tenant) == untouched
    return seen


@pytest.mark.timeout(900)
@pytest.mark.parametrize("quarter", range(4))
def test_five_thousand_requests_that_nobody_should_send(clients, known, stranger, tenant, quarter):
    seen = run(clients, known, stranger, 1_250, SEED * 100 + quarter)
    assert {200, 303, 404, 422} <= set(seen), seen
    assert_nothing_is_half_written(tenant)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_fifty_thousand(clients, known, stranger, tenant):
    for seed in range(2000, 2010):
        run(clients, known, stranger, 5_000, seed)
    assert_nothing_is_half_written(tenant)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/visits/{group}/join", {"patient": "{patient}", "key": "a\x00b"}),
        ("/schedule/outside", {"patient": "\x00", "place": "p"}),
        ("/schedule/shift", {"visit": "a\x00b", "start": "15"}),
        ("/schedule/shift", {"visit": "{visit}", "start": "9" * 30}),
        ("/patients/{patient}/edit/phone", {"version": "²", "number": "2025550111"}),
        ("/patients/{patient}/history/Patient/{patient}/restore", {"restore": "999999999999", "newest": "1"}),
        ("/schedule?day=0001-01-01", None),
        ("/schedule?day=9999-12-31&span=week", None),
        ("/schedule/times?visit=talk&since=9999-12-31&within=26", None),
    ],
)
def test_what_a_slip_or_a_tool_sends_is_answered_in_words(clients, known, address, sent):
    there = {"group": known.group, "patient": known.patient, "visit": known.visit}
    before = filed(known.clinic.ctx.tenant)
    answer = (
        clients[0].get(address.format(**there))
        if sent is None
        else clients[0].post(address.format(**there), {k: v.format(**there) for k, v in sent.items()})
    )
    assert answer.status_code < 500
    if "version" not in (sent or {}) and "/join" not in address:
        assert filed(known.clinic.ctx.tenant) == before
