"""Rules about who the patient is and whom one may speak to: what is missing, who leads the care, whose leave ends."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from waypost.chart.rules.people import ADULT_YEARS, ends_at_majority
from waypost.coordination.contacts.reading import contacts_of
from waypost.coordination.worklist.kinds import TASK
from waypost.coordination.worklist.reading import OPEN, code_of, due_of
from waypost.coordination.worklist.rules.shapes import (
    SWITCH,
    Again,
    Answer,
    Facts,
    Figure,
    Figures,
    Item,
    Json,
    Rule,
    key_of,
)
from waypost.coordination.worklist.rules.words import ahead, lead
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import birthday, local_day, read_moment, say_short, years_between
from waypost.registry import about
from waypost.registry import fhir as people

MISSING = "details-missing"
REGISTERED, COMING = "registered", "coming"  # the facts: registered without, coming without


def _missing(facts: Facts, figures: Figures) -> Iterator[Answer]:
    coming = min((start for _, start in ahead(facts)), default=None)
    registering = was_registered_without(facts)
    lacking = asked_at_registering(facts) if registering else lacking_of(facts)
    if not lacking:
        return
    if not registering:
        if coming is None:
            return
        opens = facts.start_of(local_day(coming, facts.zone) - timedelta(days=figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            return
    if coming is not None:
        yield Again(coming)
    yield Item(
        key=REGISTERED if registering else COMING, what=asking_for(lacking), due=coming,
        why=registered_without(lacking) if registering else f"On record there is no {', no '.join(lacking)}.",
    )  # fmt: skip


def asking_for(lacking: Sequence[str]) -> str:
    return f"Ask for {', '.join(lacking[:3])}" + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else "")


def registered_without(lacking: Sequence[str]) -> str:
    return f"Registered without: {', '.join(lacking)}."


def was_registered_without(facts: Facts) -> bool:
    """Say whether registering left work behind that is still open."""
    return any(t.get("instantiatesUri") == SWITCH + MISSING and key_of(t) == REGISTERED for t in facts.all("Task"))


def asked_at_registering(facts: Facts) -> list[str]:
    """Return what registering asks for and is still not on record, in the words of `registration.missing`."""
    patient, today = facts.patient, facts.today
    numbers, declined = people.phones(patient, today), about.what_declined(patient)
    spoken = people.spoken_language(patient)
    contacts = [c.get("code") for one in facts.all("RelatedPerson") for r in one.get("relationship") or () for c in r.get("coding") or ()]
    looks = (
        (people.born(patient) is None, "birth date"),
        (not numbers and "phone" not in declined, "phone number"),
        (bool(numbers) and all(one.voicemail is None for one in numbers), "leave for voicemail and text"),
        ("address" in lacking_of(facts), "address"),
        (not spoken and "language" not in declined, "language spoken"),
        (people.interpreter_needed(patient) is None and spoken.split("-")[0] not in {"", "en"}, "interpreter needed or not"),
        (not any(one.get("status") == "active" for one in facts.all("Coverage")), "coverage or self-pay"),
        ("C" not in contacts and not patient.get("contact"), "emergency contact"),
        (patient.get("gender", "unknown") == "unknown", "sex"),
        (not _extended(patient, "us-core-race"), "race"),
        (not _extended(patient, "us-core-ethnicity"), "ethnicity"),
    )
    return [what for absent, what in looks if absent]


def _extended(patient: Json, name: str) -> bool:
    return any(str(one.get("url", "")).endswith(f"/{name}") for one in patient.get("extension") or ())


def lacking_of(facts: Facts) -> list[str]:
    """Return what one cannot work without and is neither on record nor declined."""
    patient, today = facts.patient, facts.today
    declined = about.what_declined(patient)
    found = []
    if not people.phones(patient, today) and "phone" not in declined and not _reached_through_others(facts):
        found.append("phone number")
    homeless = people.extension(patient, "no-fixed-address") is True
    if not people.current_addresses(patient, today) and not homeless and "address" not in declined:
        found.append("address")
    if people.born(patient) is None and not people.birth_unknown(patient):
        found.append("birth date")
    if not people.spoken_language(patient) and "language" not in declined:
        found.append("language")
    return found


def _reached_through_others(facts: Facts) -> bool:
    return any(people.phones(one, facts.today) for one in facts.all("RelatedPerson") if one.get("active") is not False)


def _bounced(facts: Facts, figures: Figures) -> Iterator[Answer]:
    """A number that turned out wrong, or an e-mail that came back, until the patient's numbers are changed."""
    changed = read_moment((facts.patient.get("meta") or {}).get("lastUpdated"))
    for contact in reversed(contacts_of(facts.all("Communication"), facts.zone)):
        if contact.outcome == "wrong-number" and (changed is None or contact.at > changed) and not _long_ago(facts, figures, contact.at):
            yield Again(_lets_go(facts, figures, contact.at))
            yield _not_reaching(facts, contact.id, local_day(contact.at, facts.zone), "the phone number", f"A call on {say_short(local_day(contact.at, facts.zone))} reached the wrong person")
            return
    for one in facts.all("Communication"):
        at = read_moment(one.get("sent"), facts.zone)
        medium = {c.get("code") for m in one.get("medium") or () for c in m.get("coding") or ()}
        if one.get("status") in {"stopped", "not-done"} and medium & {"EMAILWRIT", "SMSWRIT"} and at is not None and (changed is None or at > changed) and not _long_ago(facts, figures, at):
            yield Again(_lets_go(facts, figures, at))
            yield _not_reaching(facts, one.get("id", ""), None, "the e-mail address or mobile number", f"What was sent on {say_short(local_day(at, facts.zone))} could not be delivered")
            return


