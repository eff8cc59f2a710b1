"""Setting a clinic up: sites, rooms, devices and the people whom patients are booked with, each with its calendar.

A room is a Location with hours, a device a Device, a person a Practitioner with a PractitionerRole. Facts that the
finder needs (name, site, what it can do, languages) stand in the calendar too; one act writes both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version
from waypost.records.wishes import once
from waypost.registry import clinic as fhir
from waypost.registry.clinic import PersonWish, SiteWish
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates

Json = dict[str, Any]
WEEKDAYS_8_TO_5: Json = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "17:00"}
WEEKDAYS, NONE = "weekdays", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the finder needs to know of someone or something that is booked."""

    department: str = ""
    can: Sequence[str] = ()
    wheelchair: bool = True
    capacity: int = 1
    hours_like: str = NONE  # of a new one: 'weekdays', or whose hours and closed days it begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingWish:
    """A room or a device."""

    kind: str  # Location | Device
    name: str
    site: str  # 'Location/x'
    serving: Serving


@action(Permission.CLINIC_SET_UP)
def add_site(ctx: Context, wish: SiteWish, *, key: str = "") -> str:
    """File a new site; the same form sent twice makes one."""
    return _once(ctx, key, lambda: records.file(ctx, fhir.site(None, wish)).reference)


@action(Permission.CLINIC_SET_UP)
def change_site(ctx: Context, id: str, wish: SiteWish, *, expect: int) -> Version:
    """Change a site. Its name and zone reach the calendars of what is there."""
    scope = _scope(ctx, f"Location/{id}")
    made = _file(ctx, _amended(scope, "Location", id, expect, lambda old: fhir.site(old, wish)))
    keep_zone_of_site(ctx, scope, id, wish.zone or ctx.zone)
    return made


def keep_zone_of_site(ctx: Context, scope: Scope, id: str, zone: str) -> None:
    """Let the calendars of what is at a site go by its zone."""
    here = [one.body for one in templates.calendars(scope) if one.body.get("site") == f"Location/{id}"]
    bodies = [{**body, "zone": zone} for body in here if body.get("zone") != zone]
    if bodies:
        scheduling.save_calendars(ctx, bodies)


@action(Permission.CLINIC_SET_UP)
def add_thing(ctx: Context, wish: ThingWish, *, key: str = "") -> str:
    """File a new room or device with its calendar and Schedule."""

    def do() -> str:
        made = records.file(ctx, _thing(ctx, None, wish))
        _begin_calendar(ctx, made.reference, "room" if wish.kind == "Location" else "device", wish.name, wish.site, wish.serving)
        return made.reference

    return _once(ctx, key, do)


@action(Permission.CLINIC_SET_UP)
def change_thing(ctx: Context, id: str, wish: ThingWish, *, expect: int) -> Version:
    """Change a room or device, and what its calendar says of it."""
    scope = _scope(ctx, f"{wish.kind}/{id}")
    made = _file(ctx, _amended(scope, wish.kind, id, expect, lambda old: _thing(ctx, old, wish)))
    role = "room" if wish.kind == "Location" else "device"
    _say_in_calendar(ctx, made.reference, role, wish.name, wish.site, wish.serving)
    return made


@action(Permission.CLINIC_SET_UP)
def add_person(ctx: Context, wish: PersonWish, serving: Serving, *, key: str = "") -> str:
    """File someone whom patients are booked with: Practitioner, PractitionerRole, calendar, Schedule."""

    def do() -> str:
        made = records.file(ctx, fhir.practitioner(None, wish))
        records.file(ctx, _role(ctx, None, made.reference, wish, serving))
        _begin_calendar(ctx, made.reference, wish.role, wish.shown, wish.site, serving, person=wish)
        return made.reference

    return _once(ctx, key, do)


@action(Permission.CLINIC_SET_UP)
def change_person(ctx: Context, id: str, wish: PersonWish, serving: Serving, *, expect: int) -> Version:
    """Change someone whom patients are booked with, and what their calendar says of them."""
    scope = _scope(ctx, f"Practitioner/{id}")
    made = _file(ctx, _amended(scope, "Practitioner", id, expect, lambda old: fhir.practitioner(old, wish)))
    role = role_of(scope, id)
    if role is None:
        records.file(ctx, _role(ctx, None, made.reference, wish, serving))
    else:
        _file(ctx, _amended(scope, "PractitionerRole", role.id, role.version,
                            lambda old: _role(ctx, old, made.reference, wish, serving)))  # fmt: skip
    _say_in_calendar(ctx, made.reference, wish.role, wish.shown, wish.site, serving, person=wish)
    return made


@action(Permission.CLINIC_SET_UP)
def retire(ctx: Context, kind: str, id: str, *, expect: int, back: bool = False) -> Version:
    """Take someone or something out of use, or back into it. What is booked stays, and opens nothing more."""
    scope = _scope(ctx, f"{kind}/{id}")
    made = _file(ctx, _amended(scope, kind, id, expect, lambda old: fhir.retired(old, back=back)))
    role = role_of(scope, id) if kind == "Practitioner" else None
    if role is not None:
        _file(ctx, _amended(scope, "PractitionerRole", role.id, role.version, lambda old: fhir.retired(old, back=back)))
    found = templates.calendar(scope, made.reference)
    if found is not None:
        scheduling.save_calendar(ctx, {**found.body, "retired": not back})
    return made


