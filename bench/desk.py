"""Pages of the desk: server time in this process, beside the time of the page's own statements."""

from collections.abc import Callable
from datetime import timedelta
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


QUEUE = 10_000
QUEUED_KINDS = ("call", "confirm", "book", "referral", "missing", "prepare", "coverage", "promise", "result")
FILED_AT_ONCE = 500


def today_long(clinic: Clinic) -> list[Result]:
    """Today with 10,000 open items more in the coordinators' pool and hands, and its list turned a hundred pages on."""
    inside.set_up(clinic)
    _fill_queue(clinic)
    asked = {"page-today-10000": "/", "page-work-10000": "/?view=team&page=100"}
    return [_page(name, lambda client, path=path: client.get(path)) for name, path in asked.items()]


def _fill_queue(clinic: Clinic) -> None:
    """File work as people file it: kinds, owners and days by chance from the seed, a third of it late."""
    from waypost.access import accounts, action
    from waypost.access.permissions import Permission
    from waypost.coordination.contacts import writing
    from waypost.records import actions as records
    from waypost.records.versions import Filing

    ctx = accounts.context_of(accounts.tenant_named("demo"), "bench")
    mine = clinic.one("SELECT practitioner FROM access_account WHERE tenant_id = %s AND username = 'coordinator'", clinic.tenant)
    patients, chance = clinic.living(QUEUE), clinic.random

    def one(number: int) -> Filing:
        due = ctx.now + timedelta(minutes=chance.randint(-10, 20) * 1440 + number % 480)
        owner = (mine, "") if chance.random() < 0.5 else ("", "")
        task = writing.work(ctx, patients[number % len(patients)], chance.choice(QUEUED_KINDS), words=f"Work {number}", due=due,
                            why="Asked for by a colleague.", owner=owner, pool="coordinators")  # fmt: skip
        return Filing(task, "Task")

    @action(Permission.TASK_WORK)
    def fill(ctx: Any, numbers: range) -> None:
        records.file_many(ctx, [one(number) for number in numbers])

    for first in range(0, QUEUE, FILED_AT_ONCE):
        fill(ctx.for_act(), range(first, first + FILED_AT_ONCE))


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
