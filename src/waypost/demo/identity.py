"""A person as a FHIR Patient, and the people round them: guardians, proxies, emergency contacts, care team."""

from datetime import date, timedelta
from random import Random

from waypost.demo import names
from waypost.demo.fhir import MRN, THO, Json, coding, concept, day, ext, may_discuss, ref, tho
from waypost.demo.people import Home, Person, phone_number, race_display
from waypost.demo.places import CENTER, CENTER_ID
from waypost.demo.staff import Staff, language
from waypost.kernel import ids

_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_OMB = "urn:oid:2.16.840.1.113883.6.238"
_INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def own_id(person: Person, *parts: str) -> str:
    """Return an id derived from the person's, so that the same fact has the same id in a second run."""
    return str(ids.uuid5_of("demo", person.id, *parts))


def patient(person: Person, survivors: dict[str, str]) -> Json:
    made: Json = {
        "resourceType": "Patient",
        "id": person.id,
        "extension": _extensions(person),
        "identifier": [
            {
                "use": "usual",
                "type": tho("v2-0203", "MR", "Medical record number"),
                "system": MRN,
                "value": person.mrn,
                "assigner": ref(f"Organization/{CENTER_ID}", CENTER),
            }
        ],
        "active": not person.merged_into,
        "name": _names(person),
    }
    if person.tags & {"restricted", "staff"}:
        made["meta"] = {"security": [coding(THO + "v3-Confidentiality", "R", "restricted")]}
    if telecom := _telecom(person):
        made["telecom"] = telecom
    made["gender"] = "other" if person.gender else person.sex
    if person.born:
        made["birthDate"] = day(person.born)
    else:
        made["_birthDate"] = {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
    if person.died:
        made["deceasedDateTime"] = day(person.died)
    if person.home:
        made["address"] = [
            _address(home, person.registered) for home in (person.home, person.second_home) if home
        ]
    if person.multiple:
        made["multipleBirthInteger"] = person.multiple
    made["communication"] = [language(person.language, preferred=True)]
    if person.language != "en" and not person.interpreter:
        made["communication"].append(language("en", preferred=False))
    made["generalPractitioner"] = [ref(person.pcp.reference, person.pcp.shown)]
    made["managingOrganization"] = ref(f"Organization/{CENTER_ID}", CENTER)
    if person.merged_into:
        made["link"] = [{"other": ref(f"Patient/{survivors[person.merged_into]}"), "type": "replaced-by"}]
    return made


def _extensions(person: Person) -> list[Json]:
    made: list[Json] = []
    if person.race:
        made.append(_omb("race", person.race, race_display(person.race)))
    else:
        made.append(
            {"url": f"{_CORE}race", "extension": [{"url": "text", "valueString": "Declined to answer"}]}
        )
    made.append(
        _omb(
            "ethnicity",
            *(("2135-2", "Hispanic or Latino") if person.hispanic else ("2186-5", "Not Hispanic or Latino")),
        )
    )
    made.append({"url": f"{_CORE}birthsex", "valueCode": "F" if person.sex == "female" else "M"})
    if person.gender:
        made.append({"url": f"{_CORE}genderIdentity", "valueCodeableConcept": concept(text="Non-binary")})
    if person.pronouns:
        made.append(ext("pronouns", "String", person.pronouns))
    if person.interpreter:
        made.append({"url": _INTERPRETER, "valueBoolean": True})
    made.append(ext("written-language", "Code", person.written or "en"))
    if person.home is None:
        made.append(ext("no-fixed-address", "Boolean", True))
    made.extend(ext("need", "String", need) for need in person.needs)
    return made


def _omb(kind: str, code: str, display: str) -> Json:
    return {
        "url": f"{_CORE}{kind}",
        "extension": [
            {"url": "ombCategory", "valueCoding": coding(_OMB, code, display)},
            {"url": "text", "valueString": display},
        ],
    }


def _names(person: Person) -> list[Json]:
    made: list[Json] = [{"use": "official", "family": person.family, "given": person.given}]
    if person.preferred:
        made.append({"use": "usual", "family": person.family, "given": [person.preferred]})
    if person.former_family:
        made.append({"use": "maiden", "family": person.former_family, "given": person.given})
    return made


def _telecom(person: Person) -> list[Json]:
    made: list[Json] = []
    if person.phone:
        kept = [
            ext("voicemail-ok", "Boolean", person.voicemail),
            ext("text-ok", "Boolean", person.texts),
        ]
        if person.phone_owner:
            kept.append(ext("phone-owner", "String", person.phone_owner))
        if person.hours:
            kept.append(ext("hours", "String", person.hours))
        made.append({"extension": kept, "system": "phone", "value": person.phone, "use": "mobile", "rank": 1})
    if person.second_phone:
        off = [ext("voicemail-ok", "Boolean", False), ext("text-ok", "Boolean", False)]
        made.append(
            {"extension": off, "system": "phone", "value": person.second_phone, "use": "home", "rank": 2}
        )
    if person.email:
        made.append(
            {
                "extension": [ext("email-ok", "Boolean", person.email_ok)],
                "system": "email",
                "value": person.email,
                "use": "home",
            }
        )
    return made


def _address(home: Home, since: date) -> Json:
    line = [home.line, home.unit] if home.unit else [home.line]
    return {
        "use": "home", "type": "both", "line": line, "city": home.city, "state": home.state, "postalCode": home.zip_code, "country": "US",
        "period": {"start": day(since)},
    }  # fmt: skip


def _related(person: Person, key: str, name: Json, codes: list[Json], **more: object) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "id": own_id(person, "related", key),
        "active": True,
        "patient": ref(person.reference, person.shown),
        "relationship": codes,
        "name": [name],
        **more,
    }