def role_of(scope: Scope, practitioner: str) -> Version | None:
    """Return the PractitionerRole that stands for someone's work here: an active one before the others."""
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = c.type AND r.id = c.id"
        " AND r.param = 'practitioner' AND r.target = %s"
        f" WHERE c.tenant = %s AND c.type = 'PractitionerRole' AND NOT c.deleted AND ({scope.where}) ORDER BY c.id",
        [f"Practitioner/{practitioner}", scope.tenant, *scope.params],
    )
    return min(found, key=lambda one: fhir.is_retired(one.resource), default=None)


def of_type(scope: Scope, kind: str) -> list[Version]:
    """Return every Location, Device, Practitioner or PractitionerRole of the clinic, in order of name."""
    return queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = %s AND NOT c.deleted AND ({scope.where}) ORDER BY c.name, c.id",
        [scope.tenant, kind, *scope.params],
    )


def sites(scope: Scope) -> list[Version]:
    """Return the sites that are in use."""
    return [v for v in of_type(scope, "Location")
            if fhir.physical_type(v.resource) == fhir.SITE and not fhir.is_retired(v.resource)]  # fmt: skip


# ---------------------------------------------------------------- parts


def _scope(ctx: Context, what: str) -> Scope:
    return scopes.for_staff(ctx, what=what)


def _amended(scope: Scope, kind: str, id: str, expect: int, change: Any) -> tuple[Version, Json | None]:
    newest = queries.read(scope, kind, id)
    if newest.version != expect:
        raise Stale
    before = fhir_text.parse(newest.text)
    after = change(before)
    return newest, (after if after != before else None)


def _file(ctx: Context, amended: tuple[Version, Json | None]) -> Version:
    newest, after = amended
    if after is None:
        return newest
    return records.file_many(ctx, [Filing(fhir_text.dumps(after), newest.type, newest.id, expect=newest.version)])[0]


def _once(ctx: Context, key: str, do: Any) -> str:
    if not key:
        return do()
    return str(once(f"form:{key}", lambda: {"made": do()})["made"])


def _named(ctx: Context, reference: str) -> tuple[Json, str]:
    """Return a reference to a site with its name, and the site's zone."""
    scope = _scope(ctx, reference)
    found = queries.read(scope, "Location", reference.partition("/")[2]).resource
    return {"reference": reference, "display": found.get("name", "")}, fhir.extension_of(found, "zone") or ctx.zone


def _thing(ctx: Context, before: Json | None, wish: ThingWish) -> Json:
    build = fhir.room if wish.kind == "Location" else fhir.device
    return build(before, name=wish.name, site=_named(ctx, wish.site)[0], department=wish.serving.department)


def _role(ctx: Context, before: Json | None, who: str, wish: PersonWish, serving: Serving) -> Json:
    return fhir.practitioner_role(
        before, wish, who={"reference": who, "display": wish.shown}, site=_named(ctx, wish.site)[0], can=serving.can
    )


def _facts(ctx: Context, role: str, name: str, site: str, serving: Serving, person: PersonWish | None) -> Json:
    return {
        "role": role, "name": name, "department": serving.department, "can": list(serving.can), "site": site,
        "zone": _named(ctx, site)[1], "gender": (person.gender if person else "") or None,
        "languages": list(person.languages) if person else [], "wheelchair": serving.wheelchair, "capacity": serving.capacity,
    }  # fmt: skip


def _begin_calendar(ctx: Context, resource: str, role: str, name: str, site: str, serving: Serving,
                    *, person: PersonWish | None = None) -> None:  # fmt: skip
    hours: Json = {"weekly": [], "closed": [], "exceptions": []}
    if serving.hours_like == WEEKDAYS:
        hours["weekly"] = [WEEKDAYS_8_TO_5]
    elif serving.hours_like:
        like = templates.calendar(_scope(ctx, serving.hours_like), serving.hours_like)
        hours = {part: (like.body.get(part) or []) if like else [] for part in hours}
    body = {"resource": resource, **_facts(ctx, role, name, site, serving, person), **hours}
    scheduling.save_calendar(ctx, body, expect=0)


def _say_in_calendar(ctx: Context, resource: str, role: str, name: str, site: str, serving: Serving,
                     *, person: PersonWish | None = None) -> None:  # fmt: skip
    found = templates.calendar(_scope(ctx, resource), resource)
    if found is None:
        _begin_calendar(ctx, resource, role, name, site, replace(serving, hours_like=NONE), person=person)
        return
    body = {**found.body, **_facts(ctx, role, name, site, serving, person)}
    if body != found.body:
        scheduling.save_calendar(ctx, body, expect=found.version)


__all__ = [
    "NONE", "WEEKDAYS", "PersonWish", "Serving", "SiteWish", "ThingWish", "add_person", "add_site", "add_thing",
    "change_person", "change_site", "change_thing", "of_type", "retire", "role_of", "sites",
]  # fmt: skip
