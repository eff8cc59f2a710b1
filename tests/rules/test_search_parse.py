"""What a search asks: forms of values, parameters, strictness."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.api import problems
from waypost.api.search import controls, values
from waypost.api.search.kinds import param_of
from waypost.api.search.parse import search
from waypost.kernel.problem import Problem
from waypost.records.search import sql
from waypost.records.search.plan import (
    Amount,
    Chain,
    Coded,
    Dates,
    Has,
    Ids,
    Missing,
    Refs,
    SortKey,
    Strings,
    Tokens,
    types_of,
)  # fmt: skip

NOW = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)


def ask(kind, *pairs, strict=False):
    return search(kind, pairs, lookup=param_of, now=NOW, base="http://here/fhir", strict=strict)


def one(kind, name, value):
    asked = ask(kind, (name, value))
    assert not asked.warnings
    (clause,) = asked.plan.clauses
    return clause


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("2024", (2024, 1, 1), (2025, 1, 1)),
        ("2024-02", (2024, 2, 1), (2024, 3, 1)),
        ("2024-12", (2024, 12, 1), (2025, 1, 1)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        ("2024-02-29T10:15", (2024, 2, 29, 10, 15), (2024, 2, 29, 10, 16)),
        ("2024-02-29T10:15:30Z", (2024, 2, 29, 10, 15, 30), (2024, 2, 29, 10, 15, 31)),
        ("2024-02-29T10:15:30-05:00", (2024, 2, 29, 15, 15, 30), (2024, 2, 29, 15, 15, 31)),
        ("2024-02-29T10:15:30 05:00", (2024, 2, 29, 5, 15, 30), (2024, 2, 29, 5, 15, 31)),
        ("2024-02-29T10:15:30.5Z", (2024, 2, 29, 10, 15, 30, 500_000), (2024, 2, 29, 10, 15, 30, 600_000)),
        ("2016-12-31T23:59:60Z", (2017, 1, 1), (2017, 1, 1, 0, 0, 1)),
    ],
)
def test_a_date_spans_what_it_leaves_open(written, low, high):
    assert values.date_range(written) == (datetime(*low, tzinfo=UTC), datetime(*high, tzinfo=UTC))


@pytest.mark.parametrize(
    "written", ["", "24", "2024-13", "2024-02-30", "2024-1-1", "today", "2024-01-01T25:00", "9999", "0000"]
)
def test_what_is_no_date_is_refused(written):
    with pytest.raises(values.Unreadable):
        values.date_range(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("100", Amount("eq", Decimal(100), Decimal("99.5"), Decimal("100.5"))),
        ("5.40", Amount("eq", Decimal("5.40"), Decimal("5.395"), Decimal("5.405"))),
        ("ge5.4|http://unitsofmeasure.org|mg", Amount("ge", Decimal("5.4"), Decimal("5.35"), Decimal("5.45"), "http://unitsofmeasure.org", "mg")),
        ("lt5||mg", Amount("lt", Decimal(5), Decimal("4.5"), Decimal("5.5"), None, "mg")),
    ],
)  # fmt: skip
def test_a_number_spans_its_precision(written, expected):
    assert values.amount(written, quantity=True) == expected


def test_tokens():
    assert one("Observation", "code", "http://loinc.org|4548-4,x") == Tokens(
        "code", (Coded("http://loinc.org", "4548-4"), Coded(None, "x"))
    )
    assert one("Observation", "code", "|a\\|b") == Tokens("code", (Coded("", "a|b"),))
    assert one("Observation", "code", "http://loinc.org|") == Tokens(
        "code", (Coded("http://loinc.org", None),)
    )
    assert one("Observation", "status:not", "final") == Tokens(
        "status", (Coded(None, "final"),), negated=True
    )
    assert one("Observation", "code:text", "Böse") == Strings("code:text", "start", ("bose",))


def test_strings():
    assert one("Patient", "name", "José") == Strings("name", "start", ("jose",))
    assert one("Patient", "name:contains", "a,b\\,c") == Strings("name", "contains", ("a", "b,c"))
    assert one("Patient", "family:exact", "José") == Strings("family", "exact", ("jose",), exact=("José",))


def test_references():
    assert one("Observation", "patient", "12") == Refs("patient", ("Patient/12",), whose=True)
    assert one("Observation", "patient", "http://here/fhir/Patient/12") == Refs(
        "patient", ("Patient/12",), whose=True
    )
    assert one("Observation", "patient", "http://there/fhir/Patient/12") == Refs(
        "patient", ("http://there/fhir/Patient/12",)
    )
    assert one("Observation", "subject:Patient", "12") == Refs("subject", ("Patient/12",), whose=True)
    assert one("Observation", "patient:identifier", "s|1") == Tokens("patient:identifier", (Coded("s", "1"),))
    with pytest.raises(problems.ParameterUnsuitable):
        one("Observation", "subject:Coverage", "12")


def test_presence_ids_dates():
    assert one("Patient", "birthdate:missing", "true") == Missing("birthdate", "date", missing=True)
    assert one("Patient", "_id", "a,b") == Ids(("a", "b"))
    found = one("Patient", "birthdate", "ge2000,lt1990")
    assert isinstance(found, Dates)
    assert [m.prefix for m in found.any_of] == ["ge", "lt"]


def test_chains_go_one_step():
    found = one("Observation", "patient.name", "cas")
    assert found == Chain("patient", (("Patient", Strings("name", "start", ("cas",))),))
    assert one("Patient", "_has:Observation:patient:code", "x") == Has(
        "Observation", "patient", Tokens("code", (Coded(None, "x"),))
    )
    with pytest.raises(problems.SearchTooLarge):
        ask("Observation", ("patient.organization.name", "x"))
    asked = ask("Observation", ("patient.name", "cas"), ("_has:Provenance:target:agent", "1"))
    assert types_of(asked.plan) == {"Observation", "Patient", "Provenance"}


def test_what_is_not_known_is_said_or_refused():
    asked = ask("Patient", ("colour", "red"), ("name", "cas"))
    assert [w.expression for w in asked.warnings] == ["http.colour"]
    assert asked.understood == (("name", "cas"),)
    with pytest.raises(problems.ParameterUnknown):
        ask("Patient", ("colour", "red"), strict=True)
    with pytest.raises(problems.ModifierUnknown):
        ask("Patient", ("name:phonetic", "red"))
    with pytest.raises(problems.ParameterUnsuitable):
        ask("Patient", ("birthdate", "soon"))
    assert ask("Patient", ("_text", "x")).warnings


def test_controls():
    asked = ask("Observation", ("_sort", "-date,_id"), ("_count", "5000"), ("_include", "Observation:patient"),
                ("_revinclude", "Provenance:target"), ("_total", "accurate"))  # fmt: skip
    assert not asked.warnings
    assert asked.plan.sort == (SortKey("date", "date", descending=True), SortKey("_id", None))
    assert asked.plan.count == 1000
    assert [i.reverse for i in asked.plan.includes] == [False, True]
    assert ask("Patient", ("_count", "0")).plan.shape == "count"
    assert ask("Patient", ("_include", "Patient:nothing")).warnings
    with pytest.raises(problems.ParameterUnsuitable):
        ask("Patient", ("_cursor", "!!"))
    mark = controls.cursor_text(("2024", None, "x"))
    assert controls.cursor_values(mark) == ("2024", None, "x")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["Patient", "Observation", "Appointment", "Task"]),
    st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(["name", "code", "date", "patient", "_id", "_sort", "_count", "_cursor", "value-quantity", "_include",
                                 "name:exact", "code:not", "patient.name", "_has:Observation:patient:code", "_lastUpdated", "birthdate"]),
                st.text(max_size=20),
            ),
            st.text(max_size=40),
        ),
        max_size=5,
    ),
)  # fmt: skip
def test_whatever_is_asked_is_planned_or_refused_with_a_code(kind, pairs):
    try:
        asked = ask(kind, *pairs)
    except Problem as problem:
        assert problem.status in (400, 404)
        return
    made = sql.page(asked.plan, 1, {}, {"Observation": "date"})
    assert made.text.count("%s") == len(made.values)
    for _, value in pairs:
        assert len(value) < 8 or value not in made.text
