"""Time kept free, and other people's appointments."""

from collections.abc import Sequence

from waypost.access import Permission, action
from waypost.kernel.context import Context
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir
from waypost.scheduling.actions.locking import Want, released, resolved, take
from waypost.scheduling.problems import PatientElsewhere, SlotTaken
from waypost.scheduling.queries.clinic import clinic


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
    ctx: Context, patient: tuple[str, str], span: Span, *, place: str, phone: str = "", reason: str = "", order: str = ""
) -> Version:
    """Note a visit elsewhere; the patient's time is taken. Raises PatientElsewhere where it is taken already."""
    answer = take(ctx, [Want(f"Patient/{patient[0]}", span)])
    if isinstance(answer, list):
        raise PatientElsewhere
    new = fhir.outside(
        *patient, span, place=place, phone=phone, reason=reason, now=ctx.now.replace(microsecond=0), order=order
    )
    return records.file_many(ctx, [*released(ctx, answer[1]), Filing(new, "Appointment")])[-1]
