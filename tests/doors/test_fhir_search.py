"""Searching by the FHIR door: parameters, order, pages, includes, strictness."""

import json
from datetime import timedelta

import pytest
from tests.doors.test_fhir_interactions import PATIENT, observation


def patient(family, given="Ana", **more):
    return {"resourceType": "Patient", "name": [{"family": family, "given": [given]}], **more}


@pytest.fixture
def people(door):
    rows = [
        patient("Castillo", "Marisol", birthDate="1957-03-12", gender="female",
                identifier=[{"system": "urn:waypost:mrn", "value": "004182"}],
                telecom=[{"system": "phone", "value": "(555) 555-0142"}]),
        patient("Castillo Vega", "José", birthDate="1957-03-12", gender="male", active=False),
        patient("Caso", "Li", birthDate="2001", gender="female", address=[{"city": "Springfield", "postalCode": "01101"}]),
        patient("Young", "Castor", birthDate="1990-07", deceasedBoolean=True),
        patient("O'Neil", "Zoë"),
    ]  # fmt: skip
    return {row["name"][0]["given"][0]: door.make(row)["id"] for row in rows}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=cas", "Marisol José Li Castor"),
        ("name=castillo", "Marisol José"),
        ("family=CASTÍLLO", "Marisol José"),
        ("family:exact=Castillo", "Marisol"),
        ("family:exact=castillo", ""),
        ("given:exact=José", "José"),
        ("family:contains=vega", "José"),
        ("given=jose", "José"),
        ("given=zoe,li", "Zoë Li"),
        ("name=castillo&gender=male", "José"),
        ("gender:not=female", "José Castor Zoë"),
        ("gender:missing=true", "Castor Zoë"),
        ("birthdate=1957-03-12", "Marisol José"),
        ("birthdate=1957", "Marisol José"),
        ("birthdate=ge1990", "Li Castor"),
        ("birthdate=gt1990-07&birthdate=le2001", "Li"),
        ("birthdate=lt1990", "Marisol José"),
        ("birthdate=ne1957-03-12", "Li Castor"),
        ("birthdate:missing=true", "Zoë"),
        ("identifier=urn:waypost:mrn|004182", "Marisol"),
        ("identifier=004182", "Marisol"),
        ("identifier=urn:waypost:mrn|", "Marisol José Li Castor Zoë"),
        ("identifier=|004182", ""),
        ("phone=5555550142", "Marisol"),
        ("active=false", "José"),
        ("address-city=spring", "Li"),
        ("address-postalcode=01101", "Li"),
        ("deceased=true", "Castor"),
        ("name=o'neil", "Zoë"),
        ("name=%25", ""),
        ("name=cas%27%3BDROP TABLE records_current", ""),
        ("_lastUpdated=ge2026-11-24", "Marisol José Li Castor Zoë"),
        ("_lastUpdated=lt2026-11-24", ""),
    ],
)
def test_patients_are_found(door, people, query, found):
    answer = door.get(f"Patient?{query}")
    assert answer.status == 200, answer.text
    assert set(answer.ids) == {people[name] for name in found.split()}
    assert answer.json["total"] == len(found.split())
    form = door.call(
        "POST",
        "Patient/_search",
        raw=query.encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert form.ids == answer.ids


def test_what_the_search_understood_stands_in_its_address(door, people):
    answer = door.get("Patient?name=cas&colour=red&_count=2")
    assert answer.link("self").endswith("/fhir/Patient?name=cas&_count=2")
    (warning,) = [e["resource"] for e in answer.json["entry"] if e["search"]["mode"] == "outcome"]
    assert warning["issue"][0]["severity"] == "warning"
    strict = door.get("Patient?name=cas&colour=red", Prefer="handling=strict")
    assert (strict.status, strict.codes, strict.expressions) == (
        400,
        ["api.parameter-unknown"],
        ["http.colour"],
    )


@pytest.mark.parametrize(
    "query",
    [
        "birthdate=soon",
        "_count=x",
        "_sort=",
        "_total=maybe",
        "_cursor=xx",
        "_cursor=WyJhIl0",
        "birthdate:exact=2000",
        "name=%00",
        "_summary=long",
        "name=%ff",
    ],
)
def test_what_cannot_be_read_is_refused(door, people, query):
    answer = door.get(f"Patient?{query}")
    assert answer.status in {200, 400}, answer.text
    if query not in {"_sort=", "_cursor=WyJhIl0"}:
        assert answer.status == 400


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("family", "Caso Marisol José Zoë Castor"),
        ("-family", "Castor Zoë José Marisol Caso"),
        ("birthdate", "Marisol José Castor Li Zoë"),
        ("-birthdate", "Li Castor José Marisol Zoë"),
        ("gender,-family", ""),
    ],
)
def test_order_and_pages(door, people, order, names):
    whole = door.get(f"Patient?_sort={order}")
    seen, url = [], f"Patient?_sort={order}&_count=2"
    while url:
        page = door.get(url)
        assert page.status == 200, page.text
        seen += page.ids
        url = page.link("next")
    assert seen == whole.ids
    assert len(set(seen)) == 5
    by_id = {v: k for k, v in people.items()}
    if names:
        wanted = ["Li" if n == "Caso" else n for n in names.split()]
        got = [by_id[i] for i in seen]
        if order.endswith("birthdate"):
            assert {got[0], got[1]} == {wanted[0], wanted[1]} or got[0] == wanted[0]
            assert got[-1] == "Zoë"
        else:
            assert got == wanted


