"""Marisol Castillo Reyes in full: home from the hospital, and what must happen this week. And the open work of the rest of the cast."""

from datetime import date, datetime, timedelta
from random import Random

from waypost.demo import history, identity, money, words, work
from waypost.demo.conditions import MEASURES
from waypost.demo.fhir import THO, Json, coding, concept, day, instant, may_discuss, ref, text_attachment
from waypost.demo.people import Person
from waypost.demo.places import HOSPITAL_ID
from waypost.demo.staff import Staff
from waypost.demo.times import business_days_after, local, local_day
from waypost.demo.visits import Visit

_SUMMARY = """General Hospital. Discharge summary.
Patient: Marisol Castillo Reyes, born Mar 12, 1957.
Came in through emergency with short breath and swollen legs. Heart failure, worse after two weeks of salty food and a missed water pill.
Treated with furosemide by vein; 3 kg lighter on leaving. Heart rhythm: atrial fibrillation, rate controlled.
Ejection fraction 35 %.
Medications on leaving: furosemide 40 mg twice a day (was once a day), sacubitril/valsartan 49/51 mg twice a day, metformin 1 g twice a day,
apixaban 5 mg twice a day, potassium chloride 20 mEq once a day (new).
Follow-up: primary care within 7 days; cardiology with echocardiogram; potassium and creatinine within 10 days.
Home with family. Weigh every morning; call for 2 kg more in 3 days."""


def chart(person: Person, now: datetime, team: dict[str, Staff], visits: list[Visit]) -> list[Json]:
    today = local_day(now)
    home = business_days_after(business_days_after(today, 0), -2)
    left = local(home, "11:05")
    daughter = _daughter(person, today)
    made = [*_cover(person, today), daughter, *money.account(person, [daughter])]
    members = identity.care_team(person, team["lind"], team["kim"], daughter)
    assert members
    made.append(members)
    made += [history.condition(person, illness) for illness in person.illnesses]
    made += [history.medication(person, key, illness, today) for key, illness in history.medicines_of(person)]
    made += [each for each in (history.allergy(person),) if each]
    made += _results(person, home, today)
    made += _stay(person, left)
    made += _talk(person, now, today, team, visits)
    made += _owed(person, now, today, home, team)
    return made


def _cover(person: Person, today: date) -> list[Json]:
    cover, *_ = money.coverage(person, today)
    cover["subscriberId"] = "88-204"
    cover["period"]["end"] = day(_month_end(today))
    asked = today - timedelta(days=83)
    return [cover, money.answer(person, cover, "Northfield", asked, 412.5, active=True)]


def _month_end(on: date) -> date:
    following = on.replace(day=28) + timedelta(days=4)
    end = following - timedelta(days=following.day)
    return end if (end - on).days >= 3 else _month_end(end + timedelta(days=1))


def _daughter(person: Person, today: date) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "id": identity.own_id(person, "related", "daughter"),
        "extension": [may_discuss("visits"), may_discuss("bills")],
        "active": True,
        "patient": ref(person.reference, person.shown),
        "relationship": [
            concept(coding(THO + "v3-RoleCode", "DAUC", "daughter"), text="daughter"),
            concept(coding(THO + "v2-0131", "C", "Emergency Contact"), text="Emergency contact"),
        ],
        "name": [{"use": "official", "family": "Castillo", "given": ["Lucía"]}],
        "telecom": [{"system": "phone", "value": "(202) 555-0177", "use": "mobile"}],
        "gender": "female",
        "period": {"start": day(today - timedelta(days=400))},
    }


