"""The server in front of every door: it receives requests whole, under limits, and no client can hold it up."""

import itertools
import json
import socket
import time

import pytest
from tests.running import Running

from waypost.ops import load

PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "Okafor", "given": ["Adaeze"]}],
    "birthDate": "1980-02-29",
}
HALF_SENT, IDLE = 50, 200


def authorised(server):
    return {"authorization": f"Bearer {server.token}", "content-type": "application/fhir+json"}


def say(server, data, *, end=False):
    """Send raw bytes; return what the server answers before it closes or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(data)
        if end:
            line.shutdown(socket.SHUT_WR)
        line.settimeout(5)
        heard = b""
        try:
            while part := line.recv(65536):
                heard += part
                if b"\r\n\r\n" in heard and heard.endswith((b"}", b">\n")):
                    break
        except TimeoutError:
            pass
        return heard.decode(errors="replace")


def test_healthz_says_the_version(server):
    status, _, text = server.get("/healthz")
    assert status == 200
    assert json.loads(text)["version"]


@pytest.mark.parametrize("door", ["/fhir/Patient", "/find/"])
def test_a_body_over_16_mb_is_drained_and_refused(server, door):
    status, headers, text = server.send(
        "POST", door, body=b'{"a":"' + b"x" * (17 * 2**20) + b'"}', headers=authorised(server)
    )
    assert status == 413
    answer = json.loads(text)
    if door.startswith("/fhir"):
        assert answer["resourceType"] == "OperationOutcome"
        assert answer["issue"][0]["code"] == "too-long"
    else:
        assert headers["content-type"] == "application/problem+json"


def test_a_body_cut_short_is_never_acted_on(server):
    body = json.dumps(PATIENT | {"id": "cut-short"}).encode()
    head = load.request("PUT", "/fhir/Patient/cut-short", authorised(server))
    for length, sent in ((len(body) + 1, body), (len(body), body[:-1])):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
            line.sendall(head.replace(b"content-length: 0", f"content-length: {length}".encode()) + sent)
    time.sleep(0.3)
    assert server.get("/fhir/Patient/cut-short", **authorised(server))[0] == 404


def test_a_body_that_does_not_arrive_in_time_is_answered(server):
    with Running(server.data_dir, first="from waypost.config import server; server.BODY_SECONDS_MAX = 1") as hurried:
        head = load.request("POST", "/fhir/Patient", authorised(server))
        heard = say(hurried, head.replace(b"content-length: 0", b"content-length: 4000") + b'{"resourceType":')
    assert " 408 " in heard[:20]
    assert "server.timeout" in heard


def test_a_chunked_form_is_refused_and_chunked_json_is_taken(server):
    chunked = b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    form = b"a=1"
    assert (
        " 400 "
        in say(
            server,
            b"POST /sign-in/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            + chunked % (len(form), form),
        )[:20]
    )
    body = json.dumps(PATIENT).encode()
    head = f"POST /fhir/Patient HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {server.token}\r\ncontent-type: application/fhir+json\r\n".encode()
    assert " 201 " in say(server, head + chunked % (len(body), body))[:20]


def test_headers_with_underscores_do_not_pass_for_hyphens(server):
    status, _, _ = server.get("/fhir/Patient", Authorization_=f"Bearer {server.token}")
    assert status == 401


def test_stalled_and_idle_clients_cost_readers_nothing_much(server):
    made = server.send("POST", "/fhir/Patient", body=PATIENT, headers=authorised(server))
    assert made[0] == 201, made
    read = load.request("GET", f"/fhir/Patient/{json.loads(made[2])['id']}", authorised(server))

    def rate():
        outcome = load.drive(server.port, itertools.repeat(read), seconds=2)
        assert set(outcome.statuses) == {200}
        return outcome.rate

    rate()
    quiet = rate()
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(HALF_SENT + IDLE)]
    try:
        half = load.request("POST", "/fhir/Patient", authorised(server)).replace(
            b"content-length: 0", b"content-length: 4000"
        )
        for line in held[:HALF_SENT]:
            line.sendall(half + b'{"resourceType":')
        time.sleep(0.2)
        busy = max(rate(), rate())
    finally:
        for line in held:
            line.close()
    assert busy >= quiet / 2, (
        f"{busy:.0f}/s with {HALF_SENT} half-sent bodies and {IDLE} idle connections, {quiet:.0f}/s without"
    )
    print(
        f"reads: {quiet:.0f}/s alone, {busy:.0f}/s beside {HALF_SENT} half-sent bodies and {IDLE} idle connections"
    )
