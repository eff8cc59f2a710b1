"""From resources to what letters and e-mail may draw on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from waypost.kernel.dates import read_moment
from waypost.messaging.rules import home_zones, wording
from waypost.messaging.rules.emails import Mailbox
from waypost.messaging.rules.facts import Clinic, Recipient, Stop, Visit
from waypost.registry import fhir as people

Json = dict[str, Any]
TASK_SYSTEM = "urn:waypost:task"
STOP_TYPES = ("Practitioner", "Device", "Location")


def letter_language(patient: Json) -> str:
    """Return the language of a letter: Spanish where the patient reads Spanish, else English."""
    return "es" if people.written_language(patient).lower().startswith("es") else "en"


def mailboxes(patient: Json, on: date) -> tuple[list[Mailbox], bool]:
    """Return the e-mail addresses on record, and whether a confidential channel other than e-mail was asked for."""
    boxes = [
        Mailbox(
            address=entry["value"],
            allowed=people.extension(entry, "email-ok") is True,
            confidential=people.extension(entry, "confidential") is True,
            current=entry.get("use") != "old" and people.current(entry, on),
        )
        for entry in patient.get("telecom", ())
        if entry.get("system") == "email" and entry.get("value")
    ]
    elsewhere = any(
        people.extension(entry, "confidential") is True
        for entry in (*patient.get("telecom", ()), *patient.get("address", ()))
        if entry.get("system") != "email"
    )
    return boxes, elsewhere


def recipient(patient: Json, on: date) -> Recipient:
    """Return whom a letter is for. An address asked for in confidence (OUT-8) goes before every other."""
    who = people.who(patient, on)
    addresses = people.current_addresses(patient, on)
    chosen = next(
        (a for a in addresses if people.extension(a, "confidential") is True),
        addresses[0] if addresses else None,
    )
    return Recipient(
        who.full_name, who.mrn, people.born(patient), letter_language(patient), _address_lines(chosen)
    )


def home_zone(patient: Json, on: date) -> str:
    """Return the zone in which the patient lives: as recorded, else by the address; '' where neither says."""
    return home_zones.zone_of(recorded=recorded_zone(patient)) or address_zone(patient, on)


def recorded_zone(patient: Json) -> str:
    """Return the zone that the patient asked for, '' where none is on record."""
    recorded = str(people.extension(patient, "zone") or "")
    return recorded if home_zones.known(recorded) else ""


def address_zone(patient: Json, on: date) -> str:
    """Return the zone that the patient's address lies in, '' where it does not say."""
    address: Json = next(iter(people.current_addresses(patient, on)), {})
    return home_zones.zone_of(
        state=address.get("state", ""), postal=address.get("postalCode", ""), country=address.get("country", "")
    )


def say_zone(patient: Json, on: date, clinic: str) -> str:
    """Return in which zone this patient's times are told and how that is known, in words for the staff."""
    recorded, lives = recorded_zone(patient), address_zone(patient, on)
    noon = datetime.combine(on, time(12), UTC)

    def name(zone: str) -> str:
        return home_zones.zone_name(zone, noon, "en")

    if recorded:
        other = f"; the address lies in {name(lives)}" if lives and name(lives) != name(recorded) else ""
        return f"{name(recorded)}, as asked for{other}"
    return f"{name(lives)}, by the address" if lives else f"{name(clinic)}, the clinic’s; theirs is not known"


def clinic(site: Json | None, *, name: str, phone: str, zone: str, sender: str = "") -> Clinic:
    """Return the head of a letter: the organization, and the site that the patient comes to."""
    site = site or {}
    numbers = [t["value"] for t in site.get("telecom", ()) if t.get("system") == "phone" and t.get("value")]
    shown = people.say_phone(numbers[0] if numbers else phone)
    return Clinic(name, site.get("name") or name, _address_lines(site.get("address")), shown, zone, sender)


def reference_id(element: Json | None) -> str:
    return ((element or {}).get("reference") or "").rpartition("/")[2]


def site_id(appointment: Json) -> str:
    return reference_id(people.extension(appointment, "site"))


def patients_of(appointment: Json) -> list[str]:
    """Return the ids of everyone the visit is for; a group visit has several."""
    return [
        reference_id(p["actor"])
        for p in appointment.get("participant", ())
        if (p.get("actor") or {}).get("reference", "").startswith("Patient/")
        and p.get("status") != "declined"
    ]


