"""Each kind of search, explained as the ordinary role: its index is used, the value in the index condition."""

from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from waypost.access import scopes
from waypost.api.search.kinds import param_of
from waypost.api.search.parse import search
from waypost.records import tenancy
from waypost.records.search import run, sql
from waypost.records.search.plan import types_of

NOW = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)


PATIENTS = 20_000
FILL = """
INSERT INTO records_version (tenant, type, id, version, at, actor, act, body, hash)
  SELECT %(t)s, k.type, 'p' || n, 1, now(), 'system:test', gen_random_uuid(), '{}', ''
  FROM generate_series(1, %(n)s) n, unnest(ARRAY['Patient', 'Observation', 'Appointment', 'Task', 'Encounter']) AS k(type);
INSERT INTO records_current (tenant, type, id, version, at, deleted, patient, code, status, sort_at, name)
  SELECT %(t)s, k.type, 'p' || n, 1, now() - n * interval '1 minute', false, 'p' || (n %% 2000), 'loinc|' || (n %% 50), 'final',
         now() - n * interval '1 hour', 'name' || n
  FROM generate_series(1, %(n)s) n, unnest(ARRAY['Patient', 'Observation', 'Appointment', 'Task', 'Encounter']) AS k(type);
INSERT INTO records_string SELECT %(t)s, 'Patient', p, left(md5(n::text), 8), 'p' || n
  FROM generate_series(1, %(n)s) n, unnest(ARRAY['name', 'family', 'given', 'address']) AS p;
INSERT INTO records_token SELECT %(t)s, 'Patient', p, 'urn:waypost:mrn', n::text, 'p' || n
  FROM generate_series(1, %(n)s) n, unnest(ARRAY['identifier', 'phone', 'telecom']) AS p;
INSERT INTO records_token SELECT %(t)s, k.type, k.param, '', (n %% k.many)::text, 'p' || n
  FROM generate_series(1, %(n)s) n, (VALUES ('Observation', 'code', 50), ('Observation', 'component-code', 2000), ('Task', 'status', 50),
    ('Encounter', 'class', 50)) AS k(type, param, many);
INSERT INTO records_ref SELECT %(t)s, k.type, k.param, k.target || (n %% k.many), 'p' || n
  FROM generate_series(1, %(n)s) n, (VALUES ('Patient', 'general-practitioner', 'Practitioner/', 100),
    ('Observation', 'patient', 'Patient/p', 2000), ('Observation', 'subject', 'Patient/p', 2000),
    ('Appointment', 'actor', 'Practitioner/', 100), ('Task', 'owner', 'Practitioner/', 100),
    ('Encounter', 'patient', 'Patient/p', 2000)) AS k(type, param, target, many);
INSERT INTO records_date SELECT %(t)s, k.type, k.param, now() - n * k.step, now() - n * k.step + interval '1 day', 'p' || n
  FROM generate_series(1, %(n)s) n, (VALUES ('Patient', 'birthdate', interval '1 day'), ('Observation', 'date', interval '1 hour'),
    ('Appointment', 'date', interval '1 hour')) AS k(type, param, step);
INSERT INTO records_number SELECT %(t)s, k.type, k.param, n %% k.many, n %% k.many, '', '', 'p' || n
  FROM generate_series(1, %(n)s) n, (VALUES ('Observation', 'component-value-quantity', 200)) AS k(type, param, many);
ANALYZE records_version, records_number, records_current, records_string, records_token, records_ref, records_date;
"""


@pytest.fixture(scope="module")
def crowded(django_db_setup, django_db_blocker):
    """A tenant with 20,000 of each of five types, in the tables only."""
    from uuid import uuid4

    from waypost.access.models import Tenant

    with django_db_blocker.unblock():
        home = Tenant.objects.create(slug=f"t{uuid4().hex[:12]}", name="Crowded", created=NOW)
        with connections["owner"].cursor() as cursor:
            cursor.execute(FILL, {"t": home.pk, "n": PATIENTS})
        yield home


