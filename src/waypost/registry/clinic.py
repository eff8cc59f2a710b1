"""Where care happens and who gives it: to and from Location, Device, Practitioner and PractitionerRole.

Pure. A change keeps every element that no form knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waypost.registry.fhir import EXTENSION
from waypost.terminology.languages import language_name

Json = dict[str, Any]
SITE, ROOM = "si", "ro"
PHYSICAL = "http://terminology.hl7.org/CodeSystem/location-physical-type"
_PHYSICAL_WORDS = {SITE: "Site", ROOM: "Room"}
ROLE_WORDS = {
    "clinician": "Provider", "nurse": "Nurse", "technician": "Technician", "interpreter": "Interpreter",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWish:
    """What is known of a site."""

    name: str
    phone: str = ""
    line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWish:
    """What is known of someone whom patients are booked with."""

    prefix: str = ""
    given: str
    family: str
    suffix: str = ""
    gender: str = ""
    languages: Sequence[str] = ()
    role: str = "clinician"
    specialty: str = ""
    site: str = ""  # 'Location/x'

    @property
    def shown(self) -> str:
        """Return the name as the desk says it: 'Dr Sofia Lind', 'Grace Kim, RN'."""
        name = " ".join(part for part in (self.prefix, self.given, self.family) if part)
        return f"{name}, {self.suffix}" if self.suffix and not self.prefix else name


def site(before: Json | None, wish: SiteWish) -> Json:
    """Return the Location of a site."""
    made = {**(before or {"resourceType": "Location", "status": "active", "mode": "instance"}), "name": wish.name}
    made = _physical(made, SITE)
    made = _with_extension(made, "zone", "valueString", wish.zone)
    made = _set(made, "telecom", _telecom(made.get("telecom") or [], "phone", wish.phone))
    old = made.get("address") or {"use": "work"}
    address = {**old, "line": [wish.line] if wish.line else None, "city": wish.city, "state": wish.state,
               "postalCode": wish.postal_code}  # fmt: skip
    address = {name: value for name, value in address.items() if value}
    return _set(made, "address", address if set(address) - {"use", "country"} else None)


def room(before: Json | None, *, name: str, site: Json, department: str = "") -> Json:
    """Return the Location of a room in a site (a reference with its display)."""
    made = {**(before or {"resourceType": "Location", "status": "active", "mode": "instance"}), "name": name}
    return _with_extension({**_physical(made, ROOM), "partOf": site}, "department", "valueString", department)


def device(before: Json | None, *, name: str, site: Json, department: str = "") -> Json:
    """Return a Device that stands at a site."""
    made = {**(before or {"resourceType": "Device", "status": "active"}), "location": site}
    others = [one for one in made.get("deviceName") or () if one.get("type") != "user-friendly-name"]
    made["deviceName"] = [{"name": name, "type": "user-friendly-name"}, *others]
    return _with_extension(made, "department", "valueString", department)


def practitioner(before: Json | None, wish: PersonWish) -> Json:
    """Return the Practitioner."""
    made: Json = {**(before or {"resourceType": "Practitioner", "active": True})}
    others = [one for one in made.get("name") or () if one.get("use", "official") != "official"]
    official = {"use": "official", "family": wish.family, "given": wish.given.split(),
                "prefix": [wish.prefix] if wish.prefix else None, "suffix": [wish.suffix] if wish.suffix else None}  # fmt: skip
    made["name"] = [{key: value for key, value in official.items() if value}, *others]
    made = _set(made, "gender", wish.gender)
    spoken = [
        {"coding": [{"system": "urn:ietf:bcp:47", "code": code, "display": language_name(code)}], "text": language_name(code)}
        for code in wish.languages
    ]
    return _set(made, "communication", spoken)


def practitioner_role(before: Json | None, wish: PersonWish, *, who: Json, site: Json, can: Sequence[str]) -> Json:
    """Return the PractitionerRole: what someone is, where, and what they can do."""
    made: Json = {**(before or {"resourceType": "PractitionerRole", "active": True}), "practitioner": who, "location": [site]}
    word = ROLE_WORDS.get(wish.role, wish.role.capitalize())
    made["code"] = [{"coding": [{"system": "urn:waypost:role", "code": wish.role, "display": word}], "text": word}]
    if wish.specialty != specialty_of(made):
        made = _set(made, "specialty", [{"text": wish.specialty}] if wish.specialty else None)
    kept = [one for one in made.get("extension") or () if one.get("url") != f"{EXTENSION}can"]
    return _set(made, "extension", [*kept, *({"url": f"{EXTENSION}can", "valueCode": one} for one in can)])


def retired(resource: Json, *, back: bool = False) -> Json:
    """Return the resource as no longer in use, or as in use again."""
    if resource["resourceType"] in {"Practitioner", "PractitionerRole"}:
        return {**resource, "active": back}
    return {**resource, "status": "active" if back else "inactive"}


def is_retired(resource: Json) -> bool:
    return resource.get("active") is False or resource.get("status") in {"inactive", "entered-in-error"}


def physical_type(location: Json) -> str:
    """Return 'si', 'ro' or what else the Location is; a room is also what is part of another."""
    codes = [one.get("code", "") for one in (location.get("physicalType") or {}).get("coding") or ()]
    return codes[0] if codes else (ROOM if location.get("partOf") else "")


def name_of(resource: Json) -> str:
    """Return the name of a place, device or person."""
    kind = resource.get("resourceType")
    if kind == "Device":
        return next((one.get("name", "") for one in resource.get("deviceName") or ()), "")
    if kind == "Practitioner":
        return person_of(resource, None).shown
    return str(resource.get("name", ""))


def site_of(location: Json) -> SiteWish:
    """Return what a form about a site begins with."""
    address = location.get("address") or {}
    phones = [one.get("value", "") for one in location.get("telecom") or () if one.get("system") == "phone"]
    return SiteWish(
        name=location.get("name", ""), phone=phones[0] if phones else "", line=" ".join(address.get("line") or ()),
        city=address.get("city", ""), state=address.get("state", ""), postal_code=address.get("postalCode", ""),
        zone=extension_of(location, "zone"),
    )  # fmt: skip


def person_of(resource: Json, role: Json | None) -> PersonWish:
    """Return what a form about someone begins with."""
    names = resource.get("name") or [{}]
    name = next((one for one in names if one.get("use", "official") == "official"), names[0])
    codes = [one.get("code", "") for concept in (role or {}).get("code") or () for one in concept.get("coding") or ()]
    spoken = [one.get("code", "") for concept in resource.get("communication") or () for one in concept.get("coding") or ()]
    places = (role or {}).get("location") or [{}]
    return PersonWish(
        prefix=" ".join(name.get("prefix") or ()), given=" ".join(name.get("given") or ()), family=name.get("family", ""),
        suffix=" ".join(name.get("suffix") or ()), gender=resource.get("gender", ""), languages=tuple(filter(None, spoken)),
        role=next((code for code in codes if code in ROLE_WORDS), "clinician"), specialty=specialty_of(role or {}),
        site=places[0].get("reference", ""),
    )  # fmt: skip


def specialty_of(role: Json) -> str:
    concept = next(iter(role.get("specialty") or ()), {})
    coded = next(iter(concept.get("coding") or ()), {})
    return str(concept.get("text") or coded.get("display") or "")


def extension_of(resource: Json, name: str) -> str:
    for one in resource.get("extension") or ():
        if one.get("url") == EXTENSION + name:
            return str(one.get("valueString") or one.get("valueCode") or "")
    return ""


def _physical(made: Json, code: str) -> Json:
    if physical_type(made) == code and made.get("physicalType"):
        return made
    coding = {"system": PHYSICAL, "code": code, "display": _PHYSICAL_WORDS[code]}
    return {**made, "physicalType": {"coding": [coding]}}


def _telecom(before: Sequence[Json], system: str, value: str) -> list[Json]:
    """Return the contact points with the first of a system set to a value, or gone where it is empty."""
    found: list[Json] = []
    done = False
    for one in before:
        if one.get("system") == system and not done:
            done = True
            if value:
                found.append({**one, "value": value})
        else:
            found.append(one)
    if value and not done:
        found.insert(0, {"system": system, "value": value, "use": "work"})
    return found


def _with_extension(made: Json, name: str, key: str, value: str) -> Json:
    if value == extension_of(made, name):
        return made
    kept = [one for one in made.get("extension") or () if one.get("url") != EXTENSION + name]
    return _set(made, "extension", [*kept, {"url": EXTENSION + name, key: value}] if value else kept)


def _set(made: Json, name: str, value: Any) -> Json:
    rest = {key: kept for key, kept in made.items() if key != name}
    return {**rest, name: value} if value else rest