def moment(text: str | None) -> datetime | None:
    return read_moment(text)


def arrive_at(appointment: Json) -> datetime | None:
    """Return when to arrive: as recorded, else the start."""
    return moment(people.extension(appointment, "arrive-at")) or moment(appointment.get("start"))


def is_outside(appointment: Json) -> bool:
    return people.extension(appointment, "outside") is True


def stops(appointment: Json, names: Mapping[str, str], what: str) -> tuple[Stop, ...]:
    """Return the stations of one visit: its people and devices in order of time, each with the room it is in."""
    starts, ends = moment(appointment.get("start")), moment(appointment.get("end"))
    if starts is None or ends is None:
        return ()
    parts = [p for p in appointment.get("participant", ()) if _kind(p) in STOP_TYPES]
    rooms = [_name(p, names) for p in parts if _kind(p) == "Location"]
    where = wording.listed(list(dict.fromkeys(filter(None, rooms))))
    if is_outside(appointment):
        place = next(
            (
                p["actor"]["display"]
                for p in appointment.get("participant", ())
                if (p.get("actor") or {}).get("display") and not _kind(p)
            ),
            "",
        )
        return (
            Stop(
                starts, ends, what, "", place, people.say_phone(people.extension(appointment, "phone") or "")
            ),
        )
    found: dict[tuple[datetime, datetime], list[str]] = {}
    for part in parts:
        if _kind(part) != "Location":
            period = part.get("period") or {}
            key = (moment(period.get("start")) or starts, moment(period.get("end")) or ends)
            found.setdefault(key, []).append(_name(part, names))
    if not found:
        return (Stop(starts, ends, what, "", where),)
    ordered = sorted(found.items())
    return tuple(
        Stop(since, until, what, wording.listed([w for w in whom if w]), where)
        for (since, until), whom in ordered
    )


def visit(
    appointment: Json,
    version: int,
    *,
    names: Mapping[str, str],
    what: str,
    language: str,
    preparation: str | None = "",
    tasks: Sequence[Json] = (),
    interpreter_code: str = "",
    others: Sequence[Stop] = (),
    day_begins: datetime | None = None,
    home_zone: str = "",
) -> Visit:
    """Return the visit with what hangs on it. The appointment has a time: nothing goes out about one without."""
    starts, ends = moment(appointment.get("start")), moment(appointment.get("end"))
    assert starts is not None
    assert ends is not None
    states = _requests(tasks)
    return Visit(
        id=appointment["id"],
        version=version,
        arrive_at=arrive_at(appointment) or starts,
        starts=starts,
        ends=ends,
        status=appointment.get("status", ""),
        stops=stops(appointment, names, what),
        preparation=preparation,
        note=appointment.get("patientInstruction", ""),
        interpreter=states.get("interpreter", ""),
        interpreter_language=wording.language_name(interpreter_code, language) if interpreter_code else "",
        ride=states.get("ride", ""),
        telehealth=people.extension(appointment, "telehealth") is True,
        outside=is_outside(appointment),
        other_stops=tuple(others),
        day_begins=day_begins,
        home_zone=home_zone,
    )


def request_kind(task: Json) -> str:
    """Return interpreter or ride for a Task of ours, else ''."""
    codings = (task.get("code") or {}).get("coding", ())
    return next((c.get("code", "") for c in codings if c.get("system") == TASK_SYSTEM), "")


def _requests(tasks: Sequence[Json]) -> dict[str, str]:
    told = {"requested": "requested", "received": "requested", "accepted": "accepted", "in-progress": "accepted",
            "completed": "accepted", "rejected": "rejected", "failed": "rejected"}  # fmt: skip
    return {request_kind(task): told[task["status"]] for task in tasks if task.get("status") in told}


def _kind(part: Json) -> str:
    reference = (part.get("actor") or {}).get("reference") or ""
    return reference.split("/")[0] if "/" in reference else ""


def _name(part: Json, names: Mapping[str, str]) -> str:
    actor = part.get("actor") or {}
    return names.get(actor.get("reference", ""), actor.get("display", ""))


def _address_lines(address: Json | None) -> tuple[str, ...]:
    if not address:
        return ()
    region = " ".join(p for p in (address.get("state", ""), address.get("postalCode", "")) if p)
    town = ", ".join(p for p in (address.get("city", ""), region) if p)
    return tuple(line for line in (*address.get("line", ()), town) if line) or tuple(
        filter(None, [address.get("text", "")])
    )
