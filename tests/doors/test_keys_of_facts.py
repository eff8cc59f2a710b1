"""Each fact that is missing or contradictory has a key, and the key opens its form: for the whole table of rules."""

import re
from html import unescape
from pathlib import Path

import pytest
from tests import chart_cases as cases
from tests.doors.test_patient_page import sign_in, words  # noqa: F401 - a fixture

from waypost.coordination import patients
from waypost.web.chart.edits import EDITS

TABLE = Path(__file__).parents[2] / "docs/rules/missing-facts.md"
WHO = cases.ABOUT
PAYER = {
    "resourceType": "Coverage",
    "status": "active",
    "beneficiary": WHO,
    "payor": [{"display": "Northfield"}],
    "period": {"start": "2026-01-01"},
}
SELF = {
    **PAYER,
    "id": "self",
    "type": {"coding": [{"code": "pay", "system": "http://terminology.hl7.org/CodeSystem/coverage-selfpay"}]},
}
ENDING = {**PAYER, "id": "ending", "period": {"start": "2026-01-01", "end": "2026-11-30"}}
FRIEND = {"resourceType": "RelatedPerson", "id": "friend", "patient": WHO, "name": [{"text": "Jo"}],
          "relationship": [{"coding": [{"code": "C", "system": "http://terminology.hl7.org/CodeSystem/v2-0131"}]}]}  # fmt: skip
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "patient": WHO,
    "clinicalStatus": {
        "coding": [
            {"code": "active", "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"}
        ]
    },
}
NONE_KNOWN = {
    **ALLERGY,
    "id": "none",
    "code": {
        "coding": [{"system": "http://snomed.info/sct", "code": "716186003"}],
        "text": "No known allergies",
    },
}
RECORDS = (
    ({"birthDate": None, "telecom": [], "address": [], "communication": [], "extension": []}, ()),
    ({"telecom": [{"system": "phone", "value": "2025550142"}], "birthDate": "2020-05-05", "extension": []}, (ENDING, SELF, FRIEND)),
    ({"name": [{"use": "official", "family": "A"}, {"use": "official", "family": "B"}]}, ({**PAYER, "id": "never"}, {**ALLERGY, "id": "nuts", "code": {"text": "Nuts"}}, NONE_KNOWN)),
    ({"deceasedBoolean": True}, ()),
)  # fmt: skip
ROLES = ["coordinator", "nurse"]  # between them they may mend everything


@pytest.fixture
def record(context):
    def file(change, beside):
        made = {**cases.patient(), **change}
        made = {key: value for key, value in made.items() if value not in (None, [])}
        cases.file_all(context(), [*cases.staff(), made, *beside])

    return file


@pytest.mark.parametrize(("change", "beside"), RECORDS, ids=("bare", "child", "twofold", "died"))
def test_every_key_opens_the_form_it_names(sign_in, record, change, beside):  # noqa: F811
    record(change, beside)
    unturned = None
    for role in ROLES:
        client = sign_in(role, "ruiz")
        client.post("/patients/castillo/open", {"reason": "caller"})
        page = client.get("/patients/castillo").content.decode()
        card = page[page.index('id="h-missing"') :].partition("</section>")[0]
        keys = [unescape(url) for url in re.findall(r'<a href="([^"]+)"', card)]
        assert keys
        for url in keys:
            assert client.get(url).status_code == 200, url
        closed = set(re.findall(r"<tr><td>([^<]+)</td><td class=\"row-acts\"></td>", card))
        unturned = closed if unturned is None else unturned & closed
    assert unturned == set(), "no role has a key for these"


def test_the_records_above_break_every_rule_of_the_table(context, record):
    broken = set()
    for change, beside in RECORDS:
        record(change, beside)
        for fact in patients.open_patient(context(), "castillo").missing:
            broken.add(fact.rule)
            assert fact.form in EDITS, fact
    assert broken == set(re.findall(r"^\| (FACT-\d+) ", TABLE.read_text(), re.MULTILINE))