def test_pages_neither_skip_nor_repeat_while_others_write(door, clock):
    stay = [door.make(observation_without_patient(f"2026-01-{n + 1:02}"))["id"] for n in range(12)]
    seen, url, turn = [], "Observation?_sort=-date&_count=3", 0
    while url:
        page = door.get(url)
        seen += page.ids
        url = page.link("next")
        turn += 1
        clock.advance(timedelta(seconds=1))
        door.make(observation_without_patient("2026-02-01"))
        door.make(observation_without_patient("2025-12-01"))
        undated = observation_without_patient("2025-12-01")
        del undated["effectiveDateTime"]
        if turn < 4:
            door.make(undated)
    assert [i for i in seen if i in stay] == stay[::-1]
    assert len(seen) == len(set(seen))


def observation_without_patient(date):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "A1c"},
        "effectiveDateTime": date,
    }


def test_results_of_a_patient(door):
    ana, bo = door.make(PATIENT)["id"], door.make(PATIENT)["id"]
    mine = [
        door.make(observation(ana, value=v, effectiveDateTime=f"2026-0{n + 1}-01"))["id"]
        for n, v in enumerate([7.1, 8.4, 9.0])
    ]
    door.make(observation(bo))
    newest = door.get(f"Observation?patient={ana}&code=http://loinc.org|4548-4&_sort=-date")
    assert newest.ids == mine[::-1]
    assert door.get(f"Observation?subject=Patient/{ana}&date=ge2026-02&date=lt2026-03").ids == [mine[1]]
    assert door.get(f"Observation?patient={ana}&value-quantity=gt8.4").ids == [mine[2]]
    assert set(door.get(f"Observation?patient={ana}&value-quantity=ge8.4").ids) == {mine[1], mine[2]}
    assert door.get(f"Observation?patient={ana}&value-quantity=8.40||%25").ids == [mine[1]]
    assert door.get(f"Observation?patient={ana}&value-quantity=8").ids == [mine[1]]
    assert door.get(f"Observation?patient={ana}&value-quantity=10").ids == []
    assert door.get(f"Observation?patient={ana}&code:not=4548-4").ids == []
    assert door.get("Observation?patient.name=castillo&code=4548-4").json["total"] == 4
    assert door.get("Patient?_has:Observation:patient:value-quantity=gt8.9").ids == [ana]


def test_what_comes_with_a_page(door):
    ana = door.make(PATIENT)["id"]
    seen = door.make(observation(ana))["id"]
    with_patient = door.get(f"Observation?_id={seen}&_include=Observation:subject")
    modes = {(e["resource"]["resourceType"], e["search"]["mode"]) for e in with_patient.json["entry"]}
    assert modes == {("Observation", "match"), ("Patient", "include")}
    back = door.get(f"Patient?_id={ana}&_revinclude=Observation:patient")
    assert [e["resource"]["id"] for e in back.json["entry"]] == [ana, seen]
    assert (
        door.get(f"Observation?_id={seen}&_include=Observation:*").json["entry"][1]["resource"]["id"] == ana
    )
    assert (
        door.get(f"Observation?_id={seen}&_include=Observation:subject:Device").json.get("entry", [])[1:]
        == []
    )


