"""Calling the FHIR door in process, as the web server does."""

import io
import json
from dataclasses import dataclass

import pytest


@dataclass
class Answer:
    status: int
    headers: dict
    text: str
    data: bytes = b""

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def codes(self):
        """Our problem codes, in the order of the issues."""
        return [c["code"] for issue in self.json["issue"] for c in issue.get("details", {}).get("coding", [])]

    @property
    def expressions(self):
        return [e for issue in self.json["issue"] for e in issue.get("expression", [])]

    @property
    def ids(self):
        return [
            e["resource"]["id"]
            for e in self.json.get("entry", [])
            if e.get("search", {}).get("mode") == "match"
        ]

    def link(self, relation):
        return next((one["url"] for one in self.json.get("link", []) if one["relation"] == relation), None)


class Door:
    """One caller with one token."""

    def __init__(self, clock, token=None):
        self.clock, self.token = clock, token

    def call(self, method, path, body=None, headers=None, raw=None):
        from waypost.api import door, wsgi

        path, _, query = path.partition("?")
        if path.startswith("http"):
            path = "/fhir" + path.partition("/fhir")[2]
        data = (
            raw
            if raw is not None
            else (body if isinstance(body, str) else json.dumps(body)).encode()
            if body is not None
            else b""
        )
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1") if path.startswith("/fhir") else f"/fhir/{path}".encode("utf-8", "surrogatepass").decode("latin-1"),
            "QUERY_STRING": query.encode("utf-8", "surrogatepass").decode("latin-1"), "CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data),
            "CONTENT_TYPE": "application/fhir+json" if data else "",
        }  # fmt: skip
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        original, door.CLOCK = door.CLOCK, self.clock
        got = {}
        try:
            chunks = wsgi.application(
                environ, lambda status, head: got.update(status=int(status[:3]), headers=dict(head))
            )
            whole = b"".join(chunks)
            return Answer(got["status"], got["headers"], whole.decode("utf-8", "replace"), whole)
        finally:
            door.CLOCK = original

    def get(self, path, **headers):
        return self.call("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, body=None, **headers):
        return self.call("POST", path, body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def put(self, path, body=None, **headers):
        return self.call("PUT", path, body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def delete(self, path, **headers):
        return self.call("DELETE", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def make(self, resource):
        answer = self.post(resource["resourceType"], resource)
        assert answer.status == 201, answer.text
        return answer.json


@pytest.fixture
def door_for(tenant, clock):
    """Make a caller for a role: `door_for("nurse", practitioner="kim")`; by default a client program."""
    from uuid import uuid4

    from waypost.access import tokens
    from waypost.access.models import Account

    def make(role="client", practitioner="", scopes=("user/*.*",), at=tenant):
        account = Account.objects.create(
            username=f"{role}-{uuid4().hex[:8]}",
            tenant=at,
            roles=[role],
            practitioner=practitioner,
            display=role,
        )
        return Door(clock, tokens.issue(account, clock=clock, scopes=list(scopes)))

    return make


@pytest.fixture
def door(door_for):
    return door_for()
