"""What an edit form is: what it loads, what it saves, what it can end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import queries
from waypost.records.versions import Version
from waypost.web.forms import DeskForm

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """A button beside Save that ends, removes or corrects instead."""

    value: str
    word: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a form opens with: the version that is seen, its values, and what the form itself needs to know."""

    version: int = 0
    initial: dict[str, Any] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)
    resource: Json | None = None
    reference: str = ""  # of the resource, for its history
    ends: Sequence[End] = ()
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()


class Edit:
    """One form of the patient page. Subclasses say what differs; `web.chart.editing` does what is the same."""

    permission: Permission = Permission.PATIENT_UPDATE
    form: type[DeskForm] = DeskForm
    said: str = "Saved."
    verb: str = "Save"

    def title(self, on: str, loaded: Loaded) -> str:
        raise NotImplementedError

    def load(self, ctx: Context, patient: str, on: str) -> Loaded:
        raise NotImplementedError

    def save(
        self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, values: dict[str, Any]
    ) -> Version:
        raise NotImplementedError

    def end(self, ctx: Context, patient: str, on: str, loaded: Loaded, seen: int, how: str) -> Version:
        raise NotImplementedError

    def ended_said(self, how: str) -> str:
        return "Ended."

    def after(self, ctx: Context, made: Version) -> str:
        """Return the address to go on to where it is not the patient's page."""
        return ""


def today_of(ctx: Context) -> date:
    return local_day(ctx.now, ctx.zone)


def read(ctx: Context, patient: str, kind: str, id: str, *, level: str = "contact") -> Version:
    """Return the newest version of what a form is about."""
    return queries.read(scopes.for_patient(ctx, patient, level=level, what=f"{kind}/{id}"), kind, id)
