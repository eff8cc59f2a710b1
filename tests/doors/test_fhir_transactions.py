"""Batches, each entry for itself; transactions, all or nothing."""

import threading

from tests.doors.test_fhir_interactions import PATIENT, observation


def entry(method, url, resource=None, full_url=None, **more):
    made = {"request": {"method": method, "url": url, **more}}
    if resource is not None:
        made["resource"] = resource
    if full_url:
        made["fullUrl"] = full_url
    return made


def bundle(kind, *entries):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


ANA = "urn:uuid:6a1f7c1e-0000-4000-8000-000000000001"


def test_a_transaction_files_all_and_resolves_what_refers_inside(door):
    answer = door.post("", bundle(
        "transaction",
        entry("POST", "Observation", {**observation("x"), "subject": {"reference": ANA}}),
        entry("POST", "Patient", {**PATIENT, "identifier": [{"system": "urn:ietf:rfc:3986", "value": ANA}]}, ANA),
    ))  # fmt: skip
    assert answer.status == 200, answer.text
    assert answer.json["type"] == "transaction-response"
    first, second = (e["response"] for e in answer.json["entry"])
    assert first["status"].startswith("201")
    seen = door.get(first["location"]).json
    patient = door.get(second["location"]).json
    assert seen["subject"]["reference"] == f"Patient/{patient['id']}"
    assert patient["identifier"][0]["value"] == ANA  # content, not a pointer
    history = door.get(f"Patient/{patient['id']}/_history").json
    assert len(history["entry"]) == 1


def test_a_transaction_is_refused_whole_and_says_where(door):
    before = door.get("Patient?_summary=count").json["total"]
    bad = door.post("", bundle(
        "transaction",
        entry("POST", "Patient", PATIENT),
        entry("POST", "Observation", {"resourceType": "Observation", "status": "final", "colour": "red", "code": {"text": "x"}}),
    ))  # fmt: skip
    assert bad.status == 422
    assert bad.expressions[0].startswith("Bundle.entry[1].resource")
    stale = door.make(PATIENT)
    refused = door.post("", bundle(
        "transaction",
        entry("POST", "Patient", PATIENT),
        entry("PUT", f"Patient/{stale['id']}", stale, ifMatch='W/"9"'),
    ))  # fmt: skip
    assert refused.status == 412
    dangling = door.post(
        "",
        bundle(
            "transaction",
            entry("POST", "Patient", PATIENT),
            entry("POST", "Observation", observation("nobody")),
        ),
    )
    assert dangling.status == 422
    gone = door.post(
        "", bundle("transaction", entry("POST", "Patient", PATIENT), entry("GET", "Patient/nobody"))
    )
    assert gone.status == 404
    assert door.get("Patient?_summary=count").json["total"] == before + 1


def test_a_transaction_deletes_updates_and_reads(door):
    ana = door.make(PATIENT)
    old = door.make(observation(ana["id"]))
    answer = door.post("", bundle(
        "transaction",
        entry("GET", f"Patient/{ana['id']}"),
        entry("PUT", f"Patient/{ana['id']}", {**ana, "active": True}, ifMatch='W/"1"'),
        entry("DELETE", f"Observation/{old['id']}"),
        entry("GET", f"Observation?patient={ana['id']}"),
    ))  # fmt: skip
    assert answer.status == 200, answer.text
    read, put, gone, found = answer.json["entry"]
    assert read["resource"]["active"] is True
    assert put["response"]["etag"] == 'W/"2"'
    assert gone["response"]["status"].startswith("204")
    assert found["resource"]["total"] == 0


def test_conditions_inside_a_transaction(door):
    number = {"system": "urn:waypost:mrn", "value": "31"}
    ana = door.make({**PATIENT, "identifier": [number]})
    answer = door.post("", bundle(
        "transaction",
        entry("POST", "Patient", {**PATIENT, "identifier": [number]}, ANA, ifNoneExist="identifier=urn:waypost:mrn|31"),
        entry("POST", "Observation", {**observation("x"), "subject": {"reference": ANA}}),
        entry("POST", "Observation", {**observation("x"), "subject": {"reference": "Patient?identifier=urn:waypost:mrn|31"}}),
    ))  # fmt: skip
    assert answer.status == 200, answer.text
    assert answer.json["entry"][0]["response"]["status"].startswith("200")
    assert len(door.get(f"Observation?patient={ana['id']}").ids) == 2
    unmet = door.post(
        "",
        bundle(
            "transaction",
            entry(
                "POST",
                "Observation",
                {**observation("x"), "subject": {"reference": "Patient?identifier=nobody"}},
            ),
        ),
    )
    assert (unmet.status, unmet.codes) == (412, ["coordination.condition-unmet"])
    assert unmet.expressions[0].startswith("Bundle.entry[0].resource.subject")


def test_two_entries_cannot_mean_one_resource(door):
    ana = door.make(PATIENT)
    answer = door.post(
        "",
        bundle(
            "transaction",
            entry("PUT", f"Patient/{ana['id']}", ana),
            entry("PUT", f"Patient/{ana['id']}", ana),
        ),
    )
    assert answer.status == 412
    assert door.get(f"Patient/{ana['id']}").headers["ETag"] == 'W/"1"'


def test_a_batch_does_each_for_itself(door):
    answer = door.post("", bundle(
        "batch",
        entry("POST", "Patient", PATIENT),
        entry("POST", "Patient", {"resourceType": "Patient", "colour": "red"}),
        entry("GET", "Patient/nobody"),
        entry("GET", "Patient?name=castillo"),
        entry("PATCH", "Patient/1"),
        {"resource": PATIENT},
    ))  # fmt: skip
    assert answer.status == 200
    assert [e["response"]["status"][:3] for e in answer.json["entry"]] == [
        "201",
        "422",
        "404",
        "200",
        "400",
        "400",
    ]
    assert answer.json["entry"][1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert answer.json["entry"][3]["resource"]["total"] == 1


def test_what_is_no_bundle_to_process(door):
    assert door.post("", PATIENT).codes == ["api.bundle-unsuitable"]
    assert door.post("", bundle("collection")).codes == ["api.bundle-unsuitable"]
    assert door.post("", {"resourceType": "Bundle", "type": "batch", "entry": {"a": 1}}).codes == [
        "api.bundle-unsuitable"
    ]
    assert door.post("", bundle("transaction")).status == 200


def test_one_condition_makes_one_resource_however_many_ask_at_once(door):
    from django.db import connection

    answers = []

    def ask():
        try:
            answers.append(
                door.post(
                    "Patient", {**PATIENT, "identifier": [{"value": "race"}]}, If_None_Exist="identifier=race"
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(a.status for a in answers) == [200] * 7 + [201]
    assert len({a.json["id"] for a in answers}) == 1


def test_decimals_and_layout_of_each_entry_are_kept(door):
    text = (
        '{"resourceType":"Bundle","type":"transaction","entry":[{"resource": {"resourceType":"Observation", "status":"final",'
        ' "code":{"text":"w"},"valueQuantity":{"value":1.10}} ,"request":{"method":"POST","url":"Observation"}}]}'
    )
    made = door.call("POST", "", text)
    stored = door.get(made.json["entry"][0]["response"]["location"])
    assert '"value":1.10' in stored.text
    assert ', "status":"final"' in stored.text
