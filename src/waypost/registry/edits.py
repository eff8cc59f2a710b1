"""Changing people: pure functions from a resource to its next content. What no form knows stays as it was."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from waypost.registry import about, fhir
from waypost.terminology.languages import language_name

Json = dict[str, Any]

LANGUAGE_SYSTEM = "urn:ietf:bcp:47"
ROLE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONTACT_SYSTEM = "http://terminology.hl7.org/CodeSystem/v2-0131"


def set_extensions(element: Json, name: str, kind: str, values: Sequence[Any]) -> None:
    """Put these values in place of all of our extension `name` (or of a full URL); others stay where they are."""
    url = name if ":" in name else fhir.EXTENSION + name
    kept = [x for x in element.get("extension", ()) if x.get("url") != url]
    kept += [{"url": url, kind: value} for value in values if value is not None]
    if kept:
        element["extension"] = kept
    else:
        element.pop("extension", None)


def set_extension(element: Json, name: str, kind: str, value: Any) -> None:
    set_extensions(element, name, kind, [] if value in (None, "") else [value])


def put(element: Json, key: str, value: Any) -> None:
    """Set a value, or take the key away where there is none: FHIR knows no empty values."""
    if value in (None, "", [], {}):
        element.pop(key, None)
    else:
        element[key] = value


@dataclass(frozen=True, slots=True)
class PhoneWish:
    number: str
    use: str = "mobile"
    owner: str = ""
    hours: str = ""
    voicemail: bool | None = None
    text: bool | None = None
    first: bool = False


def with_phone(person: Json, place: int | None, wish: PhoneWish | None, today: date) -> Json:
    """Return the person with the number at `place` changed as wished or ended, or with a new one where it is None."""
    made = deepcopy(person)
    every = made.setdefault("telecom", [])
    phone: Json | None = None if place is None else every[place]
    if wish is None:
        _end(phone, today)
        return made
    if phone is None:
        phone = {"system": "phone"}
        every.append(phone)
    phone["value"] = wish.number
    put(phone, "use", wish.use)
    set_extension(phone, "phone-owner", "valueString", wish.owner)
    set_extension(phone, "hours", "valueString", wish.hours)
    set_extension(phone, "voicemail-ok", "valueBoolean", wish.voicemail)
    set_extension(phone, "text-ok", "valueBoolean", wish.text)
    if wish.first:
        for other in every:
            other.pop("rank", None)
        phone["rank"] = 1
    about.set_declined(made, "phone", said=False)
    return made


def with_declined(patient: Json, what: str) -> Json:
    """Return the patient who was asked for a phone, an address or a language and declined."""
    made = deepcopy(patient)
    about.set_declined(made, what, said=True)
    return made


def with_email(person: Json, place: int | None, address: str, *, wanted: bool, today: date) -> Json:
    """Return the person with an e-mail address changed, added (`place` is None) or ended (`address` is '')."""
    made = deepcopy(person)
    every = made.setdefault("telecom", [])
    email = None if place is None else every[place]
    if not address:
        _end(email, today)
        return made
    if email is None:
        email = {"system": "email"}
        every.append(email)
    email["value"] = address
    set_extension(email, "email-ok", "valueBoolean", wanted)
    return made


def _end(telecom: Json | None, today: date) -> None:
    if telecom is not None:
        telecom["use"] = "old"
        telecom["period"] = {**telecom.get("period", {}), "end": today.isoformat()}
        telecom.pop("rank", None)


@dataclass(frozen=True, slots=True)
class AddressWish:
    lines: tuple[str, ...]
    city: str
    state: str
    postal: str
    moved: bool = True  # False: the same place, written right this time
    homeless: bool = False
    declined: bool = False


def with_address(person: Json, wish: AddressWish, today: date) -> Json:
    """Return the person living where wished: what was current is ended where they moved, mended where it was wrong."""
    made = deepcopy(person)
    about.set_declined(made, "address", said=False)
    every = made.setdefault("address", [])
    now = [a for a in every if a.get("use") not in {"old", "billing"} and fhir.current(a, today)]
    set_extension(made, "no-fixed-address", "valueBoolean", True if wish.homeless else None)
    nowhere = wish.homeless or wish.declined
    if nowhere or (wish.moved and now):
        for address in now:
            address["use"] = "old"
            address["period"] = {**address.get("period", {}), "end": _day_before(address, today)}
    if not nowhere:
        place = {} if wish.moved or not now else now[0]
        if not place:
            place.update({"use": "home"} | ({"period": {"start": today.isoformat()}} if now else {}))
            every.append(place)
        place.pop("text", None)
        put(place, "line", [line for line in wish.lines if line])
        put(place, "city", wish.city)
        put(place, "state", wish.state)
        put(place, "postalCode", wish.postal)
    put(made, "address", every)
    if wish.declined:
        about.set_declined(made, "address", said=True)
    return made


def _day_before(address: Json, today: date) -> str:
    """Return yesterday, or the day it began where it began later: a period never ends before it starts."""
    start = (address.get("period") or {}).get("start", "")[:10]
    return (
        max(start, (today - timedelta(days=1)).isoformat())
        if len(start) == 10
        else (today - timedelta(days=1)).isoformat()
    )


def with_zone(person: Json, zone: str) -> Json:
    """Return the person with the time zone they go by; '' for that of their address."""
    made = deepcopy(person)
    set_extension(made, "zone", "valueCode", zone or None)
    return made


def with_only_address(person: Json, keep: int, today: date) -> Json:
    """Return the person with one of several current addresses kept and the others ended."""
    made = deepcopy(person)
    now = fhir.current_addresses(made, today)
    for index, address in enumerate(now):
        if index != keep:
            address["use"] = "old"
            address["period"] = {**address.get("period", {}), "end": _day_before(address, today)}
    return made


@dataclass(frozen=True, slots=True)
class LanguageWish:
    spoken: str  # about.DECLINED where they would not say
    written: str = ""
    interpreter: bool | None = None
    needs: tuple[str, ...] = ()


def with_language(patient: Json, wish: LanguageWish) -> Json:
    """Return the patient with the language to speak and to write, the interpreter and the needs as wished."""
    made = deepcopy(patient)
    about.set_declined(made, "language", said=False)
    every = made.setdefault("communication", [])
    chosen = None
    for item in every:
        item.pop("preferred", None)
        if any(c.get("code") == wish.spoken for c in item.get("language", {}).get("coding", ())):
            chosen = item
    if wish.spoken and wish.spoken != about.DECLINED:
        if chosen is None:
            coding = {"system": LANGUAGE_SYSTEM, "code": wish.spoken, "display": language_name(wish.spoken)}
            chosen: Json | None = {"language": {"coding": [coding]}}
            every.insert(0, chosen)
        chosen["preferred"] = True
    put(made, "communication", every)
    if wish.spoken == about.DECLINED:
        about.set_declined(made, "language", said=True)
    set_extension(
        made, "written-language", "valueCode", wish.written if wish.written != wish.spoken else None
    )
    set_extension(made, fhir.INTERPRETER, "valueBoolean", wish.interpreter)
    set_extensions(made, "need", "valueString", [n for n in wish.needs if n])
    return made


@dataclass(frozen=True, slots=True)
class PersonWish:
    family: str
    given: str
    preferred: str = ""
    birth: date | None = None
    birth_unknown: bool = False
    keep_former: bool = False  # the name changed; False: it was written wrong


def with_person(patient: Json, wish: PersonWish) -> Json:
    """Return the patient with names and birth date as wished; a name that was changed stays as a former one."""
    made = deepcopy(patient)
    every = made.setdefault("name", [])
    official = fhir.legal_name(made)
    given = wish.given.split()
    if (official.get("family", ""), official.get("given", [])) != (wish.family, given):
        if official and wish.keep_former:
            every.append({**deepcopy(official), "use": "old"})
        if not official:
            official = {}
            every.insert(0, official)
        official["use"] = "official"
        official.pop("text", None)
        put(official, "family", wish.family)
        put(official, "given", given)
    usual = next(fhir.names(made, "usual", "nickname"), None)
    if not wish.preferred and usual:
        every.remove(usual)
    elif wish.preferred:
        if usual is None:
            usual: Json | None = {"use": "usual"}
            every.append(usual)
        usual.pop("text", None)
        usual["given"] = wish.preferred.split()
    _set_birth(made, wish)
    return made


def _set_birth(patient: Json, wish: PersonWish) -> None:
    if wish.birth is not None:
        patient["birthDate"] = wish.birth.isoformat()
        patient.pop("_birthDate", None)
    elif wish.birth_unknown:
        patient.pop("birthDate", None)
        patient["_birthDate"] = {"extension": [{"url": fhir.ABSENT, "valueCode": "unknown"}]}



@dataclass(frozen=True, slots=True)
class RelationWish:
    given: str
    family: str
    relationship: str = ""  # v3-RoleCode
    phone: str = ""
    about: tuple[fhir.Leave, ...] = ()
    guardian: bool = False
    may_consent: bool = False
    may_bring: bool = False
    emergency: bool = False


def related(patient: str, old: Json | None, wish: RelationWish, today: date) -> Json:
    """Return a RelatedPerson as wished; a new one stands beside the patient from today, and one who had left again.

    The last day of a leave belongs to its topic: being related, a guardian or the emergency contact ends with none.
    """
    made: Json = (
        deepcopy(old)
        if old
        else {"resourceType": "RelatedPerson", "patient": {"reference": f"Patient/{patient}"}}
    )
    made["active"] = True
    name = (made.get("name") or [{}])[0]
    put(name, "given", wish.given.split())
    put(name, "family", wish.family)
    name.pop("text", None)
    made["name"] = [name, *made.get("name", [])[1:]]
    made["relationship"] = _relationship(made.get("relationship", []), wish)
    put(made, "relationship", made["relationship"])
    _set_number(made, wish.phone)
    if not old:
        made["period"] = {"start": today.isoformat()}
    elif fhir.plainly_discussed(old) or not fhir.current(old, today):
        _without_end(made)
    set_leaves(made, wish.about, today)
    set_extension(made, "may-consent", "valueBoolean", True if wish.may_consent else None)
    set_extension(made, "may-bring", "valueBoolean", True if wish.may_bring else None)
    return made


def set_leaves(person: Json, wished: Sequence[fhir.Leave], today: date) -> None:
    """Put this leave to be told in place of what stood; what is over and not given anew stays as it was."""
    topics = {leave.topic for leave in wished}
    over = [leave for leave in fhir.leaves(person) if not leave.stands(today) and leave.topic not in topics]
    kept = [x for x in person.get("extension", ()) if x.get("url") != fhir.EXTENSION + "may-discuss"]
    put(person, "extension", kept + [fhir.leave_extension(leave) for leave in (*over, *wished)])


def _without_end(person: Json) -> None:
    put(person, "period", {k: v for k, v in person.get("period", {}).items() if k != "end"})


def _relationship(old: list[Json], wish: RelationWish) -> list[Json]:
    """Return the relationships as wished; those that no form offers stay."""
    ours = {"GUARD", "C"}
    kept = [
        r
        for r in old
        if not {c.get("code") for c in r.get("coding", ())}
        & (ours | ({wish.relationship} if wish.relationship else set()))
    ]
    if wish.relationship:
        from_form = {
            c.get("code") for r in kept for c in r.get("coding", ()) if c.get("system") == ROLE_SYSTEM
        }
        kept = [r for r in kept if not {c.get("code") for c in r.get("coding", ())} & from_form]
        kept.insert(0, {"coding": [{"system": ROLE_SYSTEM, "code": wish.relationship}]})
    if wish.guardian:
        kept.append({"coding": [{"system": ROLE_SYSTEM, "code": "GUARD"}]})
    if wish.emergency:
        kept.append({"coding": [{"system": CONTACT_SYSTEM, "code": "C"}]})
    return kept


def _set_number(person: Json, number: str) -> None:
    every = person.get("telecom", [])
    phone = next((t for t in every if t.get("system") == "phone"), None)
    if number and phone is None:
        every = [{"system": "phone", "value": number}, *every]
    elif number and phone is not None and phone["value"] != number:
        phone["value"] = number
    elif not number and phone is not None:
        every = [t for t in every if t is not phone]
    put(person, "telecom", every)


def with_leave_ended(person: Json, on: date) -> Json:
    """Return a RelatedPerson whose leave to be told ends with a day, and nothing else of what they are."""
    made = deepcopy(person)
    ended = [fhir.Leave(leave.topic, on) if leave.stands(on) else leave for leave in fhir.leaves(person)]
    if fhir.plainly_discussed(person):
        _without_end(made)
    set_leaves(made, ended, on)
    return made


def with_minority_ended(person: Json, last: date) -> Json:
    """Return a RelatedPerson of someone who has come of age: leave to be told, to consent and to bring ends with a day.

    A mother stays the mother and the emergency contact; whoever was nothing but the guardian is no longer beside them.
    """
    made = with_leave_ended(person, last)
    if fhir.extension(made, "may-consent") is not None:
        set_extension(made, "may-consent", "valueBoolean", False)
    set_extension(made, "may-bring", "valueBoolean", None)
    left = []
    for kind in made.get("relationship", ()):
        others = [c for c in kind.get("coding", ()) if c.get("code") != "GUARD"]
        if others or not kind.get("coding"):
            left.append({**kind, **({"coding": others} if others else {})})
    if left or not made.get("relationship"):
        put(made, "relationship", left)
        return made
    return with_relation_ended(made, last)


def with_relation_ended(person: Json, on: date) -> Json:
    """Return a RelatedPerson who is beside the patient no longer than to a day."""
    made = deepcopy(person)
    start = (made.get("period") or {}).get("start", "")[:10]
    made["period"] = {**made.get("period", {}), "end": max(start, on.isoformat())}
    return made
