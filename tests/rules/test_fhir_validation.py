"""What is refused, and where it is said to be wrong."""

import json
from datetime import UTC, datetime

import pytest

from waypost.formats.fhir.validation import errors, validate

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">%s</div>'


def found(resource: dict) -> dict[str, str]:
    issues = errors(validate(json.dumps(resource), now=NOW))
    return {issue.expression: issue.diagnostics for issue in issues}


def patient(**more):
    return {"resourceType": "Patient", **more}


def observation(**more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more}


GOOD = [
    patient(birthDate="2024-02-29", deceasedDateTime="2024-02-29"),
    patient(
        _birthDate={
            "extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
            ]
        }
    ),
    patient(
        text={"status": "generated", "div": DIV % "<p>a&nbsp;b &amp; <b>c</b></p><img src='x.png' alt='x'/>"}
    ),
    patient(name=[{"family": "O'Neil <unknown>", "period": {"start": "2020", "end": "2020-01"}}]),
    patient(managingOrganization={"reference": "Organization?identifier=a|b"}),
    patient(managingOrganization={"reference": "urn:uuid:9b6a4b5e-7a8f-4f57-9b0c-0f5f6a3d7a10"}),
    patient(
        contained=[{"resourceType": "Organization", "id": "o", "name": "x"}],
        managingOrganization={"reference": "#o"},
    ),
    observation(valueQuantity={"value": 1.10, "unit": "cm"}),
    observation(effectivePeriod={"start": "2023-06-21", "end": "2023-06-21T06:20:00Z"}),
    {
        "resourceType": "RiskAssessment",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "prediction": [{"probabilityDecimal": 100}],
    },
]
BAD = [
    (patient(id="a b"), "Patient.id"),
    (patient(id="x" * 65), "Patient.id"),
    (patient(id="../etc"), "Patient.id"),
    (patient(gender="banana"), "Patient.gender"),
    (patient(birthDate="2023-02-29"), "Patient.birthDate"),
    (patient(birthDate="2026-11-26"), "Patient.birthDate"),
    (patient(birthDate="2020-05-05", deceasedDateTime="2020-05-03"), "Patient.deceased"),
    (patient(deceasedDateTime="2027"), "Patient.deceased"),
    (patient(deceasedDateTime="2021-02-29T05:00:00Z"), "Patient.deceased"),
    (patient(name=[{}]), "Patient.name[0]"),
    (patient(name=[{"family": "   "}]), "Patient.name[0].family"),
    (patient(name=[{"given": ["a", "\u0007"]}]), "Patient.name[0].given[1]"),
    (patient(name=[{"family": "x", "period": {"start": "2021", "end": "2020-05"}}]), "Patient.name[0].period"),
    (patient(name="x"), "Patient.name"),
    (patient(bogus=1), "Patient.bogus"),
    (patient(fhir_comments=["x"]), "Patient.fhir_comments"),
    (patient(telecom=[{"value": "5550100"}]), "Patient.telecom[0]"),
    (patient(telecom=[{"system": "carrier-pigeon", "value": "x"}]), "Patient.telecom[0].system"),
    (patient(contact=[{"gender": "female"}]), "Patient.contact[0]"),
    (patient(managingOrganization={"reference": "Gringotts/1"}), "Patient.managingOrganization.reference"),
    (patient(managingOrganization={"reference": "Organization/a b"}), "Patient.managingOrganization.reference"),
    (patient(managingOrganization={"reference": "Organization"}), "Patient.managingOrganization.reference"),
    (patient(managingOrganization={"reference": "#nobody"}), "Patient.managingOrganization.reference"),
    (patient(contained=[{"resourceType": "Organization", "id": "o", "name": "x"}]), "Patient.contained[0]"),
    (patient(text={"status": "generated", "div": DIV % "<script>x()</script>"}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": DIV % "<p onclick='x()'>x</p>"}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": DIV % "<a href=' javascript:x()'>x</a>"}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": DIV % "  "}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": "<div>x</div>"}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": DIV % "<p>x"}), "Patient.text.div"),
    (patient(text={"status": "generated", "div": "<!DOCTYPE x [<!ENTITY a 'b'>]>" + DIV % "&a;"}), "Patient.text.div"),
    (patient(extension=[{"url": "http://x", "valueString": "x", "extension": [{"url": "y", "valueString": "z"}]}]), "Patient.extension[0]"),
    (patient(extension=[{"url": "http://x"}]), "Patient.extension[0]"),
    (patient(photo=[{"contentType": "image/png", "data": "AAAA", "size": 4}]), "Patient.photo[0].size"),
    (patient(_birthDate={"extension": [{"url": "http://x"}]}), "Patient.birthDate.extension[0]"),
    (observation(code={}), "Observation.code"),
    (observation(code={"coding": [{"system": "loinc", "code": "1"}]}), "Observation.code.coding[0].system"),
    (observation(valueQuantity={"value": 1, "code": "cm"}), "Observation.value"),
    (observation(valueString="x", dataAbsentReason={"text": "y"}), "Observation"),
    (observation(component=[{"code": {"text": "c"}, "referenceRange": [{"appliesTo": [{"text": "x"}]}]}]), "Observation.component[0].referenceRange[0]"),
    ({"resourceType": "Appointment", "status": "booked", "participant": [{"status": "accepted"}]}, "Appointment"),
    (
        {"resourceType": "Slot", "schedule": {"reference": "Schedule/1"}, "status": "free", "start": "2026-01-01T10:00:00Z", "end": "2026-01-01T09:00:00Z"},
        "Slot.end",
    ),
    ({"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "Patient/1", "resource": patient(id="1", gender="x")}]}, "Bundle.entry[0].resource.gender"),
    ({"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "http://a/Patient/2", "resource": patient(id="1", active=True)}]}, "Bundle.entry[0].fullUrl"),
    ({"resourceType": "Nonsense"}, ""),
    ({"id": "x"}, ""),
]  # fmt: skip


@pytest.mark.parametrize("resource", GOOD)
def test_what_is_well_passes(resource):
    assert found(resource) == {}


@pytest.mark.parametrize(("resource", "place"), BAD)
def test_what_is_wrong_is_said_where_it_is(resource, place):
    assert place in found(resource)


def test_every_problem_is_said_at_once():
    many = patient(
        id="a b", gender="banana", birthDate="2023-02-30", name=[{}], telecom=[{"value": "x"}], bogus=1
    )
    assert set(found(many)) == {
        "Patient.id",
        "Patient.gender",
        "Patient.birthDate",
        "Patient.name[0]",
        "Patient.telecom[0]",
        "Patient.bogus",
    }


def test_a_door_may_expect_a_type():
    assert [
        issue.expression for issue in validate('{"resourceType":"Patient","active":true}', type="Observation")
    ] == ["Patient"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"resourceType":5}',
        '{"resourceType":["Patient"]}',
        '{"resourceType":"Patient","resourceType":"Patient"}',
    ],
)
def test_what_is_no_resource_is_said_to_be_none(text):
    assert errors(validate(text))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        1,
        "x",
        [],
        {},
        [[]],
        [None],
        {"a": {}},
        [{}],
        True,
        1.5,
        {"coding": 1},
        {"coding": [1]},
        {"reference": 5},
    ],
)
@pytest.mark.parametrize(
    "key",
    [
        "identifier",
        "name",
        "birthDate",
        "managingOrganization",
        "contained",
        "text",
        "extension",
        "meta",
        "contact",
        "_birthDate",
        "id",
        "maritalStatus",
    ],
)
def test_a_wrong_shape_is_reported_and_breaks_nothing(key, wrong):
    validate(json.dumps({"resourceType": "Patient", key: wrong}), now=NOW)
    validate(
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "entry": [{"resource": {"resourceType": "Patient", key: wrong}}, wrong],
            }
        ),
        now=NOW,
    )
    validate(
        json.dumps(
            {"resourceType": "SearchParameter", "component": wrong, "base": wrong, "derivedFrom": wrong}
        ),
        now=NOW,
    )