def _lets_go(facts: Facts, figures: Figures, at: datetime) -> datetime:
    return facts.end_of(local_day(at, facts.zone) + timedelta(days=figures["back"]))


def _long_ago(facts: Facts, figures: Figures, at: datetime) -> bool:
    return facts.now >= _lets_go(facts, figures, at)


def _not_reaching(facts: Facts, id_: str, day: date | None, what: str, said: str) -> Item:
    return Item(
        key=id_, what=f"Ask for {what}: it does not reach the patient", focus=f"Communication/{id_}", owner=lead(facts),
        why=f"{said}, and the patient's numbers have not been changed since (OUT-2).", due=facts.end_of(business_days_after(day, 2)) if day else None,
    )  # fmt: skip


def _lead(facts: Facts, figures: Figures) -> Iterator[Answer]:
    teams = [one for one in facts.all("CareTeam") if one.get("status", "active") == "active"]
    if not teams or lead(facts) is not None:
        return
    since = min((at for t in teams if (at := read_moment((t.get("meta") or {}).get("lastUpdated")))), default=facts.now)
    yield Item(
        key=teams[0].get("id", ""), what="Choose who leads the care", focus=f"CareTeam/{teams[0].get('id', '')}",
        why=f"The care team has had no lead coordinator since {say_short(local_day(since, facts.zone))}; one is chosen within {figures['days']} business days (FACT-8).",
        due=facts.end_of(business_days_after(local_day(since, facts.zone), figures["days"])),
    )  # fmt: skip


