"""The demo clinic as values: valid, without overlap, the same from the same seed, with everyone in it whom a desk meets."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import orjson
import pytest

from waypost.coordination.referrals.state import Around, is_outside, loop_of
from waypost.demo import clinic as demo
from waypost.demo.charts import shortened
from waypost.demo.conditions import BY_KEY
from waypost.demo.times import ZONE, age_on, business_days_after, holiday
from waypost.demo.visit_types import VISIT_TYPES
from waypost.formats import fhir
from waypost.messaging.rules.readability import measure

NOW = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def clinic():
    return demo.build(200, "spec", now=NOW)


@pytest.fixture(scope="module")
def resources(clinic):
    return [
        *clinic.foundation(),
        *(each for chart in clinic.charts() for each in chart),
        *clinic.appointments(),
    ]


def test_every_resource_is_valid_fhir(resources):
    found = []
    for resource in resources:
        issues = [
            each
            for each in fhir.validate(orjson.dumps(resource).decode())
            if each.severity in {"fatal", "error"}
        ]
        found += [(resource["resourceType"], each.expression, each.diagnostics) for each in issues]
    assert Counter(found).most_common(5) == []


def test_every_reference_leads_somewhere_and_no_id_repeats(resources):
    known = Counter(f"{each['resourceType']}/{each['id']}" for each in resources)
    assert [key for key, count in known.items() if count > 1] == []
    assert [target for target in _references(resources) if target not in known] == []


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_nobody_and_nothing_is_in_two_places(resources):
    taken = defaultdict(list)
    for each in resources:
        if each["resourceType"] == "Appointment" and each["status"] not in {"cancelled", "noshow"}:
            for part in (one for one in each["participant"] if "reference" in one["actor"]):  # a place elsewhere is words
                hold = next(
                    (ext["valuePeriod"] for ext in part.get("extension", ()) if ext["url"].endswith(":hold")),
                    part.get("period", each),
                )
                taken[part["actor"]["reference"]].append((hold["start"], hold["end"]))
    for resource, spans in taken.items():
        spans.sort()
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start, resource


def test_referrals_stand_in_every_step(clinic, resources):
    around = defaultdict(list)
    for each in resources:
        for target in _references(each):
            if target.startswith("ServiceRequest/"):
                around[target.partition("/")[2]].append(each)
    asked = [each for each in resources if each["resourceType"] == "ServiceRequest" and is_outside(each)]
    loops = [loop_of(Around(each, around[each["id"]]), clinic.today, "America/New_York") for each in asked]
    assert {loop.next or loop.ended for loop in loops} == {"sent", "scheduled", "seen", "report", "told", "closed", "declined"}
    assert {loop.overdue for loop in loops} == {True, False}


def test_every_visit_lies_in_open_hours_and_needs_what_its_type_needs(clinic):
    for visit in clinic.visits:
        assert not holiday(visit.on)
        roles = sorted(part.role for part in visit.parts)
        assert roles == sorted(step["role"] for step in visit.type["steps"])
        for part in visit.parts:
            mask = clinic.hours[part.resource].mask(visit.on)
            wanted = (1 << part.hold_end) - (1 << part.hold_start)
            assert mask & wanted == wanted, (visit.code, part)


def test_the_same_seed_makes_the_same_clinic_to_the_letter():
    first, second = (demo.build(60, "again", now=NOW) for _ in range(2))
    assert [orjson.dumps(each) for each in first.charts()] == [orjson.dumps(each) for each in second.charts()]
    assert [orjson.dumps(each) for each in first.appointments()] == [
        orjson.dumps(each) for each in second.appointments()
    ]
    other = demo.build(60, "other", now=NOW)
    assert [orjson.dumps(each) for each in first.charts()] != [orjson.dumps(each) for each in other.charts()]


def test_today_is_alive(clinic):
    seen = Counter(visit.status for visit in clinic.visits if visit.on == clinic.today)
    assert seen["booked"] > 5
    assert seen["fulfilled"] > 5
    assert seen["arrived"] + seen["checked-in"] > 0
    for visit in clinic.visits:
        if visit.status == "fulfilled":
            assert visit.start < NOW
        if visit.status == "booked" and visit.on != clinic.today:
            assert visit.start > NOW


def test_the_special_people_are_there(clinic):
    tags = Counter(tag for person in clinic.people for tag in person.tags)
    for tag in ("twin", "namesake", "staff", "restricted", "no-address", "two-addresses", "unknown-birth", "deceased", "merged",
                "preferred", "no-phone", "wheelchair", "turns-18", "marisol"):  # fmt: skip
        assert tags[tag], tag
    assert tags["twin"] % 2 == 0
    twins = [person for person in clinic.people if "twin" in person.tags]
    assert twins[0].born == twins[1].born
    assert twins[0].family == twins[1].family
    assert any(person.is_child and person.guardian for person in clinic.people)
    assert any(" " in person.family for person in clinic.people)
    assert any(not person.family.isascii() for person in clinic.people)


def test_ages_agree_with_illnesses(clinic):
    for person in clinic.people:
        if person.born:
            assert person.age == age_on(person.born, NOW.date())
        for illness in person.illnesses:
            low, high = BY_KEY[illness.key].ages
            assert low <= person.age <= high or "cast" in person.tags, (person.age, illness)
            assert illness.since <= NOW.date()
            assert person.born is None or illness.since >= person.born


def test_nothing_clinical_comes_from_the_future_or_from_before_birth(resources):
    born = {
        f"Patient/{each['id']}": each.get("birthDate", "1900-01-01")
        for each in resources
        if each["resourceType"] == "Patient"
    }
    for each in resources:
        about = each.get("subject") or each.get("patient") or {}
        subject = (about[0] if isinstance(about, list) else about).get("reference")
        when = (
            each.get("effectiveDateTime")
            or each.get("occurrenceDateTime")
            or each.get("sent")
            or (each.get("period") or {}).get("start")
        )
        if subject in born and when and each["resourceType"] not in {"Appointment"}:
            assert born[subject] <= when[:10] <= "2026-11-24", (each["resourceType"], when)


def test_phones_come_from_the_range_kept_for_fiction(resources):
    for each in resources:
        for telecom in each.get("telecom", ()):
            if telecom["system"] in {"phone", "fax"}:
                assert " 555-01" in telecom["value"], telecom


def test_marisol_is_as_the_guide_says(resources):
    marisol = next(
        each
        for each in resources
        if each["resourceType"] == "Patient" and each["identifier"][0]["value"] == "004182"
    )
    assert marisol["birthDate"] == "1957-03-12"
    owed = [
        each["description"]
        for each in resources
        if each["resourceType"] == "Task" and each["for"]["reference"] == f"Patient/{marisol['id']}"
    ]
    assert "Call after discharge, first attempt" in owed
    visits = [
        each for each in resources
        if each["resourceType"] == "Appointment" and any(part["actor"].get("reference") == f"Patient/{marisol['id']}" for part in each["participant"])
    ]  # fmt: skip
    starts = [
        datetime.fromisoformat(each["start"]).astimezone(ZONE).strftime("%a %b %d %H:%M") for each in visits
    ]
    assert "Wed Dec 02 09:20" in starts
    assert "Wed Dec 02 10:10" in starts


@pytest.mark.parametrize(
    "now",
    ["2026-11-22T18:00", "2026-12-25T15:00", "2026-07-03T12:00", "2027-03-14T06:59", "2026-11-28T15:00"],
)
def test_any_instant_will_do(now):
    made = demo.build(40, "when", now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert len(made.visits) > 120
    assert sum(len(chart) for chart in made.charts()) > 400


@pytest.mark.parametrize("count", [0, 1, 17, 30])
def test_any_number_of_patients_will_do(count):
    made = demo.build(count, "few", now=NOW)
    assert len(made.people) >= count
    assert list(made.charts())
    assert list(made.appointments())


def test_local_times_hold_over_the_change_of_the_clocks():
    made = demo.build(60, "dst", now=datetime(2026, 10, 28, 15, tzinfo=UTC))
    hours = {visit.start.astimezone(ZoneInfo("America/New_York")).hour for visit in made.visits}
    assert min(hours) >= 7
    assert max(hours) <= 18


def test_business_days_skip_thanksgiving():
    assert business_days_after(date(2026, 11, 25), 2) == date(2026, 11, 30)
    assert business_days_after(date(2026, 11, 24), -2) == date(2026, 11, 20)
    assert holiday(date(2026, 11, 26)) == "Thanksgiving Day"


def test_calendars_are_sixty_per_cent_full_for_two_weeks_and_thin_out():
    clinic = demo.build(900, "full", now=NOW)
    doctors = [
        body["resource"]
        for body in clinic.calendars
        if body["role"] == "clinician" and body["can"][0] in {"primary-care", "cardiology"}
    ]
    assert 0.5 < _fullness(clinic, doctors, 1, 14) < 0.75
    assert _fullness(clinic, doctors, 80, 90) < 0.25
    for what in ("nursing", "echo"):
        people = [
            body["resource"]
            for body in clinic.calendars
            if body["can"][:1] == [what] and body["role"] != "room"
        ]
        assert 0.35 < _fullness(clinic, people, 1, 14) < 0.75, what
        assert _fullness(clinic, people, 80, 90) < 0.3, what


def _fullness(clinic, resources, first, last):
    opened = taken = 0
    for resource in resources:
        for ahead in range(first, last + 1):
            opened += clinic.hours[resource].mask(clinic.today + timedelta(days=ahead)).bit_count()
    for visit in clinic.visits:
        if first <= (visit.on - clinic.today).days <= last:
            taken += sum(
                part.hold_end - part.hold_start for part in visit.parts if part.resource in resources
            )
    return taken / opened


def test_a_wheelchair_is_not_sent_to_the_narrow_room(clinic):
    narrow = {body["resource"] for body in clinic.calendars if not body["wheelchair"]}
    assert narrow
    for visit in clinic.visits:
        if any("Wheelchair" in person.needs for person in visit.people):
            assert narrow.isdisjoint(part.resource for part in visit.parts)


def test_visits_make_sense_together(clinic):
    for visit in clinic.visits:
        assert visit.code not in {"pc-same-day", "pc-child-sick"} or (visit.on - clinic.today).days <= 1
        for person in visit.people:
            assert person.is_visiting
            assert visit.on >= person.registered
            assert visit.type["department"] != "cardiology" or not person.is_child


def test_preparation_is_easy_to_read_in_both_languages():
    assert len(VISIT_TYPES) >= 25
    for kind in VISIT_TYPES:
        for language, words in kind["preparation"].items():
            assert not words or measure(words, language).easy, (kind["code"], language)
        assert all(kind["preparation"].values()) or not any(kind["preparation"].values()), kind["code"]


def test_a_short_history_keeps_the_newest_of_each_kind_and_refers_to_nothing_left_out():
    built = demo.build(40, "short", now=NOW)
    for chart in built.charts():
        kept = shortened(chart)
        assert len(kept) <= 10
        assert kept[0]["resourceType"] == "Patient"
        there = {each["id"] for each in kept}
        for each in kept:
            met = each.get("encounter")
            assert met is None or met["reference"].partition("/")[2] in there
        of_all = [each["id"] for each in chart if each["resourceType"] == "Observation"]
        assert [e["id"] for e in kept if e["resourceType"] == "Observation"] == of_all[-2:]
