"""Pages of the desk: server time in this process, beside the time of the page's own statements."""

from collections.abc import Callable
from typing import Any

from bench import inside
from bench.clinic import Clinic
from bench.result import Result, of_times

ROUNDS = 60


def find(clinic: Clinic) -> list[Result]:
    """The find box while one types: three letters of a surname, and a whole name with a slip."""
    inside.set_up(clinic)
    names = [
        row[0]
        for row in clinic.rows(
            "SELECT DISTINCT value FROM records_string WHERE tenant = %s AND type = 'Patient' AND param = 'family' ORDER BY 1 LIMIT 40",
            clinic.tenant,
        )
    ]
    asked = iter(names * ROUNDS)
    return [
        _page(
            "page-find",
            lambda client: client.post(
                "/find", {"q": next(asked)[:5], "typing": "1"}, headers={"hx-request": "true"}
            ),
        )
    ]


def patient(clinic: Clinic) -> list[Result]:
    """The patient page of the patients with the median and with the largest chart."""
    inside.set_up(clinic)
    rows = clinic.rows(
        "SELECT patient, count(*) FROM records_current WHERE tenant = %s AND patient IS NOT NULL AND NOT deleted GROUP BY 1 ORDER BY 2",
        clinic.tenant,
    )
    results = []
    for name, (id, size) in (("page-patient", rows[len(rows) // 2]), ("page-patient-large", rows[-1])):
        result = _page(name, lambda client, key=id: client.get(f"/patients/{key}"), username="records")
        result.note += f"; {size:,} resources"
        results.append(result)
    return results


def today(clinic: Clinic) -> list[Result]:
    """Today, as a coordinator sees it."""
    inside.set_up(clinic)
    return [_page("page-today", lambda client: client.get("/"))]


def board(clinic: Clinic) -> list[Result]:
    """The day board by provider."""
    inside.set_up(clinic)
    from django.urls import NoReverseMatch, reverse

    try:
        address = reverse("schedule")
    except NoReverseMatch:
        return [Result("page-board", 0, "ms", note="there is no such page in this release")]
    return [_page("page-board", lambda client: client.get(address))]


def _page(name: str, call: Callable[[Any], Any], username: str = "coordinator") -> Result:
    whole, inner, count = inside.timed_page(inside.browser(username), call, ROUNDS)
    result = of_times(name, whole, note=f"{count} statements")
    return result.against("its own SQL, median ms", round(1000 * sorted(inner)[len(inner) // 2], 3))