def test_counting_and_summaries(door, people):
    assert door.get("Patient?_summary=count").json == {
        **door.get("Patient?_summary=count").json,
        "total": 5,
        "type": "searchset",
    }
    assert "entry" not in door.get("Patient?_count=0").json
    assert "total" not in door.get("Patient?_count=2").json
    assert door.get("Patient?_count=2&_total=accurate").json["total"] == 5
    only = door.get("Patient?_id=" + people["Marisol"] + "&_elements=gender").json["entry"][0]["resource"]
    assert set(only) == {"resourceType", "id", "meta", "gender"}
    assert only["meta"]["tag"][0]["code"] == "SUBSETTED"
    short = door.get("Patient?_id=" + people["Marisol"] + "&_summary=true").json["entry"][0]["resource"]
    assert "name" in short


def test_decimals_come_back_as_they_were_written(door):
    text = (
        '{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":1.10}}'
    )
    made = door.call("POST", "Observation", text).json
    for more in ("", "&_elements=valueQuantity"):
        assert '"value":1.10' in door.get(f"Observation?_id={made['id']}{more}").text


def test_the_audit_names_every_patient_a_search_returned(door, tenant, people):
    from django.db import connection

    from waypost.records import tenancy

    door.get("Patient?family=castillo")
    tenancy.enter(tenant.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content FROM audit_entry WHERE tenant = %s AND action = 'search' ORDER BY at DESC, seq DESC LIMIT 1",
            [tenant.pk],
        )
        found = json.loads(cursor.fetchone()[0])
    assert found["detail"]["patients"] == sorted([people["Marisol"], people["José"]])
    assert "astillo" not in json.dumps(found)


