"""A sheet of labels for one patient."""

from waypost.access import scopes
from waypost.coordination.printed.allowing import may_print
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment
from waypost.messaging import fhir, printing
from waypost.messaging.rules import labels as rules
from waypost.records import queries as records
from waypost.registry import fhir as people


def labels(ctx: Context, patient: str, *, appointment: str = "", count: int = 0, skip: int = 0) -> bytes:
    """Return a sheet as PDF: `count` labels (0: as many as fit) from the place after `skip` used ones. Audited as printed.

    With an appointment they bear the day of that visit.
    """
    what = f"Appointment/{appointment}" if appointment else f"Patient/{patient}"
    may_print(ctx, what=what, patient=patient)
    scope = scopes.for_staff(ctx, "print", what=what, patient=patient, detail={"name": "labels"})
    person = records.read(scope, "Patient", patient).resource
    day = None
    if appointment:
        visit = records.read(scope, "Appointment", appointment).resource
        starts = read_moment(visit.get("start")) if patient in fhir.patients_of(visit) else None
        day = local_day(starts, ctx.zone) if starts else None
    skip = min(max(skip, 0), rules.STOCK.places - 1)
    rest = rules.STOCK.places - skip
    made = rules.compose(
        fhir.recipient(person, local_day(ctx.now, ctx.zone)),
        mrn=people.mrn(person),
        visit_day=day,
        count=min(count, rest) if count > 0 else rest,
        skip=skip,
    )
    return printing.labels(made)
