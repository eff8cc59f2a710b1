"""How a place or a person stood at a moment of the past, and bringing that back: facts, work and hours in one act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.access.permissions import allowed
from waypost.access.problems import NotPermitted
from waypost.coordination import clinic
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import NotFound, Stale
from waypost.records.versions import Filing, Version
from waypost.registry import clinic as fhir
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.templates import TemplateVersion

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """Every version of what makes up one who is booked, newest first; `hours` of its calendar."""

    facts: tuple[Version, ...]
    work: tuple[Version, ...]
    hours: tuple[TemplateVersion, ...]

    @property
    def stand(self) -> str:
        """What was seen: it changes with any of it."""
        newest = [self.facts[:1], self.work[:1], self.hours[:1]]
        return ".".join(str(one[0].version if one else 0) for one in newest)

    def filings(self, at: datetime) -> list[Filing]:
        """Return what has to be filed again so that facts and work are as they were."""
        found = []
        for versions in (self.facts, self.work):
            then = next((v for v in versions if v.at <= at and not v.deleted), None)
            if then is not None and _content(then) != _content(versions[0]):
                found.append(Filing(then.text, then.type, then.id, expect=versions[0].version))
        return found

    def body(self, at: datetime) -> Json | None:
        """Return the calendar as it was, where that is not how it is."""
        then = next((v.body for v in self.hours if v.at <= at and v.body is not None), None)
        return then if self.hours and then != self.hours[0].body else None


def kept(scope: Scope, kind: str, id: str) -> Kept:
    """Return what was ever on record of a place or a person."""
    role = clinic.role_of(scope, id) if kind == "Practitioner" else None
    return Kept(
        tuple(queries.history(scope, kind, id)),
        tuple(queries.history(scope, "PractitionerRole", role.id)) if role else (),
        tuple(templates.versions(scope, "calendar", f"{kind}/{id}")),
    )


def may_bring_back(ctx: Context, filings: Iterable[Filing]) -> bool:
    """Tell whether this actor may: hours alone are for whoever keeps calendars."""
    needed = Permission.CLINIC_SET_UP if list(filings) else Permission.CALENDAR_EDIT
    return allowed(ctx.actor.roles, needed)


@action(Permission.CALENDAR_EDIT)
def bring_back(ctx: Context, kind: str, id: str, at: datetime, *, expect: str) -> None:
    """Let a place or person be as it was at that moment; what is booked stays booked. `expect` is the `stand` that was seen."""
    all_of_it = kept(scopes.for_staff(ctx, what=f"{kind}/{id}"), kind, id)
    if not all_of_it.facts:
        raise NotFound
    if all_of_it.stand != expect:
        raise Stale
    filings, body = all_of_it.filings(at), all_of_it.body(at)
    if not may_bring_back(ctx, filings):
        raise NotPermitted
    if filings:
        filed = records.file_many(ctx, filings)[0]
        if filed.type == "Location":
            _keep_zone(ctx, filed)
    if body is not None:
        scheduling.save_calendar(ctx, body, expect=all_of_it.hours[0].version)


def _keep_zone(ctx: Context, place: Version) -> None:
    zone = fhir.extension_of(place.resource, "zone")
    if zone:
        clinic.keep_zone_of_site(ctx, scopes.for_staff(ctx, what=place.reference), place.id, zone)


def _content(version: Version) -> bytes:
    return b"" if version.deleted else fhir_text.content_hash(version.text)
