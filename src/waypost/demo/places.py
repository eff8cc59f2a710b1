"""The health center: its organization, two sites, departments, rooms and devices."""

from dataclasses import dataclass

from waypost.demo.fhir import SNOMED, Json, coding, concept, ext, ref, tho
from waypost.demo.times import ZONE_NAME
from waypost.kernel import ids

CENTER = "Larkspur Community Health"
CENTER_PHONE = "(202) 555-0100"


def known_id(kind: str, key: str) -> str:
    """Return the id that a place or member of staff has in every demo clinic."""
    return str(ids.uuid5_of("demo", kind, key))


CENTER_ID = known_id("Organization", "center")
HOSPITAL_ID = known_id("Organization", "general-hospital")


@dataclass(frozen=True, slots=True)
class Site:
    key: str
    name: str
    line: str
    city: str
    state: str
    zip_code: str
    phone: str
    opens: str

    @property
    def id(self) -> str:
        return known_id("Location", self.key)


RIVERSIDE = Site(
    "riverside",
    "Riverside",
    "210 Ferry Landing Way SE",
    "Washington",
    "DC",
    "20003",
    "(202) 555-0100",
    "08:00",
)
ORCHARD = Site(
    "orchard-hill",
    "Orchard Hill",
    "1400 Orchard Hill Rd",
    "Hyattsville",
    "MD",
    "20782",
    "(301) 555-0110",
    "08:00",
)
SITES = (RIVERSIDE, ORCHARD)

