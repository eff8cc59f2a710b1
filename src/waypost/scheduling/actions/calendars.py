"""Time kept free, and other people's appointments."""

from collections.abc import Sequence

from waypost.access import Permission, action
from waypost.kernel.context import Context
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir
from waypost.scheduling.actions.changes import check_status, current
from waypost.scheduling.actions.locking import Want, lock, released, resolved, take
from waypost.scheduling.problems import PatientElsewhere, SlotTaken
from waypost.scheduling.queries.clinic import clinic


@action(Permission.CALENDAR_EDIT)
def block(ctx: Context, resources: Sequence[str], span: Span, reason: str, *, over: bool = False) -> Version:
    """Keep time free of visits. Raises SlotTaken where a visit is booked in it already.

    `over`: what is booked stays, nothing more is booked, and the block is pending until `confirm_block`.
    """
    here = clinic(ctx.tenant, ctx.now)
    people = sorted(resolved(ctx, resources))
    lanes = take(ctx, [Want(r, span, 1) for r in people], override=over)
    if isinstance(lanes, list):
        raise SlotTaken("A visit is booked in that time.", extra={"taken": people[lanes[0]]})
    names = [(r, here.bookables[r].calendar.name if r in here.bookables else "") for r in people]
    made = fhir.block(names, span, reason, ctx.now.replace(microsecond=0))
    if over:
        made = {**fhir.with_lanes(made, dict(enumerate(lanes[0]))), "status": "pending"}
    return records.file_many(ctx, [*released(ctx, lanes[1]), Filing(made, "Appointment")])[-1]


@action(Permission.CALENDAR_EDIT)
def confirm_block(ctx: Context, id_: str, *, expect: int | None = None) -> Version:
    """Let a pending block stand."""
    before = current(ctx, id_, expect)
    check_status(ctx, before.resource, "booked")
    return records.file(ctx, {**before.resource, "status": "booked"}, id=id_, expect=before.version)


@action(Permission.CALENDAR_EDIT)
def end_block(ctx: Context, id_: str, *, expect: int | None = None) -> Version:
    """Give time that was kept free back to visits."""
    before = current(ctx, id_, expect)
    lock(ctx, resolved(ctx, fhir.resources_of(before.resource)))
    return records.file(ctx, fhir.cancelled(before.resource, "cancelled", "", "Given back."), id=id_, expect=before.version)


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
