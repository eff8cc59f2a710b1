"""A patient has died: visits to come are cancelled and requests withdrawn, in one act that can be undone."""

from typing import Any

from waypost.access import Permission, action, scopes
from waypost.chart.queries import OPEN_TASKS, Slice, slices
from waypost.coordination.actions.visits import cancel_all
from waypost.coordination.actions.waiting import waiting_of
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir

Resource = dict[str, Any]

WORK_MAX = 1000


@action(Permission.PATIENT_UPDATE)
def mark_deceased(ctx: Context, patient: str, *, on: str | None = None, expect: int | None = None) -> Version:
    """Record a death (`on`: a FHIR date or dateTime, None where only the fact is known) and stop what was to come.

    Returns the Patient's version; its `act` undoes all of it. What is queued to go out is stopped by its carrier,
    which asks the record again. A patient's place in a group is given up and the group goes on.
    """
    scope = scopes.for_patient(ctx, patient, level="contact")
    before = records_queries.read(scope, "Patient", patient)
    if expect is not None and before.version != expect:
        raise Stale
    stop_what_was_to_come(ctx, patient)
    changed: Resource = {k: v for k, v in before.resource.items() if not k.lstrip("_").startswith("deceased")}
    changed |= {"deceasedDateTime": on} if on else {"deceasedBoolean": True}
    return records.file(ctx, changed, id=patient, expect=before.version)


def stop_what_was_to_come(ctx: Context, patient: str) -> None:
    """Cancel visits and withdraw requests of a patient who has died, within the act that records it."""
    coming, waiting = visits_to_come(ctx, patient), waiting_of(ctx, patient)
    everyone = {r for v in (*coming, *waiting) for r in fhir.resources_of(v.resource)}
    scheduling.lock(ctx, scheduling.resolved(ctx, everyone))
    own = [v for v in coming if len(fhir.patients_of(v.resource)) == 1]
    if own or waiting:
        cancel_all(ctx, [*own, *waiting], "deceased", "The patient has died.")
    for group in (v for v in coming if v not in own):
        records.file(ctx, fhir.without(group.resource, patient), id=group.id, expect=group.version)
    _close_work(ctx, patient)


def _close_work(ctx: Context, patient: str) -> None:
    """Close what is still open for the patient, with the reason: nobody calls the dead."""
    scope = scopes.for_patient(ctx, patient, level="contact", what="Task")
    open_ = slices(scope, patient, [Slice("Task", WORK_MAX, OPEN_TASKS)])
    why = {"text": "The patient has died."}
    closed = [Filing({**v.resource, "status": "cancelled", "statusReason": why}, "Task", v.id, v.version) for v in open_]
    if closed:
        records.file_many(ctx, closed)


def visits_to_come(ctx: Context, patient: str) -> list[Version]:
    """Return the patient's visits that are held or booked and have not begun."""
    scope = scopes.for_staff(ctx, what="Appointment", patient=patient)
    found = records_queries.fetch(
        scope,
        f"{records_queries.CURRENT} JOIN scheduling_booking b ON b.tenant = c.tenant AND b.appointment = c.id"
        f" WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND ({scope.where})"
        " AND b.resource = %s AND b.shown_starts > %s AND c.status IN ('pending', 'booked') ORDER BY b.starts",
        [scope.tenant, *scope.params, f"Patient/{patient}", ctx.now],
    )
    return list({one.id: one for one in found}.values())
