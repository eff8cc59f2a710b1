"""Two charts of one person become one; the old number leads to it; the act can be taken back."""

import random
from datetime import date

import pytest

from tests.actions.people import a_patient
from tests.desk.test_find import bring
from waypost.access import scopes
from waypost.coordination.undo import undo_act
from waypost.records import queries as records
from waypost.registry import queries
from waypost.registry.actions import merge_patients
from waypost.registry.problems import MrnTaken, NotToBeMerged

TODAY = date(2026, 11, 24)


@pytest.fixture
def two(context):
    chance = random.Random(5)
    first, second = a_patient(101, chance), a_patient(102, chance)
    second["name"], second["birthDate"] = first["name"], first["birthDate"]
    note = {"resourceType": "Communication", "id": "c1", "status": "completed", "subject": {"reference": "Patient/p000102"},
            "sent": "2026-11-20T10:00:00Z"}  # fmt: skip
    bring(context(), [first, second, note])
    return context("records", door="web")


def find(ctx, text):
    return queries.find(scopes.for_staff(ctx), text, today=TODAY).hits


def test_the_old_number_opens_the_chart_that_goes_on_and_says_so(two):
    merge_patients(two, "p000102", "p000101")
    (hit,) = find(two, "102")
    assert (hit.id, hit.mrn, hit.merged) == ("p000101", "000 101", "000 102")


def test_what_was_kept_about_either_stands_with_one(two, context):
    merge_patients(two, "p000102", "p000101")
    scope = scopes.everything(context())
    assert [v.id for v in records.about(scope, "p000101", ["Communication"])] == ["c1"]
    assert records.about(scope, "p000102", ["Communication"]) == []


def test_a_merge_is_taken_back_whole(two, context):
    version = merge_patients(two, "p000102", "p000101")
    undo_act(two, version.act)
    scope = scopes.everything(context())
    assert [v.id for v in records.about(scope, "p000102", ["Communication"])] == ["c1"]
    assert {hit.id for hit in find(two, "102")} == {"p000102"}


def test_a_chart_is_merged_once_and_not_with_itself(two):
    with pytest.raises(NotToBeMerged):
        merge_patients(two, "p000101", "p000101")
    merge_patients(two, "p000102", "p000101")
    with pytest.raises(NotToBeMerged):
        merge_patients(two, "p000102", "p000101")


def test_look_alikes_raise_a_name_alert(two):
    scope = scopes.for_staff(two)
    assert [p.id for p in queries.look_alikes(scope, "p000101")] == ["p000102"]
    assert all(hit.alert for hit in find(two, "101"))


def test_one_number_is_one_patients(two, context):
    other = a_patient(101, random.Random(9)) | {"id": "someone-else"}
    with pytest.raises(MrnTaken):
        bring(context(), [other])


def test_another_tenants_people_are_not_found(two, new_tenant, context):
    there = new_tenant("There")
    foreign = context("coordinator", at=there, door="web")
    assert find(foreign, "101") == ()


def test_the_page_shows_both_and_merges_on_the_second_yes(two, desk):
    client = desk("records")
    numbers = {"stays": "000 101", "gone": "102"}
    page = client.post("/patients/merge", numbers).content.decode()
    assert "Merge 000 102 into 000 101" in page
    merged = client.post("/patients/merge", {**numbers, "sure": "p000102 p000101"})
    assert (merged.status_code, merged["Location"]) == (303, "/patients/p000101")
    again = client.post("/patients/merge", numbers)
    assert again.status_code == 422
    assert "Check it." in again.content.decode()


def test_who_may_not_merge_is_told_so(two, desk):
    assert desk("scheduler").get("/patients/merge").status_code == 403