DEPARTMENTS = {
    "primary-care": "Primary care",
    "cardiology": "Cardiology",
    "radiology": "Radiology",
    "laboratory": "Laboratory",
    "pharmacy": "Pharmacy",
    "infusion": "Infusion",
    "behavioral-health": "Behavioral health",
}
DEPARTMENTS_AT = {
    "riverside": tuple(DEPARTMENTS),
    "orchard-hill": ("primary-care", "radiology", "laboratory", "pharmacy", "behavioral-health"),
}
_DEPARTMENT_PHONES = {
    "primary-care": "0101", "cardiology": "0102", "radiology": "0103", "laboratory": "0104", "pharmacy": "0105", "infusion": "0106",
    "behavioral-health": "0107",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """A room or a device that a visit can need."""

    key: str
    name: str
    site: Site
    role: str  # room | device
    can: tuple[str, ...]
    department: str
    wheelchair: bool = True
    model: str = ""

    @property
    def type(self) -> str:
        return "Location" if self.role == "room" else "Device"

    @property
    def id(self) -> str:
        return known_id(self.type, f"{self.site.key}/{self.key}")

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


def _rooms(
    site: Site, department: str, can: tuple[str, ...], names: str, *, wheelchair: bool = True
) -> list[Thing]:
    return [
        Thing(name.lower().replace(" ", "-"), name, site, "room", can, department, wheelchair)
        for name in names.split(",")
    ]


def _device(site: Site, department: str, can: str, name: str, model: str) -> Thing:
    return Thing(name.lower().replace(" ", "-"), name, site, "device", (can,), department, model=model)


def rooms(scale: int = 1) -> list[Thing]:
    """Return every room; a larger clinic has more of those that are used by the hour."""
    r, o = RIVERSIDE, ORCHARD
    made = [
        *_rooms(r, "cardiology", ("exam", "cardiology-room", "echo"), "Room 2,Room 4"),
        *_rooms(r, "cardiology", ("exam", "cardiology-room"), "Room 1,Room 3"),
        *_rooms(r, "primary-care", ("exam", "primary-care-room"), "Room 5,Room 6,Room 7,Room 8,Room 9"),
        *_rooms(r, "primary-care", ("exam", "primary-care-room"), "Room 10", wheelchair=False),
        *_rooms(r, "radiology", ("ct-room",), "CT suite"),
        *_rooms(r, "radiology", ("mri-room",), "MRI suite"),
        *_rooms(r, "radiology", ("ultrasound-room",), "Scan room A"),
        *_rooms(r, "radiology", ("xray-room",), "X-ray room"),
        *_rooms(r, "laboratory", ("draw",), "Draw station 1,Draw station 2"),
        *_rooms(r, "pharmacy", ("pharmacy-room",), "Pharmacy consult room"),
        *_rooms(r, "infusion", ("chair",), "Chair 1,Chair 2,Chair 3,Chair 4,Chair 5,Chair 6"),
        *_rooms(r, "behavioral-health", ("talk",), "Quiet room A,Quiet room B,Quiet room C"),
        *_rooms(r, "primary-care", ("group",), "Community room"),
        *_rooms(o, "primary-care", ("exam", "primary-care-room"), "Room 21,Room 22,Room 23,Room 24,Room 25"),
        *_rooms(o, "radiology", ("ultrasound-room",), "Scan room B"),
        *_rooms(o, "radiology", ("xray-room",), "X-ray room 2"),
        *_rooms(o, "laboratory", ("draw",), "Draw station 3"),
        *_rooms(o, "pharmacy", ("pharmacy-room",), "Pharmacy counter room"),
        *_rooms(o, "behavioral-health", ("talk",), "Quiet room D,Quiet room E"),
    ]
    for extra in range(1, scale):
        base = 100 * extra
        made += _rooms(
            r, "cardiology", ("exam", "cardiology-room", "echo"), f"Room {base + 2},Room {base + 4}"
        )
        made += _rooms(r, "cardiology", ("exam", "cardiology-room"), f"Room {base + 1},Room {base + 3}")
        made += _rooms(
            r,
            "primary-care",
            ("exam", "primary-care-room"),
            ",".join(f"Room {base + n}" for n in range(5, 11)),
        )
        made += _rooms(
            o,
            "primary-care",
            ("exam", "primary-care-room"),
            ",".join(f"Room {base + n}" for n in range(21, 26)),
        )
        made += _rooms(r, "infusion", ("chair",), ",".join(f"Chair {6 * extra + n}" for n in range(1, 7)))
        made += _rooms(
            r,
            "behavioral-health",
            ("talk",),
            f"Quiet room {base + 1},Quiet room {base + 2},Quiet room {base + 3}",
        )
        made += _rooms(o, "behavioral-health", ("talk",), f"Quiet room {base + 4},Quiet room {base + 5}")
        made += _rooms(r, "laboratory", ("draw",), f"Draw station {base + 1}")
        made += _rooms(o, "laboratory", ("draw",), f"Draw station {base + 3}")
        made += _rooms(r, "radiology", ("ct-room",), f"CT suite {extra + 1}") + _rooms(
            r, "radiology", ("mri-room",), f"MRI suite {extra + 1}"
        )
        made += _rooms(r, "radiology", ("ultrasound-room",), f"Scan room {base + 1}") + _rooms(
            r, "radiology", ("xray-room",), f"X-ray room {base + 1}"
        )
    return made


def devices(scale: int = 1) -> list[Thing]:
    r, o = RIVERSIDE, ORCHARD
    made = [
        _device(r, "cardiology", "echo-ultrasound", "Ultrasound 1", "Cardiac ultrasound system"),
        _device(r, "cardiology", "echo-ultrasound", "Ultrasound 2", "Cardiac ultrasound system"),
        _device(r, "cardiology", "ecg", "ECG cart", "12-lead electrocardiograph"),
        _device(r, "cardiology", "treadmill", "Treadmill", "Exercise stress system"),
        _device(r, "cardiology", "holter", "Holter recorder", "48-hour ambulatory recorder"),
        _device(r, "radiology", "ct", "CT scanner", "64-slice CT scanner"),
        _device(r, "radiology", "mri", "MRI scanner", "1.5 T MRI scanner"),
        _device(r, "radiology", "ultrasound", "Ultrasound 3", "General ultrasound system"),
        _device(r, "radiology", "xray", "X-ray unit", "Digital radiography unit"),
        _device(o, "radiology", "ultrasound", "Ultrasound 4", "General ultrasound system"),
        _device(o, "radiology", "xray", "X-ray unit 2", "Digital radiography unit"),
    ]
    for extra in range(1, scale):
        made += [
            _device(
                r,
                "cardiology",
                "echo-ultrasound",
                f"Ultrasound {100 * extra + 1}",
                "Cardiac ultrasound system",
            ),
            _device(r, "cardiology", "ecg", f"ECG cart {extra + 1}", "12-lead electrocardiograph"),
            _device(r, "radiology", "ct", f"CT scanner {extra + 1}", "64-slice CT scanner"),
            _device(r, "radiology", "mri", f"MRI scanner {extra + 1}", "1.5 T MRI scanner"),
            _device(
                r, "radiology", "ultrasound", f"Ultrasound {100 * extra + 3}", "General ultrasound system"
            ),
            _device(r, "radiology", "xray", f"X-ray unit {100 * extra + 1}", "Digital radiography unit"),
        ]
    return made


def department_id(site: Site, department: str) -> str:
    return known_id("HealthcareService", f"{site.key}/{department}")


def resources(things: list[Thing]) -> list[Json]:
    """Return organization, sites, departments, rooms and devices as FHIR."""
    return [
        *_organizations(),
        *(_site(site) for site in SITES),
        *(_department(site, key) for site in SITES for key in DEPARTMENTS_AT[site.key]),
        *(_room(thing) if thing.role == "room" else _device_resource(thing) for thing in things),
    ]


def _organizations() -> list[Json]:
    center: Json = {
        "resourceType": "Organization",
        "id": CENTER_ID,
        "active": True,
        "type": [tho("organization-type", "prov", "Healthcare Provider")],
        "name": CENTER,
        "alias": ["Larkspur"],
        "telecom": [
            {"system": "phone", "value": CENTER_PHONE, "use": "work"},
            {"system": "email", "value": "desk@larkspur.example"},
        ],
        "address": [_address(RIVERSIDE)],
    }
    hospital: Json = {
        "resourceType": "Organization",
        "id": HOSPITAL_ID,
        "active": True,
        "type": [tho("organization-type", "prov", "Healthcare Provider")],
        "name": "General Hospital",
        "telecom": [
            {"system": "phone", "value": "(202) 555-0190", "use": "work"},
            {"system": "fax", "value": "(202) 555-0191", "use": "work"},
        ],
        "address": [
            {
                "line": ["1 Hospital Plaza NE"],
                "city": "Washington",
                "state": "DC",
                "postalCode": "20017",
                "country": "US",
            }
        ],
    }
    return [center, hospital]


def _address(site: Site) -> Json:
    return {
        "use": "work",
        "line": [site.line],
        "city": site.city,
        "state": site.state,
        "postalCode": site.zip_code,
        "country": "US",
    }


def _site(site: Site) -> Json:
    return {
        "resourceType": "Location",
        "id": site.id,
        "extension": [ext("zone", "String", ZONE_NAME)],
        "status": "active",
        "name": site.name,
        "mode": "instance",
        "telecom": [{"system": "phone", "value": site.phone, "use": "work"}],
        "address": _address(site),
        "physicalType": tho("location-physical-type", "si", "Site"),
        "managingOrganization": ref(f"Organization/{CENTER_ID}", CENTER),
        "hoursOfOperation": [
            {
                "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"],
                "openingTime": f"{site.opens}:00",
                "closingTime": "17:30:00",
            },
            {"daysOfWeek": ["sat"], "openingTime": "09:00:00", "closingTime": "13:00:00"},
        ],
    }


