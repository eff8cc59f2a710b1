"""A clinic in which things happen at random: one event at a time, each a resource as any door would file it."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = "America/New_York"
BEGINS = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)
TYPES = {
    "talk": {"code": "talk", "preparation": {"en": "Bring your pills."}, "order_required": False},
    "echo": {"code": "echo", "order_required": True},
}
MODES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
EXT = "urn:waypost:extension:"


def iso(at):
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def coded(code, system=""):
    return {"coding": [{"code": code, **({"system": system} if system else {})}]}


class World:
    """`held` is each patient's record, newest content by (type, id); `now` is the clock."""

    def __init__(self, seed, patients=12, prefix="p"):
        self.rng = Random(seed)
        self.now = BEGINS
        self.count = 0
        self.held = {f"{prefix}{n}": {} for n in range(patients)}
        for who in self.held:
            self.put(who, self.person(who))

    def person(self, who, **more):
        return {
            "resourceType": "Patient", "id": who, "active": True, "name": [{"family": who}], "birthDate": "1957-03-12",
            "telecom": [{"system": "phone", "value": "2025550142"}], "address": [{"line": ["1 Main St"], "city": "Washington"}],
            "communication": [{"language": coded("en", "urn:ietf:bcp:47"), "preferred": True}], **more,
        }  # fmt: skip

    def put(self, who, resource):
        self.held[who][resource["resourceType"], resource["id"]] = resource
        return resource

    def of(self, who, kind):
        return [r for (k, _), r in sorted(self.held[who].items()) if k == kind]

    def fresh(self, who, kind):
        self.count += 1
        return f"{who}-{kind[:4].lower()}-{self.count}"

    def event(self):
        """Let one thing happen; return (patient, resource), or None where only time has passed."""
        rng = self.rng
        if rng.random() < 0.25:
            self.now += timedelta(minutes=rng.choice((1, 7, 30, 60, 240, 600, 1440, 2 * 1440)))
            return None
        who = rng.choice(sorted(self.held))
        happens = rng.choice(HAPPENINGS)
        made = happens(self, who)
        return (who, self.put(who, made)) if made else None

    # ------------------------------------------------------------ visits

    def a_time(self, who):
        """Return a start at which the patient is not booked; quarter past, so that nothing falls on a rule's own edge."""
        taken = {v["start"] for v in self.of(who, "Appointment")}
        for _ in range(20):
            day = (self.now + timedelta(days=self.rng.randrange(0, 16))).astimezone(ZoneInfo(ZONE)).date()
            at = datetime(day.year, day.month, day.day, self.rng.randrange(8, 17), 15, tzinfo=ZoneInfo(ZONE))
            if at > self.now and iso(at) not in taken:
                return at
        return None

    def book(self, who):
        at = self.a_time(who)
        if at is None or len(self.of(who, "Appointment")) > 12:
            return None
        kind = self.rng.choice(("talk", "echo"))
        orders = [o for o in self.of(who, "ServiceRequest") if o["status"] == "active"]
        made = {
            "resourceType": "Appointment", "id": self.fresh(who, "Appointment"), "status": "booked",
            "serviceType": [{**coded(kind, "urn:waypost:visit-type"), "text": kind}], "start": iso(at), "end": iso(at + timedelta(minutes=20)),
            "participant": [{"actor": {"reference": f"Patient/{who}"}, "status": self.rng.choice(("accepted", "needs-action", "tentative"))}],
        }  # fmt: skip
        if orders and self.rng.random() < 0.6:
            made["basedOn"] = [{"reference": f"ServiceRequest/{self.rng.choice(orders)['id']}"}]
        return made

    def change_visit(self, who):
        booked = [v for v in self.of(who, "Appointment") if v["status"] in {"booked", "arrived"}]
        if not booked:
            return None
        visit = dict(self.rng.choice(booked))
        what = self.rng.choice(("answer", "move", "cancel", "went", "missed"))
        if what == "answer":
            status = self.rng.choice(("accepted", "declined", "tentative", "needs-action"))
            visit["participant"] = [{**visit["participant"][0], "status": status}]
        elif what == "move":
            at = self.a_time(who)
            if at is None:
                return None
            visit |= {"start": iso(at), "end": iso(at + timedelta(minutes=20)), "status": "booked"}
        elif what == "cancel":
            visit["status"] = "cancelled"
        elif datetime.fromisoformat(visit["start"]) > self.now:
            return None
        else:
            visit["status"] = "fulfilled" if what == "went" else "noshow"
        return visit

    def ask_beside(self, who):
        visits = [v for v in self.of(who, "Appointment") if v["status"] == "booked"]
        if not visits:
            return None
        visit, kind = self.rng.choice(visits), self.rng.choice(("interpreter", "ride"))
        return {
            "resourceType": "Task", "id": f"{visit['id']}-{kind}", "status": self.rng.choice(("requested", "accepted", "rejected", "completed")),
            "intent": "order", "code": coded(kind, "urn:waypost:task"), "focus": {"reference": f"Appointment/{visit['id']}"},
            "for": {"reference": f"Patient/{who}"}, "performerType": [coded("scheduling", "urn:waypost:pool")],
            "restriction": {"period": {"end": iso(datetime.fromisoformat(visit["start"]) - timedelta(hours=24))}},
        }  # fmt: skip

    # ------------------------------------------------------------ care

    def order(self, who):
        active = [o for o in self.of(who, "ServiceRequest") if o["status"] == "active"]
        if active and self.rng.random() < 0.5:
            return {**self.rng.choice(active), "status": self.rng.choice(("revoked", "completed"))}
        made = {
            "resourceType": "ServiceRequest", "id": self.fresh(who, "ServiceRequest"), "status": "active", "intent": "order",
            "priority": self.rng.choice(("routine", "urgent", "stat")), "category": [coded("3457005", "http://snomed.info/sct")],
            "code": {"text": "Referral"}, "subject": {"reference": f"Patient/{who}"}, "authoredOn": iso(self.now),
        }  # fmt: skip
        if self.rng.random() < 0.3:
            made["occurrenceDateTime"] = (self.now + timedelta(days=self.rng.randrange(5, 60))).date().isoformat()
        return made

    def result(self, who):
        return {
            "resourceType": "Observation", "id": self.fresh(who, "Observation"), "status": "final",
            "category": [coded("laboratory", "http://terminology.hl7.org/CodeSystem/observation-category")], "code": {"text": "Potassium"},
            "subject": {"reference": f"Patient/{who}"}, "issued": iso(self.now), "effectiveDateTime": iso(self.now),
            "interpretation": [coded(self.rng.choice(("N", "N", "H", "LL")), "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation")],
        }  # fmt: skip

    def stay(self, who):
        stays = self.of(who, "Encounter")
        within = next((e for e in stays if e["status"] == "in-progress"), None)
        if within:
            period = {**within["period"], "end": iso(self.now)}
            return {**within, "status": "finished", "period": period,
                    "hospitalization": {"dischargeDisposition": coded(self.rng.choice(("home", "home", "snf")))}}  # fmt: skip
        if stays and self.rng.random() < 0.3:  # the discharge is withdrawn
            last = max(stays, key=lambda e: e["period"].get("end", ""))
            return {**last, "status": "in-progress", "period": {"start": last["period"]["start"]}}
        return {
            "resourceType": "Encounter", "id": self.fresh(who, "Encounter"), "status": "in-progress", "subject": {"reference": f"Patient/{who}"},
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": self.rng.choice(("IMP", "OBSENC", "EMER"))},
            "period": {"start": iso(self.now)},
        }  # fmt: skip

    def contact(self, who):
        about = [*self.of(who, "Appointment"), *self.of(who, "Observation")]
        reached = self.rng.random() < 0.6
        made = {
            "resourceType": "Communication", "id": self.fresh(who, "Communication"), "status": "completed" if reached else "not-done",
            "category": [coded("call", "urn:waypost:contact")], "medium": [coded("PHONE", MODES)], "sent": iso(self.now),
            "subject": {"reference": f"Patient/{who}"}, "extension": [{"url": EXT + "contact-by", "valueCode": self.rng.choice(("clerk", "nurse"))}],
        }  # fmt: skip
        if not reached:
            made["statusReason"] = coded(self.rng.choice(("no-answer", "wrong-number")), "urn:waypost:contact-outcome")
        if about and self.rng.random() < 0.7:
            one = self.rng.choice(about)
            made["about"] = [{"reference": f"{one['resourceType']}/{one['id']}"}]
        return made

    # ------------------------------------------------------------ people and papers

    def details(self, who):
        person = {k: v for k, v in self.held[who]["Patient", who].items() if k not in {"telecom", "address"}}
        whole = self.person(who)
        for name in ("telecom", "address"):
            if self.rng.random() < 0.7:
                person[name] = whole[name]
        needs = self.rng.random() < 0.3
        person["extension"] = [{"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": needs}]
        if self.rng.random() < 0.03:
            person["deceasedBoolean"] = True
        else:
            person.pop("deceasedBoolean", None)
        return person | {"meta": {"lastUpdated": iso(self.now)}}

    def team(self, who):
        led = [{"role": [coded("coordinator", "urn:waypost:care-role")], "member": {"reference": "Practitioner/ruiz", "display": "Ana Ruiz"}}]
        return {"resourceType": "CareTeam", "id": f"{who}-team", "status": self.rng.choice(("active", "active", "inactive")),
                "subject": {"reference": f"Patient/{who}"}, "meta": {"lastUpdated": iso(self.now)},
                **({"participant": led} if self.rng.random() < 0.6 else {})}  # fmt: skip

    def relative(self, who):
        until = (self.now + timedelta(days=self.rng.randrange(0, 40))).date().isoformat()
        leave = [{"url": "topic", "valueCode": "visits"}, *([{"url": "until", "valueDate": until}] if self.rng.random() < 0.7 else [])]
        return {"resourceType": "RelatedPerson", "id": f"{who}-kin", "active": self.rng.random() < 0.8, "patient": {"reference": f"Patient/{who}"},
                "name": [{"family": "Kin"}], "extension": [{"url": EXT + "may-discuss", "extension": leave}]}  # fmt: skip

    def paper(self, who):
        papers = [d for d in self.of(who, "DocumentReference") if d["docStatus"] == "preliminary"]
        if papers and self.rng.random() < 0.7:
            return {**papers[0], "docStatus": "final"}
        orders = self.of(who, "ServiceRequest")
        made = {
            "resourceType": "DocumentReference", "id": self.fresh(who, "DocumentReference"), "status": "current",
            "docStatus": self.rng.choice(("preliminary", "final")), "date": iso(self.now), "subject": {"reference": f"Patient/{who}"},
            "content": [{"attachment": {"title": "Fax"}}],
        }  # fmt: skip
        if orders and self.rng.random() < 0.5:
            made["context"] = {"related": [{"reference": f"ServiceRequest/{self.rng.choice(orders)['id']}"}]}
        return made

    def promise(self, who):
        open_ones = [t for t in self.of(who, "Task") if t["id"].startswith(f"{who}-prom") and t["status"] == "accepted"]
        if open_ones and self.rng.random() < 0.6:
            return {**open_ones[0], "status": "completed"}
        self.count += 1
        return {
            "resourceType": "Task", "id": f"{who}-prom-{self.count}", "status": "accepted", "intent": "order", "code": coded("promise", "urn:waypost:task"),
            "for": {"reference": f"Patient/{who}"}, "owner": {"reference": "Practitioner/kim", "display": "Kim"},
            "restriction": {"period": {"end": iso(self.now + timedelta(hours=self.rng.randrange(1, 72)))}},
        }  # fmt: skip

    def own_work(self, who):
        """Somebody files work of their own that a rule would make as well, or finishes it."""
        mine = [t for t in self.of(who, "Task") if t["id"].startswith(f"{who}-own")]
        if mine and self.rng.random() < 0.7:
            return {**self.rng.choice(mine), "status": "completed"}
        visits = self.of(who, "Appointment")
        if not visits:
            return None
        self.count += 1
        return {
            "resourceType": "Task", "id": f"{who}-own-{self.count}", "status": "accepted", "intent": "order", "code": coded("confirm", "urn:waypost:task"),
            "for": {"reference": f"Patient/{who}"}, "owner": {"reference": "Practitioner/kim"},
            "focus": {"reference": f"Appointment/{self.rng.choice(visits)['id']}"},
        }  # fmt: skip


HAPPENINGS = (
    World.book, World.book, World.change_visit, World.change_visit, World.ask_beside, World.order, World.result, World.stay, World.contact,
    World.contact, World.details, World.team, World.relative, World.paper, World.promise, World.own_work,
)  # fmt: skip