def explained(ctx, kind, *pairs):
    asked = search(kind, pairs, lookup=param_of, now=NOW)
    assert not asked.warnings
    opened = {k: scopes.for_search(ctx, k) for k in types_of(asked.plan)}
    statement = sql.page(asked.plan, ctx.tenant, run.filters(opened), run.CLINICAL)
    tenancy.enter(ctx.tenant)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS OFF) " + statement.text, list(statement.values))
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("kind", "pairs", "index", "condition", "most_ms"),
    [
        ("Patient", [("name", "abc")], "records_string", "value >=", 50),
        ("Patient", [("name", "a")], "records_string", "tenant = ", 100),
        ("Patient", [("identifier", "urn:waypost:mrn|4182")], "records_token_code", "code = ", 20),
        ("Patient", [("phone", "4182")], "records_token_code", "code = ", 20),
        ("Patient", [("birthdate", "2020-03-12")], "records_date", "low >=", 20),
        ("Patient", [("general-practitioner", "Practitioner/7")], "records_ref_target", "target = ", 50),
        ("Patient", [("_id", "p7")], "records_current_pkey", "id = ", 20),
        # ten have the code, a quarter of all have the value: the code leads, the value is looked up for its ten
        ("Observation", [("component-code-value-quantity", "171$gt150")], "records_token_code", "code = ", 20),
        ("Observation", [("component-code-value-quantity", "171$gt150")], "records_number_id", "id = ", 20),
        ("Observation", [("patient", "Patient/p7"), ("component-code-value-quantity", "7$gt150")], "records_current_", "patient = ", 20),
        ("Observation", [("patient", "Patient/p7"), ("code", "7"), ("_sort", "-date")], "records_current_", "patient = ", 20),
        ("Appointment", [("date", "ge2026-11-24"), ("date", "lt2026-11-25")], "records_", "2026-11-2", 50),
        ("Appointment", [("actor", "Practitioner/7"), ("date", "ge2026-11-01")], "records_ref_target", "target = ", 50),
        ("Task", [("owner", "Practitioner/7"), ("status", "7")], "records_ref_target", "target = ", 50),
        ("Encounter", [("patient.name", "abc")], "records_string", "value >=", 50),
        ("Patient", [("_lastUpdated", "ge2026-11-24"), ("_sort", "-_lastUpdated")], "records_current_at", "tenant = ", 50),
        ("Observation", [("_sort", "-date")], "records_current_sort", "tenant = ", 20),
    ],
)  # fmt: skip
def test_a_search_uses_its_index(context, crowded, kind, pairs, index, condition, most_ms):
    plan = explained(context("client", at=crowded), kind, *pairs)
    found = [line for line in plan.splitlines() if "Index Cond" in line and condition in line]
    assert found, plan
    assert index in plan, plan
    assert "Seq Scan on records" not in plan, plan
    took = float(plan.split("Execution Time: ")[1].split(" ms")[0])
    assert took < most_ms * 10, plan


def test_each_named_query_of_the_record_uses_an_index(context, crowded):
    from waypost.records import queries

    scope = scopes.everything(context(at=crowded))
    asked = []

    def note(execute, query, params, many, ctx):
        if query.startswith("SELECT") and "records_" in query:
            asked.append((query, params))
        return execute(query, params, many, ctx)

    with connection.execute_wrapper(note):
        queries.read(scope, "Patient", "p7")
        queries.vread(scope, "Patient", "p7", 1)
        queries.history(scope, "Patient", "p7")
        queries.many(scope, [("Patient", "p7"), ("Task", "p8")])
        queries.about(scope, "p7", ["Observation", "Encounter"])
        run.everything(scope, "p7", after=None, most=100)
        run.history_of_type(scope, "Task", before=None, since=None, most=20)
        run.exists(crowded.pk, "Patient", "p7")
    assert len(asked) >= 8
    for query, params in asked:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query, list(params))
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Index Cond" in plan, plan
        assert "Seq Scan on records" not in plan, plan


def test_a_search_costs_three_statements_by_the_ordinary_route(door, context):
    door.get("Patient?name=warm&_format=json")
    asked = []
    with connection.execute_wrapper(lambda execute, q, p, m, c: asked.append(q) or execute(q, p, m, c)):
        assert door.get("Patient?name=cas&_format=json").status == 200
    assert len(asked) == 3, asked  # whose token, what matches, the audit


def test_one_patient_comes_before_a_code_when_planned_for_all_values(context, crowded):
    ctx = context("coordinator", at=crowded)
    asked = search(
        "Observation", [("patient", "p7"), ("code", "7"), ("_sort", "-date")], lookup=param_of, now=NOW
    )
    filters = run.filters({"Observation": scopes.for_search(ctx, "Observation")})
    statement = sql.page(asked.plan, ctx.tenant, filters, run.CLINICAL)
    *parts, last = statement.text.split("%s")
    numbered = "".join(f"{part}${number}" for number, part in enumerate(parts, 1)) + last
    tenancy.enter(ctx.tenant)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (GENERIC_PLAN) " + numbered)
        lines = [row[0] for row in cursor.fetchall()]
    at = next(n for n, line in enumerate(lines) if "on records_current c" in line)
    assert "patient = " in lines[at + 1], "\n".join(lines)
    assert not any("c.id" not in line for line in lines if "Index Cond" in line and "records_token" in line), lines