def _results(person: Person, home: date, today: date) -> list[Json]:
    made = []
    for days_ago, value in ((560, 7.4), (380, 7.6), (196, 7.9), (83, 8.4)):
        made.append(
            history.observation(person, MEASURES["a1c"], value, _morning(today - timedelta(days=days_ago)))
        )
    for days_ago, kilos in ((196, 75.5), (150, 75.8), (83, 76.2), (48, 76.0)):
        made.append(
            history.observation(person, MEASURES["weight"], kilos, _morning(today - timedelta(days=days_ago)))
        )
    hospital = ref(f"Organization/{HOSPITAL_ID}", "General Hospital")
    weight = MEASURES["weight"]
    made.append(
        history.observation(
            person, weight, 79.2, local(business_days_after(today - timedelta(days=21), 0), "09:00")
        )
    )
    made.append(
        history.observation(person, weight, 82.0, local(home - timedelta(days=5), "22:30"), by=hospital)
    )
    made.append(history.observation(person, weight, 79.0, local(home, "09:00"), by=hospital))
    for days_ago, value in ((196, 4.3), (83, 4.4)):
        made.append(
            history.observation(
                person, MEASURES["potassium"], value, _morning(today - timedelta(days=days_ago))
            )
        )
    made.append(
        history.observation(
            person, MEASURES["ntprobnp"], 2140, local(home - timedelta(days=5), "22:40"), by=hospital
        )
    )
    for days_ago, high, low in ((196, 138, 82), (83, 142, 84)):
        made.append(history.blood_pressure(person, high, low, _morning(today - timedelta(days=days_ago))))
    made.append(history.blood_pressure(person, 128, 74, local(home, "09:00"), by=hospital))
    return made


def _morning(on: date) -> datetime:
    return local(business_days_after(on, 0), "09:30")


def _stay(person: Person, left: datetime) -> list[Json]:
    came = left - timedelta(days=5) + timedelta(hours=11, minutes=5)
    stay: Json = {
        "resourceType": "Encounter",
        "id": identity.own_id(person, "stay"),
        "status": "finished",
        "class": coding(THO + "v3-ActCode", "IMP", "inpatient encounter"),
        "type": [concept(text="Hospital stay")],
        "subject": ref(person.reference, person.shown),
        "period": {"start": instant(came), "end": instant(left)},
        "reasonCode": [concept(text="Heart failure")],
        "hospitalization": {
            "admitSource": concept(
                coding(THO + "admit-source", "emd", "From accident/emergency department"),
                text="Admitted through emergency",
            ),
            "dischargeDisposition": concept(
                coding(THO + "discharge-disposition", "home", "Home"), text="Home"
            ),
        },
        "serviceProvider": ref(f"Organization/{HOSPITAL_ID}", "General Hospital"),
    }
    words_ = text_attachment(_SUMMARY, "Discharge summary")
    paper = words.document(
        person,
        "18842-5",
        "Discharge summary",
        left,
        [words_],
        encounter=stay["id"],
        author=f"Organization/{HOSPITAL_ID}",
        shown="General Hospital",
        custodian=HOSPITAL_ID,
    )
    return [stay, paper]


def _talk(
    person: Person, now: datetime, today: date, team: dict[str, Staff], visits: list[Visit]
) -> list[Json]:
    kim = team["kim"]
    called = local(business_days_after(today - timedelta(days=21), 0), "09:30")
    made = [
        words.communication(
            person, called, "Weight up 3 kg; offered same-day visit, declined, no ride. Ride asked for next Wednesday.", medium="phone", sent=True, sender=(kim.reference, kim.shown), key="kim"
        ),
    ]  # fmt: skip
    coming = next((visit for visit in visits if visit.start > now), None)
    if coming:
        sent = min(local(today - timedelta(days=1), "15:40"), now - timedelta(hours=1))
        made.append(words.reminder(person, coming.start, sent))
    return made


