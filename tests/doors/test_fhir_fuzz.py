"""Whatever is sent, the answer is coded and never 5xx; nothing is half written."""

import json
import os

import pytest
from django.db import connection
from tests.doors.fuzzing import Fuzz

SEED = int(os.environ.get("WAYPOST_FUZZ_SEED", "4"))


def run(door, tenant, count, seed):
    fuzz = Fuzz(seed)
    seen = {}
    for number in range(count):
        method, path, body, headers = fuzz.request()
        answer = door.call(method, path, raw=body, headers=headers)
        seen[answer.status] = seen.get(answer.status, 0) + 1
        sent = (seed, number, method, path[:200], (body or b"")[:300], headers)
        assert answer.status < 500, (sent, answer.text)
        if answer.status >= 400 and method != "HEAD":
            issue = answer.json["issue"][0]
            assert answer.json["resourceType"] == "OperationOutcome", sent
            assert issue["details"]["coding"][0]["code"], sent
        elif answer.text and answer.headers.get("ETag") and len(fuzz.ids) < 60:
            made = json.loads(answer.text)
            if isinstance(made.get("id"), str):
                fuzz.ids.append(made["id"])
    return seen


def assert_nothing_is_half_written(tenant):
    from waypost.records import tenancy

    tenancy.enter(tenant.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT type, id, max(version) AS version, count(*) AS many FROM records_version WHERE tenant = %s GROUP BY type, id) v"
            " FULL JOIN (SELECT * FROM records_current WHERE tenant = %s) c ON c.type = v.type AND c.id = v.id"
            " WHERE c.version IS DISTINCT FROM v.version OR v.version <> v.many", [tenant.pk, tenant.pk])  # fmt: skip
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("quarter", range(4))
def test_twenty_thousand_requests_that_nobody_should_send(door, tenant, quarter):
    seen = run(door, tenant, 5_000, SEED * 100 + quarter)
    assert len(seen) >= 8, seen
    assert_nothing_is_half_written(tenant)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_thousand(door, tenant):
    for seed in range(1000, 1010):
        run(door, tenant, 20_000, seed)
    assert_nothing_is_half_written(tenant)


def test_a_body_of_more_than_sixteen_megabytes_is_drained_and_refused(door):
    import io

    from waypost.api import wsgi

    class Endless(io.RawIOBase):
        left = 17 * 1024 * 1024

        def read(self, size=-1):
            take = min(size, self.left)
            self.left -= take
            return b" " * take

    stream = Endless()
    got = {}
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/fhir/Patient", "CONTENT_LENGTH": str(stream.left), "wsgi.input": stream,
               "CONTENT_TYPE": "application/fhir+json", "HTTP_AUTHORIZATION": f"Bearer {door.token}"}  # fmt: skip
    body = b"".join(wsgi.application(environ, lambda status, head: got.update(status=status)))
    assert got["status"].startswith("413")
    assert stream.left == 0
    assert json.loads(body)["issue"][0]["details"]["coding"][0]["code"] == "api.body-too-large"


def test_a_ten_megabyte_string_is_refused_and_a_megabyte_is_kept(door):
    def posted(length):
        return door.post("Patient", {"resourceType": "Patient", "name": [{"text": "x" * length}]})

    answer = posted(10 * 1024 * 1024)
    assert answer.status == 422
    [issue] = answer.json["issue"]
    assert (issue["code"], issue["expression"]) == ("too-long", ["Patient.name[0].text"])
    assert posted(1024 * 1024).status == 201
