"""What is asked before a visit is made longer or shorter."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import say_time
from waypost.messaging.fhir import moment
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.rules import status
from waypost.web.forms import DeskForm
from waypost.web.schedule.clocks import ClockField

AT = "at"
STEPS = (("15", "15 minutes longer"), ("5", "5 minutes longer"), ("-5", "5 minutes shorter"), ("-15", "15 minutes shorter"), (AT, "Ends at the time below"))


class LengthForm(DeskForm):
    by = forms.ChoiceField(label="How much", choices=STEPS, widget=forms.RadioSelect, initial="15")
    ends = ClockField(label="Ends at", required=False, help_text="As 9:45 AM or 14:30.")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("by") == AT and not said.get("ends") and "ends" not in self.errors:
            self.add_error("ends", "Write when it ends.")
        return said

    def end(self, was: datetime, zone: str) -> datetime:
        """Return the end that is meant: on the day on which it ended before."""
        if self.cleaned_data["by"] != AT:
            return was + timedelta(minutes=int(self.cleaned_data["by"]))
        local = was.astimezone(ZoneInfo(zone))
        return datetime.combine(local.date(), self.cleaned_data["ends"], ZoneInfo(zone)).astimezone(UTC)


def fits(resource: dict[str, Any]) -> bool:
    """Tell whether a visit may be made longer or shorter."""
    return resource.get("status") in status.RESIZED and fhir.visit_type_code(resource) is not None and bool(resource.get("end"))


def form_for(found: Version, ctx: Context) -> LengthForm:
    end = moment(found.resource.get("end"))
    return LengthForm(initial={
        "by": "15", "ends": say_time(end, ctx.zone) if end else "", "key": str(ids.uuid7(ctx.now)), "expect": found.version,
    })  # fmt: skip
