"""Requests that nobody should send, made from a seed."""

import json
import random
from copy import deepcopy
from urllib.parse import quote

from tests.doors.test_fhir_interactions import PATIENT, observation

NASTY = [
    "", " ", "\x00", "\ud800", "'", '"', "';DROP TABLE records_current;--", "<script>alert(1)</script>", "%00", "%", "\\", "../../etc/passwd",
    "..", "a" * 70, "x" * 5000, "é" * 300, "\U0001f600", "\u202e", "null", "NaN", "1e999", "-0", "9" * 400, "0x10", "true", "[]", "{}", "$1", "%s", "{0}",
    "Patient/", "/Patient/1", "Patient/1/_history/1", "http://", "urn:uuid:", "urn:uuid:x", "#", "#a", "|", "||", "a|b|c", ",", "\\,", "\\|",
    "2026-02-30", "0000-00-00", "9999-12-31T23:59:60Z", "2026-11-24T25:00", "ge", "gt9999", "le0001", "eq2026-11-24T10:00:00+99:99", "ap0001", "ap9999-12-31", "ne", "5.4|mg",
    "1|2|3|4", "lt-1e30", "\n", "\t", "\r\nX: y", "*", "_id", 'W/"1"', 'W/"99999999999999999999"', '"', "W/",
]  # fmt: skip
VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    "x",
    [{}],
    {"resourceType": "Patient"},
    {"reference": 5},
    {"reference": "Patient/none"},
]
TYPES = [
    "Patient",
    "Observation",
    "Appointment",
    "Slot",
    "Schedule",
    "Task",
    "Bundle",
    "Encounter",
    "Coverage",
    "CareTeam",
    "Condition",
    "Binary",
    "Parameters",
    "patient",
    "Foo",
    "",
    "Patient/../Observation",
    "Resource",
    "DomainResource",
    "OperationOutcome",
]
PARAMS = [
    "_id", "_lastUpdated", "_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_cursor", "_format", "_has:Observation:patient:code",
    "_has:Patient:x", "_has", "name", "name:exact", "name:contains", "family", "birthdate", "identifier", "gender:not", "code", "code:text", "code:in", "date", "patient",
    "patient.name", "subject:Patient.birthdate", "subject:Foo", "value-quantity", "value-quantity:missing", "actor", "status", "start", "schedule", "service-type", "_tag",
    "_profile:below", "_security", "url", "x", "patient.organization.name", ":", ".", "a.b.c.d", "name:", ":exact", "_since", "_type", "general-practitioner:identifier",
]  # fmt: skip
METHODS = ["GET"] * 6 + ["POST"] * 5 + ["PUT"] * 3 + ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "G\x00T"]
BASES = [
    PATIENT,
    {**PATIENT, "id": "a", "meta": {"versionId": "1"}, "telecom": [{"system": "phone", "value": "555"}], "contact": [{"name": {"family": "x"}}],
     "identifier": [{"system": "urn:waypost:mrn", "value": "1"}], "extension": [{"url": "urn:x", "valueString": "y"}], "_birthDate": {"extension": [{"url": "u", "valueCode": "v"}]}},
    {"resourceType": "Observation", "id": "o", "status": "final", "code": {"coding": [{"system": "s", "code": "c", "display": "d"}]}, "valueQuantity": {"value": 1.1, "unit": "x"},
     "effectivePeriod": {"start": "2026-01-01", "end": "2026-01-02"}, "component": [{"code": {"text": "x"}, "valueRange": {"low": {"value": 1}}}], "referenceRange": [{"text": "x"}]},
    {"resourceType": "Appointment", "status": "booked", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:30:00Z", "participant": [{"actor": {"display": "x"}, "status": "accepted"}],
     "slot": [{"reference": "Slot/x"}], "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": "x"}]}]},
    {"resourceType": "Task", "status": "requested", "intent": "order", "restriction": {"period": {"end": "2026-12-01"}}, "for": {"identifier": {"value": "x"}}},
    {"resourceType": "Schedule", "actor": [{"display": "x"}], "planningHorizon": {"start": "2026-01-01"}},
    {"resourceType": "CareTeam", "status": "active", "participant": [{"period": {"start": "2026"}}], "period": {"end": "2026-12"}},
    {"resourceType": "Coverage", "status": "active", "beneficiary": {"display": "x"}, "payor": [{"display": "y"}]},
    {"resourceType": "Binary", "contentType": "text/plain", "data": "eA=="},
    {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": PATIENT, "request": {"method": "POST", "url": "Patient", "ifNoneExist": "name=x"}},
        {"resource": {**observation("x"), "subject": {"reference": "urn:uuid:1"}}, "request": {"method": "POST", "url": "Observation"}},
        {"request": {"method": "GET", "url": "Patient?name=x"}}, {"request": {"method": "DELETE", "url": "Patient/none"}}]},
    {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": "Patient/1"}}, {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/a"}}]},
    {"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "1", "type": "string", "item": [{"linkId": "1.1", "type": "choice"}]}]},
]  # fmt: skip


