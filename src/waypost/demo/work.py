"""Open work of the demo clinic: Tasks with an owner or a pool, what they wait for and when they are due; referrals and orders."""

from datetime import date, datetime, time, timedelta
from random import Random

from waypost.demo.conditions import BY_KEY
from waypost.demo.fhir import SNOMED, Json, coding, concept, day, instant, ref
from waypost.demo.identity import own_id
from waypost.demo.people import Person
from waypost.demo.staff import Staff
from waypost.demo.times import business_days_after, local
from waypost.kernel import ids

POOLS = {
    "desk": "Front desk",
    "nurses": "Nurses",
    "coordinators": "Care coordinators",
    "referrals": "Referrals",
    "coverage": "Coverage",
    "scheduling": "Schedulers",
}
_KINDS = {
    "call": "Call", "discharge-call": "Call after discharge", "call-back": "Call back", "confirm": "Confirm a visit", "book": "Book a visit", "referral": "Referral without a date", "coverage": "Verify coverage", "authorization": "Prior authorization",
    "result": "Call with result", "records": "Get records", "social": "Ask about help", "reconcile": "Reconcile medications",
    "interpreter": "Interpreter", "ride": "Ride", "missing": "Ask for what is missing", "recall": "Due for care",
}  # fmt: skip


def task(
    person: Person, kind: str, words: str, *, due: date | datetime | None, at: datetime, owner: Staff | None = None, pool: str = "", why: str = "",
    priority: str = "routine", focus: str = "", status: str = "requested", key: str = "",
) -> Json:  # fmt: skip
    """Return one piece of work; with an owner it is theirs, with a pool it is anyone's there."""
    made: Json = {
        "resourceType": "Task",
        "id": str(ids.uuid5_of("demo", person.id, "task", kind, key)),
        "status": status,
        "intent": "order",
        "priority": priority,
        "code": concept(coding("urn:waypost:task", kind, _KINDS[kind]), text=_KINDS[kind]),
        "description": words,
        "for": ref(person.reference, person.shown),
        "authoredOn": instant(at),
        "lastModified": instant(at),
    }
    if why:
        made["reasonCode"] = concept(text=why)
    if owner:
        made["owner"] = ref(owner.reference, owner.shown)
    if pool:
        made["performerType"] = [concept(coding("urn:waypost:pool", pool, POOLS[pool]), text=POOLS[pool])]
    if focus:
        made["focus"] = ref(focus)
    if due is not None:
        ends = due if isinstance(due, datetime) else local(due, time(23, 59, 59))
        made["restriction"] = {"period": {"start": instant(min(at, ends)), "end": instant(ends)}}
    return made


def order(
    person: Person,
    text: str,
    on: date,
    *,
    department: str,
    key: str,
    status: str = "active",
    priority: str = "routine",
    why: str = "",
) -> Json:
    """Return an order or a referral to a department."""
    made: Json = {
        "resourceType": "ServiceRequest",
        "id": own_id(person, "order", key),
        "status": status,
        "intent": "order",
        "category": [
            concept(
                coding(
                    SNOMED,
                    "3457005"
                    if "Referral" in text
                    else "363679005"
                    if department == "radiology"
                    else "108252007"
                    if department == "laboratory"
                    else "386053000",
                )
            )
        ],
        "priority": priority,
        "code": concept(text=text),
        "subject": ref(person.reference, person.shown),
        "authoredOn": day(on),
        "requester": ref(person.pcp.reference, person.pcp.shown),
        "performerType": concept(
            coding("urn:waypost:department", department), text=department.replace("-", " ").capitalize()
        ),
    }
    if why:
        made["reasonCode"] = [concept(text=why)]
    return made


_SENDERS = (
    "Tidewater Eye Clinic",
    "Elmwood Imaging",
    "General Hospital",
    "Three Rivers Podiatry",
    "the last clinic",
)
_HELP = ("rent", "food", "rides", "the heating bill", "child care")
_TIMES = ("first", "second")
OWNED_DAYS = 10  # before a visit, from which on one of the interpreters has its request


def _in_sentence(name: str) -> str:
    """Return a condition's name as it stands inside a sentence: COPD and Crohn's keep their capitals."""
    return name if name[1:2].isupper() or name.startswith("Crohn") else name[0].lower() + name[1:]