def _department(site: Site, key: str) -> Json:
    phone = f"({'202' if site is RIVERSIDE else '301'}) 555-{_DEPARTMENT_PHONES[key]}"
    return {
        "resourceType": "HealthcareService",
        "id": department_id(site, key),
        "active": True,
        "providedBy": ref(f"Organization/{CENTER_ID}", CENTER),
        "type": [concept(coding("urn:waypost:department", key, DEPARTMENTS[key]), text=DEPARTMENTS[key])],
        "location": [ref(f"Location/{site.id}", site.name)],
        "name": f"{DEPARTMENTS[key]}, {site.name}",
        "telecom": [{"system": "phone", "value": phone, "use": "work"}],
        "appointmentRequired": True,
    }


def _room(thing: Thing) -> Json:
    made: Json = {
        "resourceType": "Location",
        "id": thing.id,
        "extension": [ext("department", "Code", thing.department)],
        "status": "active",
        "name": thing.name,
        "mode": "instance",
        "physicalType": tho("location-physical-type", "ro", "Room"),
        "managingOrganization": ref(f"Organization/{CENTER_ID}", CENTER),
        "partOf": ref(f"Location/{thing.site.id}", thing.site.name),
    }
    if not thing.wheelchair:
        made["description"] = "Narrow door: no wheelchair."
    return made


def _device_resource(thing: Thing) -> Json:
    return {
        "resourceType": "Device",
        "id": thing.id,
        "extension": [ext("department", "Code", thing.department)],
        "status": "active",
        "deviceName": [{"name": thing.name, "type": "user-friendly-name"}],
        "type": concept(coding(SNOMED, "49062001", "Device"), text=thing.model),
        "owner": ref(f"Organization/{CENTER_ID}", CENTER),
        "location": ref(f"Location/{thing.site.id}", thing.site.name),
    }
