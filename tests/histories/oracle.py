"""What is owed, worked out again by other means: days are counted, not stepped through; nothing of the rules is used."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
HOLIDAYS = {date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18), date(2027, 2, 15), date(2027, 5, 31),
            date(2027, 6, 18), date(2027, 7, 5), date(2027, 9, 6), date(2027, 10, 11), date(2027, 11, 11), date(2027, 11, 25),
            date(2026, 11, 11), date(2027, 12, 24), date(2027, 12, 31)}  # fmt: skip  # CAL-2
HOLDS = ("booked", "pending", "arrived", "checked-in", "fulfilled")
OPEN = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")
STAYS = ("IMP", "ACUTE", "NONAC", "OBSENC", "SS")


def moment(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def day_of(at):
    return at.astimezone(ZONE).date()


def working(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def working_days(first, last):
    """Count the business days from `first` up to the day before `last`."""
    return sum(working(first + timedelta(days=n)) for n in range((last - first).days))


def near(today, visit, count):
    """Say whether a day has come from which on a visit is at most so many business days away."""
    left = working_days(today, visit)
    return left < count or (left == count and working(today)) or (left == count and count == 0)


class Oracle:
    """One patient's record, asked what is owed at one instant: a set of (rule, fact)."""

    def __init__(self, record, who, now):
        self.now, self.today, self.who = now, day_of(now), who
        self.record = list(record.values())
        self.patient = record["Patient", who]

    def of(self, kind):
        return [r for r in self.record if r["resourceType"] == kind]

    def owed(self):
        if self.patient.get("deceasedBoolean"):
            return set()
        found = set()
        for ask in (self.visits, self.missed, self.orders, self.results, self.discharges, self.people, self.rest):
            found |= set(ask())
        return found

    def mine(self, visit):
        return next(p["status"] for p in visit["participant"] if p["actor"]["reference"] == f"Patient/{self.who}")

    def key(self, visit):
        return f"{visit['id']}@{moment(visit['start']):%Y-%m-%dT%H:%M}Z"

    def tasks(self, visit, *kinds):
        return [t for t in self.of("Task") if t.get("focus", {}).get("reference") == f"Appointment/{visit['id']}" and t["code"]["coding"][0]["code"] in kinds]

    def visits(self):
        for visit in self.of("Appointment"):
            at = moment(visit["start"])
            if visit["status"] != "booked" or at <= self.now:
                continue
            on, key, kind = day_of(at), self.key(visit), visit["serviceType"][0]["coding"][0]["code"]
            own = [t for t in self.tasks(visit, "confirm") if t["status"] in OPEN and not t.get("instantiatesUri")]
            if self.mine(visit) != "accepted" and near(self.today, on, 2) and not own:
                yield "visit-unconfirmed", key
            said = [c for c in self.of("Communication") if c["status"] == "completed" and {"reference": f"Appointment/{visit['id']}"} in c.get("about", [])]
            if kind == "talk" and not said and near(self.today, on, 5):
                yield "preparation-unsent", key
            for task in self.tasks(visit, "interpreter", "ride"):
                late = moment(task["restriction"]["period"]["end"]) <= self.now or (working_days(self.today, on) == 0)
                late = late or (self.today > self.day_before(on))
                if task["status"] == "rejected" or (task["status"] == "requested" and late):
                    yield "request-unanswered", f"{task['code']['coding'][0]['code']}@{key}"
            needs = any(e["valueBoolean"] for e in self.patient.get("extension", []) if e["url"].endswith("interpreterRequired"))
            if needs and not self.tasks(visit, "interpreter") and near(self.today, on, 5):
                yield "interpreter-unasked", key
            if kind == "echo" and not self.ordered(visit) and near(self.today, on, 3):
                yield "visit-unready", key

    def day_before(self, on):
        """Return the business day before a day."""
        return max(on - timedelta(days=n) for n in range(1, 12) if working(on - timedelta(days=n)))

    def ordered(self, visit):
        wanted = [r["reference"] for r in visit.get("basedOn", [])]
        return any(f"ServiceRequest/{o['id']}" in wanted and o["status"] in {"active", "completed"} for o in self.of("ServiceRequest"))

    def missed(self):
        for visit in self.of("Appointment"):
            at = moment(visit["start"])
            kind = visit["serviceType"][0]["coding"][0]["code"]
            if visit["status"] != "noshow" or (self.today - day_of(at)).days > 14:
                continue
            again = [v for v in self.of("Appointment") if v["status"] in HOLDS and moment(v["start"]) > at and v["serviceType"][0]["coding"][0]["code"] == kind]
            spoke = [c for c in self.of("Communication") if c["status"] == "completed" and {"reference": f"Appointment/{visit['id']}"} in c.get("about", [])
                     and moment(c["sent"]) > at]  # fmt: skip
            if not again and not spoke:
                yield "no-show", self.key(visit)

    def orders(self):
        for order in self.of("ServiceRequest"):
            reference = {"reference": f"ServiceRequest/{order['id']}"}
            visits = [v for v in self.of("Appointment") if reference in v.get("basedOn", [])]
            target = order.get("occurrenceDateTime")
            if order["status"] == "active" and not any(v["status"] in HOLDS for v in visits):
                made = day_of(moment(order["authoredOn"]))
                if not target and (self.today - made).days <= 180:
                    yield "referral-undated", order["id"]
                if target and -21 <= (self.today - date.fromisoformat(target)).days <= 180:
                    yield "follow-up-overdue", f"{order['id']}@{target}"
            seen = [moment(v["start"]) for v in visits if v["status"] == "fulfilled"]
            if order["status"] in {"active", "completed"} and seen:
                last = max(seen)
                report = [d for d in self.of("DocumentReference") if reference in d.get("context", {}).get("related", []) and day_of(moment(d["date"])) >= day_of(last)]
                age = (self.today - day_of(last)).days
                opens = datetime(*(day_of(last) + timedelta(days=15)).timetuple()[:3], tzinfo=ZONE) - timedelta(days=4)
                closes = datetime(*(day_of(last) + timedelta(days=15)).timetuple()[:3], tzinfo=ZONE) + timedelta(days=90)
                if not report and age >= 0 and opens <= self.now < closes:
                    yield "referral-unreported", f"{order['id']}@{day_of(last)}"

    def results(self):
        met = [moment(e["period"]["end"]) for e in self.of("Encounter") if e["status"] == "finished"]
        for result in self.of("Observation"):
            flag = result["interpretation"][0]["coding"][0]["code"]
            issued = moment(result["issued"])
            age = (self.today - day_of(issued)).days
            told = [c for c in self.of("Communication") if c["status"] == "completed" and {"reference": f"Observation/{result['id']}"} in c.get("about", [])
                    and moment(c["sent"]) >= issued]  # fmt: skip
            if told or any(end > issued for end in met) or age > 30 or (flag == "N" and age < 10):
                continue
            yield "result-untold", f"Observation/{result['id']}"

    def discharges(self):
        stays = [e for e in self.of("Encounter") if e["class"]["code"] in STAYS]
        home = [e for e in stays if e["status"] == "finished" and e["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "home"]
        if any(e["status"] == "in-progress" for e in stays) or not home:
            return
        last = max(home, key=lambda e: (moment(e["period"]["end"]), f"{e['id']}@{day_of(moment(e['period']['end']))}"))
        at = moment(last["period"]["end"])
        age, key = (self.today - day_of(at)).days, f"{last['id']}@{day_of(at)}"
        if age > 29:
            return
        yield "discharge-medications", key
        nurse = [c for c in self.of("Communication") if c["status"] == "completed" and c["extension"][0]["valueCode"] == "nurse" and moment(c["sent"]) >= at]
        if not nurse:
            yield "discharge-call", key
        seen = [v for v in self.of("Appointment") if v["status"] in {"booked", "arrived", "checked-in", "fulfilled"} and moment(v["start"]) > at
                and (day_of(moment(v["start"])) - day_of(at)).days <= 14]  # fmt: skip
        if not seen and age <= 14:
            yield "discharge-visit", key

    def people(self):
        teams = [t for t in self.of("CareTeam") if t["status"] == "active"]
        if teams and not any(t.get("participant") for t in teams):
            yield "care-team-lead", teams[0]["id"]
        for kin in self.of("RelatedPerson"):
            until = next((part["valueDate"] for part in kin["extension"][0]["extension"] if part["url"] == "until"), "")
            if kin["active"] and until and 0 <= (date.fromisoformat(until) - self.today).days <= 14:
                yield "proxy-ending", f"{kin['id']}@{until}"
        coming = [day_of(moment(v["start"])) for v in self.of("Appointment") if v["status"] == "booked" and moment(v["start"]) > self.now]
        if coming and (min(coming) - self.today).days <= 14 and not ("telecom" in self.patient and "address" in self.patient):
            yield "details-missing", "coming"
        since = self.patient.get("meta", {}).get("lastUpdated")
        wrong = [c for c in self.of("Communication") if c["status"] == "not-done" and c["statusReason"]["coding"][0]["code"] == "wrong-number"
                 and (since is None or moment(c["sent"]) > moment(since)) and (self.today - day_of(moment(c["sent"]))).days <= 90]  # fmt: skip
        if wrong:
            yield "details-bounced", max(wrong, key=lambda c: (moment(c["sent"]), c["id"]))["id"]

    def rest(self):
        for paper in self.of("DocumentReference"):
            if paper["docStatus"] == "preliminary":
                yield "document-unfiled", paper["id"]
        for task in self.of("Task"):
            if task["code"]["coding"][0]["code"] == "promise" and task["status"] == "accepted" and not task.get("instantiatesUri"):
                due = moment(task["restriction"]["period"]["end"])
                if due + timedelta(minutes=60) <= self.now:
                    yield "promise-unkept", f"{task['id']}@{due:%Y-%m-%dT%H:%M}"
