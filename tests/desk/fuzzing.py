"""Requests to the desk that nobody should send, made from a seed: every route, every known field, hostile values in each."""

import random
import re
from urllib.parse import quote

from tests.desk import walking
from waypost.web.chart.edits import EDITS
from waypost.web.schedule.choices import Choices

NASTY = [
    "", " ", "\x00", "a\x00b", "'", '"', "';DROP TABLE records_current;--", "<script>alert(1)</script>", "{{ 7|add:7 }}", "{% now 'Y' %}", "%00", "%s", "\\",
    "../../etc/passwd", "..", "/", "//host.example/", "javascript:alert(1)", "x" * 5000, "é" * 300, "\U0001f600", "\u202e", "\r\nX: y", "null", "NaN", "1e9",
    "-1", "0", "1", "2", "26", "²", "٣", "१२", "9" * 400, "999999999999", "2147483648", "9223372036854775808", "-9223372036854775809", "0x10", "1.5",
    "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "31/31/31", "1/1/0001", "12/31/9999", "Nov 31", "29 Feb 2027", "11/25/2026",
    "20261125T9999Z", "00010101T0000Z", "99991231T2359Z", "20261125T1400Z", "20261125T1400Z~0=Practitioner/lind", "20261125T1400Z-Practitioner/lind",
    "0=Practitioner/lind,1=Location/room2", "99=Practitioner/lind", "²=Practitioner/lind", "-1=x/y", "Patient/", "Practitioner/lind", "Practitioner/none", "12:99", "25", "2am",
    "on", "yes", "rest", "all", "one", "talk", "echo", "class", "am", "female", "es", "2022-01-01T10:00:00+99:99", "00000000-0000-0000-0000-000000000000", "[]", "{}", "a,b;c|d",
]  # fmt: skip
TIME = ["start", "take", "take_instead", "override", "do", "expect", "key", "reach"]
VISIT = ["expect", "key", "patient", "wait", "code", "reason", "reach", "do", "task", "answer", "who", "reference", "words"]
SAID = ["reason", "order", "order_told", "note_patient", "note_staff", "interpreter", "ride", "repeat", "times", "skip_taken", "hard_ok", "wait_key"]
FIELDS = {  # what each area reads, in bodies and addresses; the fields of forms are asked of the forms
    "": ["view", "q", "typing", "act", "back", "text", "prefer", "theme", "keys"],
    "schedule": [*Choices.__dataclass_fields__, *TIME, *SAID, "over_who", "over_day", "over_time", "day", "by", "span", "dept", "place", "phone", "starts", "ends", "to", "from",
                 "back", "q", "go"],
    "visits": [*VISIT, *SAID],
    "patients": ["version", "wish", "end", "on", "kind", "after", "restore", "newest", "reason", "words", "key", "seen", "stays", "gone", "sure", "q"],
    "settings": ["theme", "keys", "username", "name", "roles", "password", "practitioner", "close", "version", "key", "do", "week", "accept", "back", "can", "capacity", "city",
                 "days", "department", "family", "given", "first", "last", "gender", "hours_like", "kinds", "languages", "line", "name_en", "name_es", "order_required",
                 "phone", "postal_code", "prepare_en", "role", "site", "specialty", "state", "telehealth", "title", "valid_from", "valid_until", "what", "wheelchair", "zone"],
    "work": ["task", "do", "view", "page", "outcome", "note", "who", "pool", "until", "reason"],
}  # fmt: skip
REGISTER = ["family", "given", "born", "birth_unknown", "preferred", "former", "multiple", "gender", "birth_sex", "identity", "pronouns", "email", "line", "city", "postal",
            "speaks", "interpreter", "writes", "needs", "guarantor", "payer", "member", "self_pay", "race", "ethnicity", "t0-number", "t0-owner", "t0-voicemail", "p0-name",
            "p0-relation", "p0-phone", "p0-until", "p0-may_discuss", "p0-guardian"]  # fmt: skip


class Fuzz:
    """Makes requests: most nearly make sense, with something wrong inside."""

    def __init__(self, seed, known, strangers):
        self.random = random.Random(seed)
        self.known, self.strangers = known, strangers
        self.routes = [r for r in walking.routes() if r[1] not in {"account_logout"}]
        self.good = {
            "patient": known.patient, "visit": "talk", "move": known.visit, "group": known.group, "start": "20261125T1400Z", "take": "0=Practitioner/lind,1=Location/room2",
            "reason": "x", "day": "11/25/2026", "place": "p", "starts": "9", "ends": "10", "family": "F", "given": "G", "born": "1/1/1970", "gender": "female",
            "t0-number": "2025550111", "version": "1", "expect": "1", "restore": "1", "newest": "1", "code": "patient", "to": "Practitioner/abara", "from": "Practitioner/lind",
            "wish": "00000000-0000-0000-0000-000000000001", "key": "k", "do": "book", "over_day": "11/25/2026", "over_time": "9", "over_who": "Practitioner/lind",
        }  # fmt: skip

    def pick(self, many):
        return self.random.choice(many)

    def chance(self, share):
        return self.random.random() < share

    def request(self):
        """Return method, address with query, and body."""
        route, name, parameters = self.pick(self.routes)
        area = route.split("/")[0]
        path, fields = route, self.fields(area, name)
        for parameter in parameters:
            value = self.pick(self.known.values(area, parameter)) if self.chance(0.85) else self.value()
            path = re.sub(rf"<\w+:{parameter}>", lambda _, v=value: quote(v, safe="/") or "x", path, count=1)
            if parameter == "form" and value in EDITS:
                fields = [*fields, *EDITS[value].form.base_fields]
        query = "&".join(f"{quote(k)}={quote(v)}" for k, v in self.some(fields, 4).items()) if self.chance(0.5) else ""
        method = self.pick(["GET", "POST"])
        return method, f"/{path}" + (f"?{query}" if query else ""), self.some(fields, 7) if method == "POST" else None

    def fields(self, area, name):
        own = FIELDS.get(area, FIELDS[""])
        return [*own, *REGISTER] if name in {"register", "register-from-find"} else own

    def some(self, fields, most):
        sent = {f: self.good[f] for f in fields if f in self.good and self.chance(0.7)}
        for field in self.random.sample(fields, min(len(fields), self.random.randrange(most))):
            sent[field] = self.value()
        if "key" in fields and self.chance(0.5):
            sent["key"] = f"{self.random.getrandbits(64):x}"
        return sent

    def value(self):
        if self.chance(0.1):
            return self.pick(self.strangers)
        return self.pick(NASTY) if self.chance(0.9) else self.pick(NASTY)[:60] + self.pick(NASTY)[:60]
