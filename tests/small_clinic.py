"""A small clinic for tests: two cardiologists, rooms, one ultrasound, a group, three patients; all by the real actions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waypost.access import Permission, action
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.scheduling import actions as scheduling

SITE = "Location/riverside"
ZONE = "America/New_York"
WEEKDAYS = [0, 1, 2, 3, 4]
ECHO = {
    "code": "echo", "name": {"en": "Echocardiogram and consult", "es": "Ecocardiograma y consulta"},
    "department": "Cardiology", "minutes": 70, "arrive_early": 15, "order_required": True, "grace": 15,
    "steps": [
        {"role": "room", "can": ["echo"], "start": 0, "minutes": 70, "before": 5, "after": 5},
        {"role": "device", "can": ["ultrasound"], "start": 0, "minutes": 40, "after": 5},
        {"role": "clinician", "can": ["cardiology"], "start": 45, "minutes": 25},
    ],
}  # fmt: skip
TALK = {
    "code": "talk", "name": {"en": "Follow-up"}, "department": "Cardiology", "minutes": 20, "telehealth": True,
    "steps": [{"role": "clinician", "can": ["cardiology"], "start": 0, "minutes": 20, "after": 5},
              {"role": "room", "start": 0, "minutes": 20}],
}  # fmt: skip
CLASS = {
    "code": "class", "name": {"en": "Heart class"}, "department": "Cardiology", "minutes": 60, "capacity": 3,
    "steps": [{"role": "nurse", "start": 0, "minutes": 60}],
}  # fmt: skip
INFUSION = {
    "code": "infusion", "name": {"en": "Infusion"}, "department": "Infusion", "minutes": 60,
    "steps": [{"role": "room", "can": ["chairs"], "start": 0, "minutes": 60}],
}  # fmt: skip


def calendar(resource, role, name, can=(), **more):
    return {
        "resource": resource, "role": role, "name": name, "can": list(can), "site": SITE, "zone": ZONE,
        "weekly": [{"days": WEEKDAYS, "from": "08:00", "to": "17:00"}],
        "closed": [{"days": WEEKDAYS, "from": "12:00", "to": "13:00", "reason": "Lunch"}] if role != "room" else [],
        "exceptions": [{"from": "2026-11-26", "to": "2026-11-26", "closed": True, "reason": "Thanksgiving"}],
        **more,
    }  # fmt: skip


CALENDARS = [
    calendar(
        "Practitioner/lind", "clinician", "Dr Lind", ["cardiology"], gender="female", languages=["en", "es"]
    ),
    calendar("Practitioner/abara", "clinician", "Dr Abara", ["cardiology"], gender="male", languages=["en"]),
    calendar("Practitioner/kim", "nurse", "Nurse Kim"),
    calendar("Location/room2", "room", "Room 2", wheelchair=True),
    calendar("Location/room4", "room", "Room 4", ["echo"], wheelchair=True),
    calendar("Location/chairs", "room", "Infusion", ["chairs"], capacity=3),
    calendar("Device/us2", "device", "Ultrasound 2", ["ultrasound"]),
]


@dataclass(frozen=True)
class SmallClinic:
    ctx: Context
    patients: tuple[str, ...]

    def person(self, n=0):
        return (self.patients[n], f"Patient {n}")


@action(Permission.RECORD_FILE)
def _people(ctx, patients):
    for id_, resource in (
        ("riverside", {"resourceType": "Location", "name": "Riverside"}),
        ("room2", {"resourceType": "Location", "name": "Room 2"}),
        ("room4", {"resourceType": "Location", "name": "Room 4"}),
        ("chairs", {"resourceType": "Location", "name": "Infusion"}),
        (
            "us2",
            {
                "resourceType": "Device",
                "deviceName": [{"name": "Ultrasound 2", "type": "user-friendly-name"}],
            },
        ),
        *((p, {"resourceType": "Practitioner", "name": [{"family": p}]}) for p in ("lind", "abara", "kim")),
        (
            "lind-role",
            {"resourceType": "PractitionerRole", "practitioner": {"reference": "Practitioner/lind"}},
        ),
    ):
        records.file(ctx, {**resource, "id": id_})
    return tuple(
        records.file(ctx, {
            "resourceType": "Patient", "birthDate": "1957-03-12",
            "name": [{"use": "official", "family": f"Castillo{n}", "given": ["Marisol"]}],
            "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
                            "system": "urn:waypost:mrn", "value": f"{n + 1:06d}"}],
        }).id
        for n in range(patients)
    )  # fmt: skip


@action(Permission.RECORD_FILE)
def file_all(ctx, resources):
    return [records.file(ctx, resource) for resource in resources]


def make(ctx, *, patients=4, calendars=CALENDARS, kinds=(ECHO, TALK, CLASS, INFUSION)) -> SmallClinic:
    ids = _people(ctx, patients)
    scheduling.save_visit_types(ctx, list(kinds))
    scheduling.save_calendars(ctx, list(calendars))
    return SmallClinic(ctx, ids)


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    """An hour of a day of November 2026 in New York, which is five hours behind."""
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour + 5, minutes=minute)