def _role(code: str, display: str) -> Json:
    return concept(coding(THO + "v3-RoleCode", code, display), text=display)


_EMERGENCY = concept(coding(THO + "v2-0131", "C", "Emergency Contact"), text="Emergency contact")
_KIN = {
    "daughter": ("DAUC", "daughter", "female"), "son": ("SONC", "son", "male"), "spouse": ("SPS", "spouse", ""),
    "sister": ("SIS", "sister", "female"), "mother": ("MTH", "mother", "female"), "friend": ("FRND", "unrelated friend", ""),
    "neighbor": ("NBOR", "neighbor", ""), "father": ("FTH", "father", "male"),
}  # fmt: skip


def circle(person: Person, today: date) -> list[Json]:
    """Return those who may act for, or be told about, a person."""
    rng = Random(f"{person.id}:circle")
    if person.is_child and person.born:
        return _guardians(rng, person)
    if "no-one" in person.tags:
        return []
    made = []
    community = next(each for each in names.COMMUNITIES if each.key == person.community)
    if rng.random() < (0.82 if person.age > 64 else 0.62):
        kind = rng.choice(
            ("daughter", "son", "daughter", "spouse")
            if person.age > 60
            else ("spouse", "sister", "mother", "friend")
        )
        code, shown, sex = _KIN[kind]
        sex = sex or (person.sex if rng.random() < 0.08 else "male" if person.sex == "female" else "female")
        family = person.family if kind != "friend" else rng.choice(community.families)
        given = names.pick_given(rng, community, sex, family)[:1]
        about = rng.choice((["visits"], ["visits", "bills"], ["visits", "clinical"], ["all"]))
        period: Json = {"start": day(today - timedelta(days=rng.randrange(30, 700)))}
        until = None
        if rng.random() < 0.45:
            until = today + timedelta(days=rng.choice([45, 120, 200, 365]))
        made.append(
            _related(
                person, kind, {"use": "official", "family": family, "given": given},
                [_role(code, shown)] + ([_EMERGENCY] if rng.random() < 0.85 else []),
                telecom=[{"system": "phone", "value": phone_number(person.index + 700, 1), "use": "mobile"}],
                gender=sex, period=period, extension=[may_discuss(what, until) for what in about],
            )
        )  # fmt: skip
    elif rng.random() < 0.7:
        family = rng.choice(community.families)
        given = names.pick_given(rng, community, "female", family)[:1]
        made.append(
            _related(
                person, "emergency", {"use": "official", "family": family, "given": given}, [_role(*_KIN["friend"][:2]), _EMERGENCY],
                telecom=[{"system": "phone", "value": phone_number(person.index + 900, 1), "use": "mobile"}],
            )
        )  # fmt: skip
    return made