def _owed(person: Person, now: datetime, today: date, home: date, team: dict[str, Staff]) -> list[Json]:
    at = min(local(home, "15:00"), now - timedelta(hours=2))
    contact = business_days_after(home, 2)
    clerk = team["ruiz"]
    echo = work.order(
        person,
        "Echocardiogram",
        home,
        department="cardiology",
        key="echo",
        priority="urgent",
        why="Heart failure, after hospital stay",
    )
    return [
        echo,
        work.task(person, "discharge-call", "Call after discharge, first attempt", due=contact, at=at, owner=clerk, priority="urgent", key="discharge",
                  why=f"Discharged {home:%a, %b} {home.day} from General; contact due within 2 business days. Heart failure, LACE 13 (high)."),
        work.task(person, "reconcile", "Reconcile medications", due=max(today, contact), at=at, owner=team["kim"], key="discharge",
                  why="The hospital's list differs from ours in 3 lines."),
        work.task(person, "book", "Book visit within 7 days", due=home + timedelta(days=7), at=at, owner=clerk, key="discharge",
                  why="Last day of the 7-day window after a hospital stay."),
        work.task(person, "coverage", "Verify coverage", due=_month_end(today), at=at, pool="coverage", key="ends",
                  why="Coverage ends this month; last verified 83 days ago."),
    ]  # fmt: skip


def others(person: Person, now: datetime, team: dict[str, Staff], visits: list[Visit]) -> list[Json]:
    """Return the open work that the guide speaks of for the rest of the cast."""
    if "cast" not in person.tags:
        return []
    today = local_day(now)
    rng = Random(person.id)
    clerk = team["ruiz"]
    yesterday = now - timedelta(hours=19, minutes=rng.randrange(50))
    next_visit = next((visit for visit in visits if visit.start > now), None)
    focus = f"Appointment/{next_visit.id}" if next_visit else ""
    made: list[Json] = []
    if "okafor" in person.tags:
        potassium = history.observation(person, MEASURES["potassium"], 5.9, now - timedelta(hours=22))
        made.append(potassium)
        made.append(work.task(person, "result", "Call with result: potassium 5.9 mmol/L (high)", due=_round(now + timedelta(hours=4, minutes=45)), at=yesterday, owner=clerk, priority="asap", focus=f"Observation/{potassium['id']}",
                              why="Seen by Dr Sofia Lind yesterday with instruction; the patient is to be told within 1 day."))  # fmt: skip
    if "brandt" in person.tags:
        made.append(work.task(person, "authorization", "Prior authorization missing for MRI knee", due=business_days_after(today, 1), at=yesterday - timedelta(days=4), owner=clerk, focus=focus,
                              why="Northfield asks for approval. A standard decision may take 7 days: expedite, or move the visit."))  # fmt: skip
    if "nguyen" in person.tags:
        ordered = today - timedelta(days=12)
        asked = work.order(
            person,
            "Referral to cardiology",
            ordered,
            department="cardiology",
            key="cardiology",
            why="Chest tightness on stairs",
        )
        made += [asked, work.task(person, "referral", "Referral to cardiology has no date, day 12 of 14", due=ordered + timedelta(days=14), at=yesterday - timedelta(days=2), owner=clerk,
                                  focus=f"ServiceRequest/{asked['id']}", why=f"Routine; ordered {ordered:%b} {ordered.day} by Dr Kwame Osei.")]  # fmt: skip
    if "weiss" in person.tags:
        made.append(work.task(person, "social", "Ask about help with rent, second contact", due=business_days_after(today, 3), at=yesterday - timedelta(days=8), owner=clerk,
                              why="Said yes to help; Hope House accepted, no outcome yet. Promised: “I will call by Friday”."))  # fmt: skip
    if "haddad" in person.tags:
        made.append(work.task(person, "confirm", "Confirm tomorrow’s infusion, 9:00 AM", due=business_days_after(today, 0), at=yesterday, owner=clerk, focus=focus,
                              why="Two texts without reply; Arabic interpreter asked, not yet confirmed."))  # fmt: skip
    if "petrova" in person.tags:
        made.append(
            work.task(
                person,
                "call-back",
                "Call-back promised",
                due=_round(now + timedelta(hours=3)),
                at=yesterday,
                owner=clerk,
                why="Asked about her thyroid pill; promised a call today.",
            )
        )
    return made


def _round(at: datetime) -> datetime:
    """Return the quarter hour after an instant: promises are made in round times."""
    return (
        at
        - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
        + timedelta(minutes=15)
    )
