"""Sites, rooms and devices: list, add, change, retire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.coordination import clinic
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import clinic as fhir
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.templates import Template
from waypost.scheduling.rules.types import calendar_of
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Act
from waypost.web.setup import pages
from waypost.web.setup.fields import CanField, say_can
from waypost.web.setup.pages import SetupFormPage

ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
    "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip
KINDS = {"site": "Location", "room": "Location", "device": "Device"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRow:
    """A room, a device or a person in a list."""

    name: str
    url: str
    hours_url: str
    hours: str
    can: str
    note: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    name: str
    url: str
    note: str
    retired: bool
    rooms: Sequence[ThingRow] = ()
    devices: Sequence[ThingRow] = ()
    add_room: str = ""
    add_device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPage(Page):
    template: ClassVar[str] = "waypost/setup/places.html"
    place: str = "settings"
    tab: str = "places"
    sites: Sequence[SiteCard]
    edits: bool


class SiteForm(DeskForm):
    name = forms.CharField(label="Name", max_length=100, help_text="As patients and staff say it: Riverside.")
    phone = forms.CharField(label="Phone", required=False, max_length=30, help_text="It stands on letters for visits here.")
    line = forms.CharField(label="Street", required=False, max_length=200)
    city = forms.CharField(label="City", required=False, max_length=100)
    state = forms.CharField(label="State", required=False, max_length=30)
    postal_code = forms.CharField(label="ZIP code", required=False, max_length=12)
    zone = forms.ChoiceField(label="Time zone")

    def __init__(self, *args: Any, home: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict.fromkeys([home, *([self.initial["zone"]] if self.initial.get("zone") else []), *ZONES])
        self.fields["zone"].choices = [(zone, zone.replace("_", " ")) for zone in known if zone in available_timezones()]  # type: ignore[attr-defined]


class ServingForm(DeskForm):
    """What rooms, devices and people have in common: where, what for, and the hours to begin with."""

    def place_choices(self, sites: Sequence[tuple[str, str]], hours: Sequence[tuple[str, str]] | None) -> None:
        self.fields["site"].choices = sites  # type: ignore[attr-defined]
        if hours is None:
            del self.fields["hours_like"]
        else:
            self.fields["hours_like"].choices = [  # type: ignore[attr-defined]
                (clinic.WEEKDAYS, "Monday to Friday, 8 AM to 5 PM"), (clinic.NONE, "None yet"), *hours,
            ]  # fmt: skip

    def serving(self) -> clinic.Serving:
        given = self.cleaned_data
        return clinic.Serving(
            department=given["department"], can=given["can"], wheelchair=given.get("wheelchair", True),
            capacity=given.get("capacity") or 1, hours_like=given.get("hours_like", clinic.NONE),
        )  # fmt: skip


class ThingForm(ServingForm):
    name = forms.CharField(label="Name", max_length=100, help_text="As the board shows it: Room 4, Ultrasound 2.")
    site = forms.ChoiceField(label="Site")
    department = forms.CharField(label="Department", required=False, max_length=60, widget=forms.TextInput(attrs={"list": "departments"}))
    can = CanField(label="What it is for", help_text="Short words with commas between, as exam, echo. A visit type asks for them; without any it serves visits that ask for nothing special.")
    wheelchair = forms.BooleanField(label="A wheelchair gets in", required=False)
    capacity = forms.IntegerField(label="Patients at a time", min_value=1, max_value=64, widget=forms.NumberInput(attrs={"class": "short"}),
                                  help_text="An infusion room with six chairs serves six.")  # fmt: skip
    hours_like = forms.ChoiceField(label="Hours to begin with", required=False)

    def __init__(self, *args: Any, sites: Sequence[tuple[str, str]], hours: Sequence[tuple[str, str]] | None, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place_choices(sites, hours)
        if kind == "device":
            del self.fields["wheelchair"]


@require_safe
def places(request: Request) -> HttpResponse:
    """Show each site with its rooms and devices."""
    pages.needs(request, Permission.CLINIC_SET_UP, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="Location")
    calendars = {one.key: one for one in templates.calendars(scope)}
    locations, devices = clinic.of_type(scope, "Location"), clinic.of_type(scope, "Device")
    sites = [v for v in locations if fhir.physical_type(v.resource) == fhir.SITE]
    cards = [_site_card(v, locations, devices, calendars) for v in sites]
    lost = [v for v in [*locations, *devices] if v.reference in calendars and calendars[v.reference].body.get("site")
            not in {site.reference for site in sites}]  # fmt: skip
    if lost:
        rows = tuple(thing_row(v, calendars.get(v.reference)) for v in lost)
        cards.append(SiteCard(name="At no site", url="", note="", retired=False, rooms=rows))
    return render_page(request, PlacesPage(title="Places", sites=sorted(cards, key=lambda card: card.retired),
                                           edits=pages.may(request, Permission.CLINIC_SET_UP)))  # fmt: skip


def _site_card(site: Version, locations: Sequence[Version], devices: Sequence[Version],
               calendars: Mapping[str, Template]) -> SiteCard:  # fmt: skip
    wish = fhir.site_of(site.resource)

    def here(versions: Sequence[Version], key: str) -> tuple[ThingRow, ...]:
        found = [v for v in versions if (v.resource.get(key) or {}).get("reference") == site.reference]
        return tuple(sorted((thing_row(v, calendars.get(v.reference)) for v in found), key=lambda row: row.retired))

    address = ", ".join(filter(None, [wish.line, wish.city, f"{wish.state} {wish.postal_code}".strip()]))
    return SiteCard(
        name=wish.name, url=reverse("setup-place", args=["site", site.id]), retired=fhir.is_retired(site.resource),
        note=" · ".join(filter(None, [address, wish.phone])), rooms=here(locations, "partOf"), devices=here(devices, "location"),
        add_room=f"{reverse('setup-place-add', args=['room'])}?site={site.id}",
        add_device=f"{reverse('setup-place-add', args=['device'])}?site={site.id}",
    )  # fmt: skip


def thing_row(version: Version, found: Template | None, name: str = "") -> ThingRow:
    """Return what a list says of a room, device or person: hours in words, what for, what is missing."""
    kind = {"Device": "device", "Practitioner": "person"}.get(version.type, "room")
    url = reverse("setup-person", args=[version.id]) if kind == "person" else reverse("setup-place", args=[kind, version.id])
    calendar = calendar_of({**found.body, "retired": False}) if found else None
    return ThingRow(
        name=name or fhir.name_of(version.resource), url=url, hours=pages.hours_said(calendar),
        hours_url=reverse("setup-calendar", args=[version.type, version.id]) if found else "",
        can=say_can(sorted(calendar.can)) if calendar else "", retired=fhir.is_retired(version.resource),
        note="" if calendar is None or calendar.capacity == 1 else f"{calendar.capacity} at a time",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: Request, kind: str) -> HttpResponse:
    """Add a site, a room or a device."""
    pages.needs(request, Permission.CLINIC_SET_UP)
    scope = scopes.for_staff(request.ctx, what=KINDS[kind])
    if kind != "site" and not clinic.sites(scope):
        done(request, "A site comes first; the room stands in it.")
        return go_to(request, "setup-place-add", "site")
    form = _form(request, scope, kind, {"site": f"Location/{request.GET.get('site', '')}", "capacity": 1, "wheelchair": True,
                                        "zone": request.ctx.zone, "hours_like": clinic.WEEKDAYS}, new=True)  # fmt: skip
    if form.is_valid():
        try:
            made = _added(request, kind, form)
        except Problem as problem:
            pages.refused(form, problem)
        else:
            done(request, "Added.", records.read(scope, *made.split("/")).act, back=reverse("setup-places"))
            return go_to(request, "setup-places") if kind == "site" else go_to(request, "setup-calendar", *made.split("/"))
    return pages.show(request, _page(request, scope, kind, form, f"Add a {kind}", "Add"), form)


def _added(request: Request, kind: str, form: Any) -> str:
    key = pages.key_of(request)
    if kind == "site":
        return clinic.add_site(request.ctx, clinic.SiteWish(**form.cleaned_data), key=key)
    return clinic.add_thing(request.ctx, _wish(kind, form), key=key)


def _wish(kind: str, form: ThingForm) -> clinic.ThingWish:
    given = form.cleaned_data
    return clinic.ThingWish(kind=KINDS[kind], name=given["name"], site=given["site"], serving=form.serving())


@require_http_methods(["GET", "POST"])
def change(request: Request, kind: str, id: str) -> HttpResponse:
    """Change a site, a room or a device."""
    pages.needs(request, Permission.CLINIC_SET_UP)
    scope = scopes.for_staff(request.ctx, what=f"{KINDS[kind]}/{id}")
    version = records.read(scope, KINDS[kind], id)
    if kind != "device" and (fhir.physical_type(version.resource) == fhir.SITE) != (kind == "site"):
        raise Http404
    form = _form(request, scope, kind, _initial(scope, kind, version), new=False)
    if form.is_valid():
        try:
            made = _changed(request, kind, id, form)
        except Problem as problem:
            pages.refused(form, problem)
        else:
            done(request, "Saved." if made.version != pages.seen(request) else "Nothing was changed.",
                 made.act if made.version != pages.seen(request) else None)  # fmt: skip
            return go_to(request, "setup-places")
    acts = [] if kind == "site" else [Act("Hours", reverse("setup-calendar", args=[KINDS[kind], id]))]
    acts.append(Act("History", reverse("setup-history", args=[KINDS[kind], id])))
    page = _page(request, scope, kind, form, fhir.name_of(version.resource), "Save", acts=acts, version=version.version,
                 retire_url=reverse("setup-retire", args=[KINDS[kind], id]), retired=fhir.is_retired(version.resource))  # fmt: skip
    return pages.show(request, page, form)


def _changed(request: Request, kind: str, id: str, form: Any) -> Version:
    if kind == "site":
        return clinic.change_site(request.ctx, id, clinic.SiteWish(**form.cleaned_data), expect=pages.seen(request))
    return clinic.change_thing(request.ctx, id, _wish(kind, form), expect=pages.seen(request))


def _initial(scope: Scope, kind: str, version: Version) -> dict[str, Any]:
    if kind == "site":
        wish = fhir.site_of(version.resource)
        return {name: getattr(wish, name) for name in SiteForm.base_fields}
    found = templates.calendar(scope, version.reference)
    body = found.body if found else {}
    site = (version.resource.get("partOf" if kind == "room" else "location") or {}).get("reference", "")
    return {"name": fhir.name_of(version.resource), "site": body.get("site") or site, "department": body.get("department") or "",
            "can": body.get("can") or [], "wheelchair": body.get("wheelchair", True), "capacity": body.get("capacity") or 1}  # fmt: skip


def _form(request: Request, scope: Scope, kind: str, initial: dict[str, Any], *, new: bool) -> Any:
    data = request.POST if request.method == "POST" else None
    if kind == "site":
        return SiteForm(data, initial=initial, home=request.ctx.zone)
    return ThingForm(data, initial=initial, kind=kind, sites=site_choices(scope), hours=hours_choices(scope) if new else None)


def site_choices(scope: Scope) -> list[tuple[str, str]]:
    return [(v.reference, fhir.name_of(v.resource)) for v in clinic.sites(scope)]


def hours_choices(scope: Scope) -> list[tuple[str, str]]:
    """Return whose hours a new calendar may begin with."""
    return [(one.key, f"As {one.body.get('name', one.key)}") for one in templates.calendars(scope) if not one.body.get("retired")]


def departments(scope: Scope) -> list[str]:
    every = {one.body.get("department") or "" for one in [*templates.calendars(scope), *templates.visit_types(scope)]}
    return sorted(filter(None, every))


def _page(request: Request, scope: Scope, kind: str, form: Any, title: str, verb: str, **more: Any) -> SetupFormPage:
    lists = {} if kind == "site" else {"departments": departments(scope)}
    more.setdefault("version", 0)
    version = pages.seen(request) if form.is_bound and not form.non_field_errors() else more.pop("version")
    more.pop("version", None)
    return SetupFormPage(title=title, form=form, verb=verb, back=reverse("setup-places"), key=pages.key_of(request), tab="places",
                         lists=lists, version=version, **more)  # fmt: skip