class Fuzz:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = ["none", "a", "o"]

    def pick(self, many):
        return self.random.choice(many)

    def chance(self, share):
        return self.random.random() < share

    def request(self):
        """Return method, path with query, raw body or None, headers. Most nearly make sense; the rest do not."""
        if self.chance(0.65):
            return self.nearly()
        method = self.pick(METHODS)
        path = self.path()
        query = self.query() if self.chance(0.5) else ""
        body = self.body() if method in {"POST", "PUT", "PATCH"} and self.chance(0.95) else None
        return method, path + (f"?{query}" if query else ""), body, self.headers(body)

    def nearly(self):
        """Return a request whose parts belong together, with something wrong inside."""
        resource = json.loads(json.dumps(self.pick(BASES)))
        kind = resource["resourceType"]
        method = self.pick(["GET", "GET", "GET", "POST", "POST", "POST", "PUT", "PUT", "DELETE"])
        if method == "GET":
            path = self.pick(
                [
                    kind,
                    kind,
                    f"{kind}/_search",
                    f"{kind}/{self.pick(self.ids)}",
                    f"{kind}/{self.pick(self.ids)}/_history",
                ]
            )
            return method, f"{path}?{self.query()}", None, {}
        if method == "DELETE":
            return method, f"{kind}/{self.pick(self.ids)}", None, {}
        path = "" if kind == "Bundle" and self.chance(0.9) else kind
        if method == "PUT" and kind != "Bundle":
            resource["id"] = self.pick(self.ids)
            path = f"{kind}/{resource['id']}"
        headers = self.headers(b"") if self.chance(0.15) else {}
        return ("POST" if path == "" else method), path, self.spoilt(resource), headers

    def path(self):
        kind = self.pick(TYPES) if self.chance(0.9) else self.nasty()
        tail = self.pick(["", "", "", f"/{self.id()}", f"/{self.id()}", f"/{self.id()}/_history", f"/{self.id()}/_history/{self.pick(['1', '2', self.nasty()])}",
                          "/_search", "/_history", "/$everything", f"/{self.id()}/$everything", "/$validate", "/" + self.nasty(), "//", "/a/b/c/d/e"])  # fmt: skip
        if self.chance(0.08):
            return ""
        return (kind + tail).replace("?", "")

    def id(self):
        return (
            self.pick(self.ids)
            if self.chance(0.7)
            else quote(self.nasty().encode("utf-8", "replace"))
            if self.chance(0.5)
            else self.nasty().replace("?", "")
        )

    def nasty(self):
        text = self.pick(NASTY)
        return text if self.chance(0.8) else text + self.pick(NASTY)

    def query(self):
        parts = []
        for _ in range(self.random.randint(1, 4)):
            name = self.pick(PARAMS) if self.chance(0.95) else self.nasty()
            value = (
                self.nasty()
                if self.chance(0.6)
                else self.pick(
                    [
                        "cas",
                        "2026",
                        "Patient/a",
                        "urn:x|1",
                        "1",
                        "10",
                        "-date",
                        "name",
                        "Patient:general-practitioner",
                        "Observation:patient",
                        "true",
                        "count",
                        "text",
                        "accurate",
                    ]
                )
            )
            raw = self.chance(0.2)
            parts.append(
                f"{name if raw else quote(name.encode('utf-8', 'replace'), safe=':.')}={value if raw else quote(value.encode('utf-8', 'replace'))}"
            )
        return "&".join(parts)

    def headers(self, body):
        found = {}
        if body is not None:
            found["content-type"] = self.pick(
                ["application/fhir+json"] * 8
                + ["application/json", "application/x-www-form-urlencoded", "text/xml", "", self.ascii()]
            )
        for name, values in (
            ("if-match", ['W/"1"', 'W/"2"', self.ascii()]), ("if-none-match", ['W/"1"', "*", self.ascii()]), ("if-none-exist", ["name=x", "identifier=urn:x|1", self.ascii()]),
            ("prefer", ["handling=strict", "return=minimal", "return=OperationOutcome", self.ascii()]), ("accept", ["application/fhir+json", "text/html", self.ascii()]),
            ("x-request-id", [self.ascii()]),
        ):  # fmt: skip
            if self.chance(0.12):
                found[name] = self.pick(values)
        return found

    def ascii(self):
        return (
            self.nasty()
            .encode("latin-1", "replace")
            .decode("latin-1")
            .replace("\n", " ")
            .replace("\r", " ")
            .replace("\x00", "")
        )

    def body(self):
        if self.chance(0.05):
            return self.nasty().encode("utf-8", "replace")
        return self.spoilt(json.loads(json.dumps(self.pick(BASES))))

    def spoilt(self, resource):
        for _ in range(self.pick([0, 0, 1, 1, 1, 2, 3, 6])):
            self.mutate(resource)
        text = json.dumps(resource, ensure_ascii=self.chance(0.5))
        data = text.encode("utf-8", "surrogatepass")
        if self.chance(0.15):
            data = self.garble(data)
        return data

    def mutate(self, value):
        """Change one place somewhere inside."""
        while isinstance(value, (dict, list)) and value:
            key = self.pick(list(value)) if isinstance(value, dict) else self.random.randrange(len(value))
            if isinstance(value[key], (dict, list)) and value[key] and self.chance(0.75):
                value = value[key]
                continue
            act = self.random.random()
            if act < 0.5:
                value[key] = deepcopy(self.pick(VALUES)) if self.chance(0.5) else self.nasty()
            elif act < 0.65:
                del value[key]
            elif act < 0.8 and isinstance(value, dict):
                value[
                    self.pick(
                        [
                            "_" + key,
                            "extension",
                            "contained",
                            "id",
                            "meta",
                            "text",
                            "resourceType",
                            self.nasty(),
                        ]
                    )
                ] = deepcopy(self.pick([*VALUES, self.nasty()]))
            elif act < 0.9:
                value[key] = [value[key]]
            else:
                deep = value[key]
                for _ in range(self.pick([3, 40, 150])):
                    deep = {"extension": [deep]} if self.chance(0.5) else [deep]
                value[key] = deep
            return

    def garble(self, data):
        at = self.random.randrange(len(data)) if data else 0
        act = self.random.random()
        if act < 0.3:
            return data[:at]
        if act < 0.5:
            return (
                data[:at]
                + self.pick(
                    [b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b",", b"{", b'"']
                )
                + data[at:]
            )
        if act < 0.6:
            return data.replace(b'"resourceType"', b'"resourceType":"Patient","resourceType"', 1)
        if act < 0.7:
            return b"[" * 5000 + data
        if act < 0.8:
            return b"\xef\xbb\xbf" + data
        return data + self.pick([b"x", b"{}", b"\x00", b" " * 100])
