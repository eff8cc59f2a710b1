"""One person's whole record, from identity to open work, in the order in which it refers to itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from waypost.demo import appointments, history, identity, marisol, money, referrals, told, words, work
from waypost.demo.calendars import Openings
from waypost.demo.fhir import Json
from waypost.demo.people import Person
from waypost.demo.staff import Staff
from waypost.demo.times import local_day
from waypost.demo.visits import Visit
from waypost.kernel import ids

_TAKEN_BACK = 0.93  # orders whose visit did not come about
_SEEN = {"primary-care", "cardiology"}


class Maker:
    """Makes charts; holds what all of them look up."""

    def __init__(
        self, now: datetime, people: list[Person], staff: list[Staff], hours: Mapping[str, Openings]
    ) -> None:
        self.now, self.today, self.hours, self.staff = now, local_day(now), hours, staff
        self.survivors = {person.id: person.id for person in people}
        self.cardiologists = [each for each in staff if "cardiology" in each.can]
        self.nurses = [each for each in staff if "nursing" in each.can and each.department == "primary-care"]

    def chart(self, person: Person, visits: list[Visit]) -> list[Json]:
        made = [identity.patient(person, self.survivors)]
        if person.merged_into:
            return made
        if "marisol" in person.tags:
            return made + marisol.chart(person, self.now, {each.key: each for each in self.staff}, visits)
        made += money.coverage(person, self.today)
        made += (circle := identity.circle(person, self.today))
        made += money.account(person, circle)
        if team := self._team(person, circle):
            made.append(team)
        made += [history.condition(person, illness) for illness in person.illnesses]
        made += [
            history.medication(person, key, illness, self.today)
            for key, illness in history.medicines_of(person)
        ]
        if allergy := history.allergy(person):
            made.append(allergy)
        made += history.immunizations(person, self.today)
        made += self._past(person)
        for visit in visits:
            made += self._happened(person, visit)
        if person.died is None:
            made += self._talk(person, visits)
            made += work.everyday(
                person, self.now, self.today, any(visit.start > self.now for visit in visits), self.nurses
            )
            made += referrals.referrals(person, self.now, self.today)
            made += marisol.others(person, self.now, {each.key: each for each in self.staff}, visits)
        return made

    def _team(self, person: Person, circle: list[Json]) -> Json | None:
        heart = person.has("heart-failure", "afib", "coronary")
        cardiologist = self.cardiologists[person.index % len(self.cardiologists)] if heart else None
        nurse = (
            next((each for each in self.nurses if each.site is person.pcp.site), None)
            if person.has("diabetes", "heart-failure")
            else None
        )
        return identity.care_team(person, cardiologist, nurse, circle[0] if circle else None)

    def _past(self, person: Person) -> list[Json]:
        days = [
            on for on in history.encounter_days(person, self.today) if person.died is None or on < person.died
        ]
        made: list[Json] = []
        for place, on in enumerate(days):
            rng = Random(f"{person.id}:past:{on}")
            at = history.seen_at(on, rng)
            reason = words.reason_for("pc-well-child" if person.is_child else "pc-follow-up", person, rng)
            met = history.past_encounter(person, at, reason)
            taken = history.readings(person, at, place / (len(days) + 1), met["id"])
            made += [met, *taken, *told.about_results(person, taken, self.now)]
            if place == len(days) - 1:
                made.append(words.progress_note(person, at, reason, taken, met["id"]))
        return made

    def _happened(self, person: Person, visit: Visit) -> list[Json]:
        rng = Random(f"{visit.id}:happened")
        reason = visit.reason
        met = appointments.encounter(visit, self.hours, reason=reason, now=self.now)
        if met is None:
            return []
        made = [met]
        if visit.status == "fulfilled" and visit.type["department"] in _SEEN and not visit.type["telehealth"]:
            taken = history.readings(person, visit.came[1], 1.0, met["id"])
            made += [*taken, *told.about_results(person, taken, self.now)]
            if rng.random() < 0.3:
                made.append(words.progress_note(person, visit.came[2], reason, taken, met["id"]))
        return made

    def _talk(self, person: Person, visits: list[Visit]) -> list[Json]:
        rng = Random(f"{person.id}:talk")
        made: list[Json] = []
        if rng.random() < 0.4 and person.phone and person.registered < self.today - timedelta(days=52):
            made.append(words.call(person, self.today, self.now))
        coming = next(
            (
                visit
                for visit in visits
                if self.now < visit.start < self.now + timedelta(days=4) and visit.status == "booked"
            ),
            None,
        )
        if coming and person.texts and person.phone:
            at = coming.start - timedelta(days=3, hours=1)
            if at < self.now:
                made.append(words.reminder(person, coming.start, min(at, self.now - timedelta(minutes=7))))
        if rng.random() < 0.08 and not person.is_child:
            at = history.seen_at(self.today - timedelta(days=rng.randrange(5, 40)), rng)
            made.append(words.fax(person, at))
        return made


_SHORT = {"Patient": 1, "RelatedPerson": 1, "Coverage": 1, "CareTeam": 1, "Condition": 1, "MedicationRequest": 1,
          "Encounter": 1, "Observation": 2, "Task": 1}  # fmt: skip


def shortened(chart: list[Json]) -> list[Json]:
    """Return a chart with no more than a few of each type, the newest: what is made last stands last."""
    left, kept = dict(_SHORT), []
    for each in reversed(chart):
        if left.get(each["resourceType"], 0):
            left[each["resourceType"]] -= 1
            kept.append(each)
    kept.reverse()
    there = {f"{each['resourceType']}/{each['id']}" for each in kept}
    return [{k: v for k, v in each.items() if k != "encounter" or v["reference"] in there} for each in kept]


def order_for(visit: Visit, person: Person, reason: str, now: datetime) -> Json:
    """Return the order that a visit stands on."""
    on = local_day(visit.booked_at or visit.start) - timedelta(days=1)
    on = max(on, min(person.registered, local_day(visit.start)))
    status = "completed" if visit.status == "fulfilled" else "active"
    if visit.status in {"cancelled", "noshow"} and Random(f"{visit.id}:order").random() < _TAKEN_BACK:
        status = "revoked"  # whoever ordered it thought better of it, or it was done elsewhere
    text = (
        reason
        if visit.type["department"] in {"radiology"}
        else f"Referral to cardiology: {reason.lower()}"
        if visit.code == "card-new"
        else visit.type["name"]["en"]
    )
    made = work.order(
        person, text, on, department=visit.type["department"], key=str(ids.uuid5_of(visit.id)), status=status
    )
    return made
