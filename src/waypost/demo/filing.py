"""Makes the demo clinic through the same actions as everybody else, and brings it up to the present at each start."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, islice

from waypost.access import Permission, accounts, action, scopes
from waypost.access.models import Tenant
from waypost.demo import clinic as demo
from waypost.demo import flow, keeping, sign_ins
from waypost.demo.charts import shortened
from waypost.demo.fhir import Json, concept, ext, instant
from waypost.demo.places import CENTER, CENTER_PHONE, known_id
from waypost.demo.times import ZONE_NAME
from waypost.demo.together import together
from waypost.kernel.clock import Clock, FixedClock, SystemClock
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import actions as scheduling

SLUG = "demo"
BATCH = 400
_PER_CHART, _PER_VISIT = (
    26,
    1.6,
)  # resources, and a visit's weight beside them: what two processes share out by
_PER_SHORT_CHART = 8
_ALONE_MAX = 300  # patients that one process makes quickly enough
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Made:
    """What the record says of how the clinic was made, so that a second start goes on from it."""

    patients: int
    seed: str
    at: datetime
    done: bool
    topped_up: datetime
    version: int
    short: bool = False


def ensure(
    *,
    patients: int = demo.PATIENTS,
    seed: int | str = demo.SEED,
    short: bool = False,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Tenant:
    """Make the demo clinic unless it is there, finish it if it is half made, and bring it up to the present.

    `short` keeps about ten resources a patient, to try size rather than detail.
    """
    clock = clock or SystemClock()
    tell = progress or (lambda _done, _all: None)
    tenant = next((each for each in accounts.tenants() if each.slug == SLUG), None)
    if tenant is None:
        tenant = accounts.make_tenant(CENTER, ZONE_NAME, slug=SLUG, phone=CENTER_PHONE, clock=clock)
    made = _made(tenant, clock)
    if made is None or not made.done:
        began = made.at if made else clock.now().replace(microsecond=0)
        many = made.patients if made else patients
        processes = 1 if many <= _ALONE_MAX or (os.cpu_count() or 1) < 2 else 2
        make(
            tenant,
            many,
            made.seed if made else str(seed),
            now=began,
            progress=tell,
            processes=processes,
            short=made.short if made else short,
        )
        made = _made(tenant, clock)
        assert made
    return _topped_up(tenant, made, clock, tell)


def make(
    tenant: Tenant,
    patients: int,
    seed: str,
    *,
    now: datetime,
    progress: Progress,
    processes: int = 1,
    short: bool = False,
) -> None:
    """File the clinic as it stands at `now`. What a stopped run has filed already is found equal and left."""
    ctx = accounts.context_of(tenant, "demo", clock=FixedClock(now))
    _file(ctx, [_note_filing(patients, seed, now, now, done=False, short=short)])
    built = demo.build(patients, seed, now=now)
    total = round(
        len(built.people) * (_PER_SHORT_CHART if short else 22) + len(built.visits) * 1.9
    )  # near enough for a progress bar
    progress(0, total)
    count = _file(ctx, [Filing(each) for each in built.foundation()])
    scheduling.save_visit_types(ctx, built.visit_types)
    scheduling.save_calendars(ctx, built.calendars)
    _make_accounts(tenant)
    done = count + _file(ctx, [Filing(each) for each in built.faxes()])

    def heard(more: int) -> None:
        nonlocal done
        done += more
        progress(min(done, total - 1), total)

    today = flow.ids_of_day(built.visits, ctx)
    together([partial(_file_all, ctx, today, share) for share in _shares(built, processes, short=short)], heard)
    _file(ctx, flow.alive(ctx, now))
    _file(ctx, [_note_filing(patients, seed, now, now, done=True, short=short)])
    progress(total, total)


def _shares(built: demo.Clinic, processes: int, *, short: bool) -> list[Callable[[], Iterator[Json]]]:
    """Return the work in one or two parts of like size. Visits stay together: they touch the same calendars."""
    people = len(built.people)

    def charts(first: int, until: int) -> Iterator[Json]:
        made = built.charts(first, until)
        return chain.from_iterable(map(shortened, made) if short else made)

    if processes == 1:
        return [lambda: chain(charts(0, people), built.appointments())]
    weight = _PER_SHORT_CHART if short else _PER_CHART
    half = (people * weight + len(built.visits) * _PER_VISIT) / 2
    cut = min(people, max(0, round(half / weight)))
    return [lambda: charts(0, cut), lambda: chain(built.appointments(), charts(cut, people))]


def _file_all(ctx: Context, today: set[str], share: Callable[[], Iterator[Json]], heard: Callable[[int], None]) -> None:
    everything = share()
    while batch := list(islice(everything, BATCH)):
        heard(_file(ctx, [Filing(each) for each in flow.of_others(batch, ctx.tenant, today)]))


@action(Permission.RECORD_IMPORT)
def _filed(ctx: Context, filings: list[Filing]) -> list[Version]:
    return records.file_many(ctx, filings, skip_equal=True)


def _file(ctx: Context, filings: Iterable[Filing]) -> int:
    return len(_filed(ctx, list(filings)))


def _make_accounts(tenant: Tenant) -> None:
    hashed = ""
    for role, each in sign_ins.PEOPLE.items():
        account = accounts.make_account(
            tenant, role, sign_ins.PASSWORD, [role], display=f"{each.given} {each.family}" if not each.is_doctor else each.shown,
            practitioner=each.id, site=each.site.id, email=f"{each.key}@larkspur.example", check_password=False, hashed=hashed,
        )  # fmt: skip
        hashed = account.password


_NOTE_ID = known_id("Basic", "demo")


def _note_filing(
    patients: int, seed: str, made: datetime, topped_up: datetime, *, done: bool, short: bool
) -> Filing:
    return Filing(
        {
            "resourceType": "Basic",
            "id": _NOTE_ID,
            "extension": [
                ext("demo-patients", "Integer", patients),
                ext("demo-seed", "String", seed),
                ext("demo-made", "Instant", instant(made)),
                ext("demo-topped-up", "Instant", instant(topped_up)),
                ext("demo-done", "Boolean", done),
                ext("demo-short", "Boolean", short),
            ],
            "code": concept(text="How this demo clinic was made"),
        }
    )


def _made(tenant: Tenant, clock: Clock) -> Made | None:
    scope = scopes.everything(accounts.context_of(tenant, "demo", clock=clock), "read")
    found = queries.read_or_none(scope, "Basic", _NOTE_ID)
    if found is None:
        return None
    said = {
        each["url"].rpartition(":demo-")[2]: next(value for key, value in each.items() if key != "url")
        for each in found.resource["extension"]
    }
    return Made(
        said["patients"],
        said["seed"],
        datetime.fromisoformat(said["made"]),
        said["done"],
        datetime.fromisoformat(said["topped-up"]),
        found.version,
        said.get("short", False),
    )


def _topped_up(tenant: Tenant, made: Made, clock: Clock, tell: Progress) -> Tenant:
    """Bring the visits up to the present: what is past has happened, and the days ahead are filled to their measure."""
    now = clock.now().replace(microsecond=0)
    if (now - made.topped_up).total_seconds() < keeping.STALE_SECONDS:
        return tenant
    ctx = accounts.context_of(tenant, "demo", clock=FixedClock(now))
    scope = scopes.everything(ctx, "read")
    filings = keeping.plan(scope, made.patients, made.seed, made.at, made.topped_up, now)
    filings = flow.of_others(filings, ctx.tenant, flow.kept_ids(scope, filings, now))
    count = 0
    for start in range(0, len(filings), BATCH):
        count += _file(ctx, [Filing(each) for each in filings[start : start + BATCH]])
        tell(count, len(filings))
    _file(ctx, flow.alive(ctx, made.topped_up))
    _file(ctx, [_note_filing(made.patients, made.seed, made.at, now, done=True, short=made.short)])
    return tenant
