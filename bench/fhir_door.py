"""The FHIR door under eight connections: read, create, two searches."""

import itertools
import json
from collections.abc import Iterator

from bench import floors, inside
from bench.clinic import Clinic
from bench.floors import rows_again
from bench.result import Result
from waypost.ops import load

PATIENTS_READ = 500
SEARCHES = 60


def read(clinic: Clinic) -> list[Result]:
    """FHIR read of one Patient, with its tag, authorised and audited."""
    requests = [
        load.request("GET", f"/fhir/Patient/{id}", clinic.headers())
        for id in clinic.ids("Patient", PATIENTS_READ)
    ]
    with clinic.serving():
        outcome = clinic.drive(itertools.cycle(requests))
    return [
        rate_of("read", outcome, "reads/s").against(
            "the same rows through a bare WSGI callable", floors.bare_wsgi(clinic, requests)
        )
    ]


def create(clinic: Clinic) -> list[Result]:
    """FHIR create of a Patient: validated, versioned, indexed, projected, audited."""
    texts = [
        json.loads(
            clinic.one(
                "SELECT v.body FROM records_current c JOIN records_version v USING (tenant, type, id, version) WHERE c.tenant = %s AND c.type = 'Patient' AND c.id = %s",
                clinic.tenant,
                id,
            )
        )
        for id in clinic.ids("Patient", PATIENTS_READ)
    ]
    for text in texts:
        text.pop("id")
        text.pop("meta", None)
        others = [one for one in text.pop("identifier", []) if one.get("system") != "urn:waypost:mrn"]
        if others:
            text["identifier"] = others
    requests = [
        load.request("POST", "/fhir/Patient", clinic.headers(), json.dumps(text).encode()) for text in texts
    ]
    with clinic.serving():
        outcome = clinic.drive(itertools.cycle(requests))
    newest = clinic.one(
        "SELECT id FROM records_version WHERE tenant = %s AND type = 'Patient' ORDER BY at DESC LIMIT 1",
        clinic.tenant,
    )
    return [
        rate_of("create", outcome, "creates/s").against(
            "the same rows by one SQL function, no HTTP", rows_again(clinic, "Patient", newest)
        )
    ]


def search_name(clinic: Clinic) -> list[Result]:
    """Patient?name= with a prefix, twenty results a page."""
    return [_search(clinic, "search-name", list(name_searches(clinic)))]


def search_code(clinic: Clinic) -> list[Result]:
    """Observation?patient&code&_sort=-date."""
    return [_search(clinic, "search-code", list(code_searches(clinic)))]


def name_searches(clinic: Clinic) -> Iterator[str]:
    for (value,) in clinic.rows(
        "SELECT DISTINCT value FROM records_string WHERE tenant = %s AND type = 'Patient' AND param = 'family' ORDER BY value LIMIT %s",
        clinic.tenant,
        SEARCHES,
    ):
        yield f"/fhir/Patient?name={''.join(c for c in value if c.isascii() and c.isalpha())[:3]}&_count=20"


def code_searches(clinic: Clinic) -> Iterator[str]:
    rows = clinic.rows(
        "SELECT c.patient, t.system, t.code FROM records_current c JOIN records_token t USING (tenant, type, id)"
        " WHERE c.tenant = %s AND c.type = 'Observation' AND t.param = 'code' AND t.system <> '' ORDER BY c.id LIMIT %s",
        clinic.tenant, SEARCHES * 20,
    )  # fmt: skip
    for patient, system, code in rows[:: max(1, len(rows) // SEARCHES)]:
        yield f"/fhir/Observation?patient={patient}&code={system}|{code}&_sort=-date".replace("|", "%7C")


def _search(clinic: Clinic, name: str, paths: list[str]) -> Result:
    requests = [load.request("GET", path, clinic.headers()) for path in paths]
    with clinic.serving():
        outcome = clinic.drive(itertools.cycle(requests))
    return rate_of(name, outcome, "searches/s").against("its SQL alone", _sql_alone(clinic, paths[:12]))


def _sql_alone(clinic: Clinic, paths: list[str]) -> float:
    """Return how many times a second the statements that find and fetch run by themselves, as the ordinary role."""
    inside.set_up(clinic)
    rates = []
    for path in paths:
        inside.ask(clinic, path)
        with inside.statements() as noted:
            status, _ = inside.ask(clinic, path)
        assert status == 200, path
        found = [
            inside.literal(query, params) for query, params, _ in noted if "FROM records_current" in query
        ]
        rates.append(floors.sql(clinic, ";\n".join(found) + ";\n", seconds=1, role="app"))
    return len(rates) / sum(1 / rate for rate in rates)


def rate_of(name: str, outcome: load.Outcome, unit: str) -> Result:
    p50, p95, p99 = (round(outcome.percentile(share), 3) for share in (0.5, 0.95, 0.99))
    return Result(name, round(outcome.rate, 1), unit, p50, p95, p99, n=len(outcome.latencies))
