"""Today in the demo clinic's flow: people in each step, by the hour and the visit; rooms hold one each."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from waypost.access import scopes
from waypost.coordination.flow import queries, reading, steps
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.demo.visits import Visit
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Filing
from waypost.scheduling.queries.clinic import clinic

Json = dict[str, Any]
CAME = ("arrived", "checked-in", "fulfilled")


def of_others(filings: Iterable[Json], tenant: int, known: set[str]) -> list[Json]:
    """Return what is to be filed without the Encounters that the flow keeps itself."""
    return [one for one in filings if one["resourceType"] != "Encounter" or not _ids(one, tenant) & known]


def ids_of_day(visits: Iterable[Visit], ctx: Context) -> set[str]:
    """Return the ids of the Encounters that the flow makes of today's visits."""
    today = local_day(ctx.now, ctx.zone)
    return {reading.encounter_id(ctx.tenant, visit.id, person.id) for visit in visits if visit.on == today for person in visit.people}


def kept_ids(scope: Scope, filings: Iterable[Json], now: datetime) -> set[str]:
    """Return the ids of the Encounters that the flow keeps already or makes of today's visits, among what is to be filed."""
    found = [one for one in filings if one["resourceType"] == "Encounter"]
    wanted = {id_ for one in found for id_ in _ids(one, scope.tenant)}
    kept = {id_ for _, id_ in records.many(scope, [("Encounter", id_) for id_ in wanted])}
    today = local_day(now, scope.zone)
    fresh = (one for one in found if (at := read_moment(one["period"]["start"])) and local_day(at, scope.zone) == today)
    return kept.union(*(_ids(one, scope.tenant) for one in fresh))


def _ids(encounter: Json, tenant: int) -> set[str]:
    patient = encounter["subject"]["reference"].partition("/")[2]
    return {reading.encounter_id(tenant, one["reference"].partition("/")[2], patient) for one in encounter.get("appointment", ())}


def alive(ctx: Context, since: datetime) -> list[Filing]:
    """Return the Encounters of the visits from the day of `since` to today, as far as their Appointments say they have come."""
    found: list[Filing] = []
    on, today = local_day(since, ctx.zone), local_day(ctx.now, ctx.zone)
    while on <= today:
        start, _ = queries.bounds(on, ctx.zone)
        people = queries.day(scopes.for_flow(ctx, start), on)
        found += _of_day(ctx, people, now=on == today)
        on += timedelta(days=1)
    return found


def _of_day(ctx: Context, people: Iterable[InFlow], *, now: bool) -> list[Filing]:
    numbers: dict[str, int] = {}
    inside: dict[str, int] = {}
    found = []
    capacity = {ref: one.calendar.capacity for ref, one in clinic(ctx.tenant, ctx.now).bookables.items()}
    for one in sorted(people, key=lambda each: (each.start, each.visit.id, each.patient)):
        if one.flow.room and one.visit.resource["status"] != "fulfilled":
            inside[one.flow.room] = inside.get(one.flow.room, 0) + 1
        numbers[one.site] = max(numbers.get(one.site, 0), one.flow.number or 0)
    for one in sorted(people, key=lambda each: (each.start, each.visit.id, each.patient)):
        status = one.visit.resource["status"]
        ended = bool(one.flow.version) and one.flow.stood and one.flow.stood[-1].step in steps.ENDED
        if status not in CAME or ended or (one.flow.version and now and status != "fulfilled"):
            continue
        numbers[one.site] += 1
        room = next((r for r in one.rooms if inside.get(r, 0) < capacity.get(r, 1)), "")
        made = _walk(ctx, one, status, room, numbers[one.site])
        if reading.room_of(made):
            inside[room] = inside.get(room, 0) + 1
        found.append(Filing(made, "Encounter", made["id"], expect=one.flow.version or None))
    return found


def _walk(ctx: Context, one: InFlow, status: str, room: str, number: int) -> Json:
    rng = Random(f"flow:{one.visit.id}:{one.patient}")
    made = reading.begun(ctx.tenant, one.visit.resource | {"id": one.visit.id}, one.patient, None if one.telehealth else number)
    name = next((p["actor"].get("display", "") for p in one.visit.resource["participant"] if p["actor"].get("reference") == room), "")
    where = {"reference": room, "display": name} if room else None
    came = min(one.start - timedelta(minutes=rng.randrange(2, 20)), ctx.now - timedelta(minutes=1))
    last = {"arrived": rng.choice((Step.ARRIVED, Step.FORMS, Step.ROOMED)), "fulfilled": Step.DONE}.get(status, Step.WITH_PROVIDER)
    if status == "checked-in" and one.end - ctx.now < timedelta(minutes=6):
        last = Step.CHECKOUT
    if one.telehealth and last in {Step.FORMS, Step.ROOMED}:
        last = Step.ARRIVED
    at = came
    for step in (Step.ARRIVED, Step.FORMS, Step.ROOMED, Step.WITH_PROVIDER, Step.CHECKOUT, Step.DONE):
        if step is Step.FORMS and last is not Step.FORMS:
            continue
        if step is Step.ROOMED and (one.telehealth or where is None):
            continue
        made = reading.stepped(made, step, at.replace(microsecond=0), "Front desk", where if step is Step.ROOMED else None)
        if step is last:
            break
        at = min(_later(step, at, one, rng), ctx.now)
    return made


def _later(step: Step, at: datetime, one: InFlow, rng: Random) -> datetime:
    """Return when the next step follows."""
    if step in {Step.ARRIVED, Step.FORMS}:
        return max(at + timedelta(minutes=2), one.start + timedelta(minutes=rng.randrange(-4, 4)))
    if step is Step.ROOMED:
        return at + timedelta(minutes=rng.randrange(2, 6))
    return max(at, one.end + timedelta(minutes=rng.randrange(-4, 3))) if step is Step.WITH_PROVIDER else at + timedelta(minutes=3)
