"""Visit types, calendars, time kept free, and other people's appointments."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

from waypost.access import Permission, action
from waypost.kernel.context import Context
from waypost.kernel.problem import Issue
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir
from waypost.scheduling.actions.locking import Want, lock, released, resolved, take
from waypost.scheduling.problems import BadTemplate, PatientElsewhere, SlotTaken
from waypost.scheduling.queries.clinic import CALENDARS, VISIT_TYPES, clinic
from waypost.scheduling.queries.slots import kinds_of, schedule_id
from waypost.scheduling.rules.types import BadBody, calendar_of, visit_type_of

Body = dict[str, Any]


@action(Permission.CALENDAR_EDIT)
def save_visit_type(ctx: Context, body: Body) -> None:
    """Keep a kind of visit. What is booked already stays as it was booked."""
    save_visit_types(ctx, [body])


@action(Permission.CALENDAR_EDIT)
def save_visit_types(ctx: Context, bodies: Sequence[Body]) -> None:
    """Keep several kinds of visit at once. Raises BadTemplate with the place of each fault."""
    _refuse_bad(bodies, visit_type_of)
    rows = [{"code": body["code"], "body": body} for body in bodies]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduling_visit_type AS v (tenant, code, body)"
            " SELECT %s, r.code, r.body FROM jsonb_to_recordset(%s::jsonb) AS r(code text, body jsonb) ORDER BY r.code"
            " ON CONFLICT (tenant, code) DO UPDATE SET body = EXCLUDED.body, version = v.version + 1",
            [ctx.tenant, orjson.dumps(rows).decode()],
        )
        cursor.execute("SELECT scheduling_touch(%s, %s)", [ctx.tenant, [VISIT_TYPES]])


@action(Permission.CALENDAR_EDIT)
def save_calendar(ctx: Context, body: Body) -> Version:
    """Keep one person's, room's or device's hours, and its Schedule."""
    return save_calendars(ctx, [body])[0]


@action(Permission.CALENDAR_EDIT)
def save_calendars(ctx: Context, bodies: Sequence[Body]) -> list[Version]:
    """Keep several calendars at once; each gets its one Schedule. Visit types first, so that Schedules can name them."""
    _refuse_bad(bodies, calendar_of)
    lock(ctx, [body["resource"] for body in bodies])
    rows = [
        {"resource": body["resource"], "schedule": schedule_id(body["resource"]), "body": body}
        for body in bodies
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduling_calendar AS c (tenant, resource, schedule, body)"
            " SELECT %s, r.resource, r.schedule, r.body"
            " FROM jsonb_to_recordset(%s::jsonb) AS r(resource text, schedule text, body jsonb) ORDER BY r.resource"
            " ON CONFLICT (tenant, resource) DO UPDATE SET body = EXCLUDED.body, version = c.version + 1",
            [ctx.tenant, orjson.dumps(rows).decode()],
        )
        cursor.execute(
            "SELECT scheduling_touch(%s, %s)", [ctx.tenant, [CALENDARS, *(row["resource"] for row in rows)]]
        )
    here = clinic(ctx.tenant, ctx.now)
    filings = [
        Filing(
            fhir.schedule(
                row["schedule"], row["resource"], row["body"]["name"], kinds_of(here, row["resource"])
            ),
            "Schedule",
            row["schedule"],
        )
        for row in rows
    ]
    return records.file_many(ctx, filings, skip_equal=True)


def _refuse_bad(bodies: Sequence[Body], read: Any) -> None:
    found: list[Issue] = []
    for index, body in enumerate(bodies):
        try:
            read(body)
        except BadBody as bad:
            found.append(
                Issue(
                    "error", "invalid", str(bad), f"[{index}].{bad.where}" if len(bodies) > 1 else bad.where
                )
            )
    if found:
        raise BadTemplate(issues=found)


@action(Permission.CALENDAR_EDIT)
def block(ctx: Context, resources: Sequence[str], span: Span, reason: str) -> Version:
    """Keep time free of visits. Raises SlotTaken where a visit is booked in it already."""
    here = clinic(ctx.tenant, ctx.now)
    people = sorted(resolved(ctx, resources))
    lanes = take(ctx, [Want(r, span, 1) for r in people])
    if isinstance(lanes, list):
        raise SlotTaken("A visit is booked in that time.", extra={"taken": people[lanes[0]]})
    names = [(r, here.bookables[r].calendar.name if r in here.bookables else "") for r in people]
    return records.file_many(
        ctx,
        [
            *released(ctx, lanes[1]),
            Filing(fhir.block(names, span, reason, ctx.now.replace(microsecond=0)), "Appointment"),
        ],
    )[-1]


@action(Permission.APPOINTMENT_BOOK)
def outside(
    ctx: Context, patient: tuple[str, str], span: Span, *, place: str, phone: str = "", reason: str = ""
) -> Version:
    """Note a visit elsewhere; the patient's time is taken. Raises PatientElsewhere where it is taken already."""
    answer = take(ctx, [Want(f"Patient/{patient[0]}", span)])
    if isinstance(answer, list):
        raise PatientElsewhere
    new = fhir.outside(
        *patient, span, place=place, phone=phone, reason=reason, now=ctx.now.replace(microsecond=0)
    )
    return records.file_many(ctx, [*released(ctx, answer[1]), Filing(new, "Appointment")])[-1]