def everyday(person: Person, now: datetime, today: date, has_next: bool, nurses: list[Staff]) -> list[Json]:
    """Return the work that is open about a person, if any: about every third has some."""
    rng = Random(f"{person.id}:work")
    roll = rng.random()
    at = now - timedelta(days=rng.randrange(1, 12), minutes=rng.randrange(400))
    at = max(at, local(person.registered + timedelta(days=1), "10:00")) if person.registered < today else now
    mine = rng.random() < 0.85
    owner = person.coordinator if mine else None
    nurse = nurses[person.index % len(nurses)]
    disease = next((BY_KEY[illness.key] for illness in person.illnesses if illness.until is None), None)
    soon = business_days_after(today, rng.choice((0, 0, 1, 2, 3, 5, 8)))
    made: list[Json] = []
    if roll < 0.03 and disease and not has_next:
        made.append(task(person, "recall", f"Book {_in_sentence(disease.name)} check-up", due=soon, at=at, owner=owner, pool="" if owner else "desk",
                         why=f"{disease.name}: last seen more than 2 months ago, nothing booked."))  # fmt: skip
    elif roll < 0.065:
        ordered = today - timedelta(days=rng.randrange(3, 15))
        what = rng.choice(("cardiology", "radiology", "behavioral-health"))
        text = {
            "cardiology": "Referral to cardiology",
            "radiology": rng.choice(
                ("MRI of the knee", "MRI of the lower back", "CT of the sinuses", "Belly ultrasound")
            ),
            "behavioral-health": "Referral to behavioral health",
        }[what]
        if person.age >= 18 and ordered > person.registered:
            asked = order(
                person, text, ordered, department=what, key="open", why=disease.name if disease else ""
            )
            made.append(asked)
            due = ordered + timedelta(days=14)
            made.append(task(person, "referral", f"{text} has no date, day {(today - ordered).days} of 14", due=due, at=at, owner=owner,
                             pool="" if owner else "referrals", why=f"Ordered {ordered:%b} {ordered.day} by {person.pcp.shown}; a date is due within 14 days.",
                             focus=f"ServiceRequest/{asked['id']}"))  # fmt: skip
    elif roll < 0.08 and person.plan != "self-pay":
        made.append(task(person, "coverage", "Verify coverage before the next visit", due=soon, at=at, pool="coverage",
                         why="The payer's last answer is older than 60 days."))  # fmt: skip
    elif roll < 0.10 and disease and person.age >= 18:
        made.append(
            task(
                person,
                "call",
                "Call: check on the new medication",
                due=soon,
                at=at,
                owner=nurse,
                why=f"Started for {_in_sentence(disease.name)}; call within two weeks.",
            )
        )
    elif roll < 0.11:
        made.append(task(person, "records", f"Get records from {rng.choice(_SENDERS)}", due=business_days_after(today, 6), at=at, owner=owner,
                         pool="" if owner else "desk", why="Release signed; nothing has come yet."))  # fmt: skip
    elif roll < 0.12 and person.age >= 18:
        made.append(task(person, "social", f"Ask about help with {rng.choice(_HELP)}, {rng.choice(_TIMES)} contact", due=soon, at=at, owner=person.coordinator,
                         why="Said yes to help; the agency has not answered yet."))  # fmt: skip
    if not person.phone and "complex" not in person.tags:
        made.append(
            task(
                person,
                "missing",
                "Ask for a phone number at the next visit",
                due=None,
                at=at,
                pool="desk",
                why="No phone on file.",
            )
        )
    return made


def around_visit(
    person: Person,
    visit: str,
    start: datetime,
    at: datetime,
    now: datetime,
    language: str,
    asked: list[Staff],
    *,
    ride: bool,
) -> list[Json]:
    """Return the requests that hang on a coming visit: an interpreter, a ride."""
    rng = Random(f"{visit}:around")
    taken = asked[int(visit[-6:], 16) % len(asked)] if start - now < timedelta(days=OWNED_DAYS) else None  # what is further off is the team's
    made = []
    if person.interpreter:
        status = rng.choices(
            ("accepted", "requested"), (7, 3) if start - now > timedelta(days=2) else (9, 1)
        )[0]
        made.append(
            task(
                person,
                "interpreter",
                f"{language} interpreter",
                due=start,
                at=at,
                owner=taken,
                pool="scheduling",
                focus=f"Appointment/{visit}",
                status=status,
                key=visit,
            )
        )
    if ride:
        status = rng.choice(("accepted", "requested", "accepted"))
        made.append(
            task(
                person,
                "ride",
                "Ride to the clinic and home",
                due=start,
                at=at,
                pool="scheduling",
                focus=f"Appointment/{visit}",
                status=status,
                key=visit,
            )
        )
    return made