def _proxies(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for one in facts.all("RelatedPerson"):
        ends = min((leave.until for leave in people.leaves(one) if leave.until and leave.until >= facts.today), default=None)
        if ends is None or one.get("active") is False:
            continue
        opens = facts.start_of(ends - timedelta(days=figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(facts.end_of(ends))
        name = people.say_full_name(people.legal_name(one)) or "someone"
        yield Item(
            key=f"{one.get('id', '')}@{ends}", what=f"Ask whether {name} may still be told", focus=f"RelatedPerson/{one.get('id', '')}", owner=lead(facts),
            why=f"The patient's leave to talk with {name} ends {say_short(ends)}; after that nobody may tell them anything (OUT-9).", due=facts.end_of(ends),
        )  # fmt: skip
    yield from _turning(facts, figures)


def _turning(facts: Facts, figures: Figures) -> Iterator[Answer]:
    """Before the eighteenth birthday, so that nobody is shut out unprepared; on the day `of_age` ends the leave (AGE-1)."""
    born = people.born(facts.patient)
    if born is None or years_between(born, facts.today) >= ADULT_YEARS:
        return
    turns = birthday(born, ADULT_YEARS)
    if not any(ends_at_majority(one, turns) for one in facts.all("RelatedPerson")):
        return
    opens = facts.start_of(turns - timedelta(days=figures["birthday"]))
    if facts.now < opens:
        yield Again(opens)
        return
    yield Again(facts.start_of(turns))
    yield Item(
        key=f"turns-18@{turns}", what="Tell the family what ends at 18", owner=lead(facts),
        why=f"The patient turns 18 on {say_short(turns)}; from then on parents neither consent nor are told (AGE-1, OUT-9).", due=facts.start_of(turns),
    )  # fmt: skip


def _promises(facts: Facts, figures: Figures) -> Iterator[Answer]:
    """A promise that its owner has not kept when its moment passed becomes the team's."""
    for task in facts.all("Task"):
        due = due_of(task, facts.zone)
        promised = code_of(task.get("code"), TASK) in {"promise", "call-back"} and task.get("status") in OPEN
        if not promised or due is None or not task.get("owner") or task.get("instantiatesUri"):
            continue
        opens = due + timedelta(minutes=figures["minutes"])
        if facts.now < opens:
            yield Again(opens)
            continue
        name = (task.get("owner") or {}).get("display", "") or "its owner"
        said = (task.get("reasonCode") or {}).get("text", "")
        yield Item(
            key=f"{task.get('id', '')}@{due:%Y-%m-%dT%H:%M}", what=f"Keep the promise that {name} could not keep", focus=f"Task/{task.get('id', '')}", priority="urgent",
            why=f"Promised by {name} for {say_short(local_day(due - timedelta(seconds=1), facts.zone))} and not kept{f': {said}' if said else '.'}", due=facts.end_of(local_day(due - timedelta(seconds=1), facts.zone)),
        )  # fmt: skip


def _nothing_missing(facts: Facts, task: Json) -> str:
    lacking = asked_at_registering(facts) if key_of(task) == REGISTERED else lacking_of(facts)
    return "No visit is ahead for which it would be asked." if lacking else "Nothing is missing any more."


def _changed(facts: Facts, task: Json) -> str:
    return "The patient's numbers were changed."


def _led(facts: Facts, task: Json) -> str:
    who = lead(facts)
    return f"{who.name or 'Somebody'} leads the care." if who else "The care team has ended."


def _renewed(facts: Facts, task: Json) -> str:
    return "The leave was renewed, changed or has ended."


def _kept(facts: Facts, task: Json) -> str:
    return "The promise was kept, or was given another moment."


RULES = (
    Rule(
        code=MISSING, name="Contact details missing", kind="missing", source="FACT-1, FACT-2, FACT-4, FACT-6", pool="desk",
        says="Someone is registered, or is coming, without a phone number, address, birth date or language. Ends by itself when nothing is"
        " missing any more.",
        reads=("Patient", "RelatedPerson", "Appointment", "Coverage", "Task"), decide=_missing, gone=_nothing_missing, act="chart",
        figures=(Figure("days", "Ask this many days before a visit", 14, 1, 60, "days"),),
    ),
    Rule(
        code="details-bounced", name="Contact details that do not reach the patient", kind="missing", source="OUT-2", pool="desk",
        says="A call reached the wrong person, or an e-mail or text came back. Ends when the patient's numbers are changed.",
        reads=("Patient", "Communication", "CareTeam"), decide=_bounced, gone=_changed, act="chart",
        figures=(Figure("back", "Let it go after this many days", 90, 7, 100, "days"),),
    ),
    Rule(
        code="care-team-lead", name="Care team without a lead", kind="care-lead", source="FACT-8", pool="coordinators",
        says="An active care team has no lead coordinator. Ends when one is chosen.",
        reads=("CareTeam",), decide=_lead, gone=_led, act="chart",
        figures=(Figure("days", "A lead within", 5, 1, 20, "business days"),),
    ),
    Rule(
        code="proxy-ending", name="Leave to be told that ends", kind="proxy", source="OUT-9, AGE-1", pool="coordinators",
        says="Leave to talk with someone ends soon, or the patient turns 18 and parents' leave with it. Ends when it is renewed or over.",
        reads=("Patient", "RelatedPerson", "CareTeam"), decide=_proxies, gone=_renewed, act="call",
        figures=(
            Figure("days", "Ask this many days before leave ends", 14, 1, 60, "days"),
            Figure("birthday", "Tell this many days before the 18th birthday", 30, 1, 90, "days"),
        ),
    ),
    Rule(
        code="promise-unkept", name="Promises not kept", kind="promise", source="product decision", pool="coordinators",
        says="A promise or call-back whose moment has passed goes to the team as well. Ends when it is kept, or given another moment.",
        reads=("Task",), decide=_promises, gone=_kept, act="call", own_only=True,
        figures=(Figure("minutes", "After", 60, 0, 1440, "minutes"),),
    ),
)  # fmt: skip