def test_one_patients_results_come_in_pages_the_undated_last(door):
    ana = door.make(PATIENT)["id"]
    dated = [door.make(observation(ana, effectiveDateTime=f"2026-01-{n + 1:02}"))["id"] for n in range(5)]
    undated = [door.make(observation(ana))["id"] for _ in range(4)]
    for order, first in (("-date", dated[::-1]), ("date", dated)):
        seen, url = [], f"Observation?patient={ana}&_sort={order}&_count=2"
        while url:
            page = door.get(url)
            assert page.status == 200, page.text
            seen += page.ids
            url = page.link("next")
        assert seen[:5] == first
        assert set(seen[5:]) == set(undated)
        assert len(seen) == 9


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code-value-quantity=http://loinc.org|2823-3$gt5", ["high"]),
        ("code-value-quantity=http://loinc.org|2823-3$ge4||mmol/L", ["high", "usual"]),
        ("code-value-quantity=2823-3$gt5,2951-2$gt139", ["high", "sodium"]),
        ("code-value-quantity=2951-2$gt150", []),
    ],
)
def test_a_composite_asks_two_things_of_one_resource(door, query, found):
    patient = door.make(PATIENT)["id"]
    rows = (("high", "2823-3", 5.9), ("usual", "2823-3", 4.2), ("sodium", "2951-2", 140))
    for id, code, value in rows:
        made = observation(patient) | {
            "id": id, "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        }  # fmt: skip
        assert door.put(f"/Observation/{id}", made).status == 201
    answer = door.get(f"/Observation?patient={patient}&{query}&_sort=_id")
    assert [entry["resource"]["id"] for entry in answer.json["entry"]] == found if found else "entry" not in answer.json
    assert [link["url"] for link in answer.json["link"] if "code-value-quantity" in link["url"]]


def test_a_composite_with_a_part_missing_is_refused(door):
    answer = door.get("/Observation?code-value-quantity=2823-3")
    assert answer.status == 400
    assert "2 values joined by $" in answer.json["issue"][0]["diagnostics"]


def pressure(patient, **parts):
    """An Observation whose components are named by their codes."""
    def part(code, value):
        held = {"valueQuantity": {"value": value, "unit": "mmHg"}} if isinstance(value, (int, float)) else {"valueCodeableConcept": {"coding": [{"code": value}]}}
        return {"code": {"coding": [{"system": "urn:x", "code": code}]}} | held

    return observation(patient) | {"code": {"coding": [{"code": "bp"}]}, "component": [part(code, value) for code, value in parts.items()]}


def test_the_parts_of_a_composite_stand_in_one_element(door):
    ana, ben = door.make(PATIENT)["id"], door.make(PATIENT)["id"]
    high = door.make(pressure(ana, systolic=150, diastolic=80))["id"]
    crossed = door.make(pressure(ana, systolic=80, diastolic=150))["id"]
    lying = door.make(pressure(ben, systolic=150, position="lying"))["id"]
    asked = "component-code-value-quantity=systolic$gt140"
    assert set(door.get(f"Observation?{asked}").ids) == {high, lying}
    assert door.get(f"Observation?patient={ana}&{asked}&_sort=-date").ids == [high]
    assert door.get(f"Observation?patient={ana}&combo-code-value-quantity=urn:x|diastolic$gt140,nothing$1").ids == [crossed]
    assert door.get("Observation?component-code-value-concept=position$lying").ids == [lying]
    assert door.get("Observation?component-code-value-concept=systolic$lying").ids == []
    assert door.get(f"Patient?_has:Observation:patient:{asked}&_id={ben}").ids == [ben]
    page = door.get(f"Observation?{asked}&_count=1&_total=accurate&_sort=_id")
    assert page.json["total"] == 2
    assert page.ids + door.get(page.link("next")).ids == sorted([high, lying])


def test_a_number_too_large_for_the_database_is_kept_and_not_found(door):
    ana = door.make(PATIENT)["id"]
    text = json.dumps(pressure(ana, systolic=150, diastolic=80)).replace("80", "1e200000")
    assert door.call("POST", "Observation", raw=text.encode()).status == 201
    assert door.get("Observation?component-code-value-quantity=systolic$gt140").ids == []


@pytest.mark.parametrize("value", ["42.36", "91|0", "0|181", "42|-71|far", "42|-71|5|ly", "42|-71|5|km|more", "a|b"])
def test_a_place_that_is_none_is_refused(door, value):
    assert door.get(f"Location?near={value}").status == 400


@pytest.mark.parametrize("query", ["component-code-value-quantity=x", "component-code-value-quantity=$5", "component-code-value-quantity=x$5$5", "component-code-value-quantity:missing=true"])
def test_a_composite_that_lacks_a_part_is_refused(door, query):
    assert door.get(f"Observation?{query}").status == 400


VALUE_SET = "http://hl7.org/fhir/ValueSet/"


def test_a_value_set_that_can_be_listed_is_asked_for(door):
    ana = door.make(PATIENT)["id"]
    final = door.make(observation(ana))["id"]
    draft = door.make(observation(ana, status="preliminary"))["id"]
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"

    def condition(system, code):
        known = {"clinicalStatus": {"coding": [{"system": system, "code": code}]}} if system else {}
        return door.make({"resourceType": "Condition", "subject": {"reference": f"Patient/{ana}"}} | known)["id"]

    active, unsaid = condition(clinical, "active"), condition("", "")
    assert set(door.get(f"Observation?status:in={VALUE_SET}observation-status").ids) == {final, draft}
    assert door.get(f"Observation?status:not-in={VALUE_SET}observation-status").ids == []
    assert door.get(f"Observation?status:in={VALUE_SET}diagnostic-report-status").ids == []  # alike, of another system
    assert door.get(f"Condition?clinical-status:in={VALUE_SET}condition-clinical|4.0.1").ids == [active]
    assert door.get(f"Condition?clinical-status:not-in={VALUE_SET}condition-clinical").ids == [unsaid]
    assert set(door.get(f"Observation?status:in={VALUE_SET}observation-status,{VALUE_SET}event-status&subject={ana}").ids) == {final, draft}
    for refused in ("Observation?code:in=urn:x:mine", f"Patient?identifier:in={VALUE_SET}observation-status", "Observation?status:above=final"):
        assert door.get(refused).status == 400, refused


def test_a_range_reaches_from_its_low_to_its_high(door):
    ana = door.make(PATIENT)["id"]

    def begun(**onset):
        return door.make({"resourceType": "Condition", "subject": {"reference": f"Patient/{ana}"}, **onset})["id"]

    def years(value):
        return {"value": value, "unit": "a"}

    child = begun(onsetRange={"low": years(5), "high": years(10)})
    adult = begun(onsetRange={"low": years(18)})
    at = begun(onsetAge={"value": 9, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"})
    for asked, found in (("gt9.5", {child, adult}), ("lt5.5", {child}), ("ge9", {child, adult, at}), ("sa9", {adult}), ("eb12", {child, at}), ("9", {at}), ("le4", set())):
        assert set(door.get(f"Condition?onset-age={asked}").ids) == found, asked
