"""The edit that records a death."""

from typing import Any

from waypost.access.permissions import Permission
from waypost.coordination.deceased import mark_deceased
from waypost.coordination.living import mark_living
from waypost.kernel.context import Context
from waypost.records.versions import Version
from waypost.registry import fhir
from waypost.web.chart import forms
from waypost.web.chart.edits.base import Edit, End, Loaded, read, today_of


class DeceasedEdit(Edit):
    permission, form, said, verb = (
        Permission.APPOINTMENT_STATUS,
        forms.DeceasedForm,
        "Death recorded. Visits and work stopped.",
        "Record the death",
    )

    def title(self, on: str, loaded: Loaded) -> str:
        return "Record a death"

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        version = read(ctx, patient, "Patient", patient)
        death = fhir.died(version.resource)
        initial = {"on": death[:10]} if isinstance(death, str) else {}
        notes = [
            "Visits to come are cancelled, open work is closed, and nothing more goes out. It is one act: Undo brings back what is still free."
        ]
        if death:
            notes = [
                "Mark as living brings back the visits whose times are still free and the open work. What cannot come back is shown with its next times and put in To do, to be booked anew."
            ]
        ends = (End("error", "Mark as living"),) if death else ()
        return Loaded(
            version.version,
            initial,
            {"today": today_of(ctx)},
            version.resource,
            version.reference,
            ends,
            notes=notes,
        )

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        return mark_deceased(ctx, patient, on=values["on"].isoformat() if values["on"] else None, expect=seen)

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        return mark_living(ctx, patient, expect=seen)

    def ended_said(self, how: str) -> str:
        return "Marked as living."

    def after(self, ctx: Context, made: Version) -> str:
        from waypost.web.schedule import again

        return again.address(ctx, made)