def _guardians(rng: Random, person: Person) -> list[Json]:
    assert person.born
    community = next(each for each in names.COMMUNITIES if each.key == person.community)
    adult = person.guardian
    kind = "father" if adult and adult.sex == "male" else "mother"
    if person.phone_owner in {"mother", "father"} and not adult:
        kind = person.phone_owner
    code, shown, sex = _KIN[kind]
    given = adult.given if adult else names.pick_given(rng, community, sex, person.family)[:1]
    family = adult.family if adult else person.family
    phone = (adult.phone if adult else None) or person.phone
    more: Json = {
        "gender": sex,
        "period": {"start": day(person.born)},
        "extension": [
            ext("may-consent", "Boolean", True),
            may_discuss("all"),
            ext("may-bring", "Boolean", True),
        ],
    }
    if phone:
        more["telecom"] = [{"system": "phone", "value": phone, "use": "mobile"}]
    made = [
        _related(
            person, "guardian", {"use": "official", "family": family, "given": list(given)},
            [_role(code, shown), _role("GUARD", "guardian"), _EMERGENCY], **more,
        )
    ]  # fmt: skip
    if rng.random() < 0.4:
        aunt = names.pick_given(rng, community, "female", person.family)[:1]
        made.append(
            _related(
                person, "brings", {"use": "official", "family": person.family, "given": aunt}, [_role("GRMTH", "grandmother")],
                telecom=[{"system": "phone", "value": phone_number(person.index + 300, 1), "use": "mobile"}], gender="female",
                extension=[ext("may-bring", "Boolean", True), ext("may-consent", "Boolean", False), may_discuss("visits")],
                period={"start": day(person.born)},
            )
        )  # fmt: skip
    return made


def care_team(
    person: Person, cardiologist: Staff | None, nurse: Staff | None, family: Json | None
) -> Json | None:
    """Return the care team of someone whose care is coordinated: the lead coordinator stands first."""
    lasting = [illness for illness in person.illnesses if illness.until is None]
    if len(lasting) < 2 and "complex" not in person.tags:
        return None
    members = [
        _member("coordinator", "Care coordinator", person.coordinator.reference, person.coordinator.shown),
        _member("pcp", "Primary care provider", person.pcp.reference, person.pcp.shown),
    ]
    if cardiologist:
        members.append(_member("specialist", "Cardiology", cardiologist.reference, cardiologist.shown))
    if nurse:
        members.append(_member("nurse", "Nurse", nurse.reference, nurse.shown))
    if family:
        name = family["name"][0]
        members.append(
            _member(
                "family", "Family", f"RelatedPerson/{family['id']}", f"{name['given'][0]} {name['family']}"
            )
        )
    return {
        "resourceType": "CareTeam",
        "id": own_id(person, "care-team"),
        "status": "active",
        "name": "Care team",
        "subject": ref(person.reference, person.shown),
        "period": {"start": day(person.registered)},
        "participant": members,
        "managingOrganization": [ref(f"Organization/{CENTER_ID}", CENTER)],
    }


def _member(code: str, text: str, who: str, shown: str) -> Json:
    return {
        "role": [concept(coding("urn:waypost:care-role", code, text), text=text)],
        "member": ref(who, shown),
    }
