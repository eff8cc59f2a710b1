"""Setting the clinic up: places, people, calendars, visit types."""

from django.urls import path, register_converter

from waypost.web.setup import calendars, history, people, places, restoring, retiring, rules, visit_types


class PlaceKind:
    regex = "site|room|device"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class BookableKind(PlaceKind):
    regex = "Practitioner|Location|Device"


register_converter(PlaceKind, "place_kind")
register_converter(BookableKind, "bookable")

urlpatterns = [
    path("settings/places", places.places, name="setup-places"),
    path("settings/places/add/<place_kind:kind>", places.add, name="setup-place-add"),
    path("settings/places/<place_kind:kind>/<id:id>", places.change, name="setup-place"),
    path("settings/booked", people.people, name="setup-people"),
    path("settings/booked/add", people.add, name="setup-person-add"),
    path("settings/booked/<id:id>", people.change, name="setup-person"),
    path("settings/hours/<bookable:kind>/<id:id>", calendars.calendar, name="setup-calendar"),
    path("settings/history/<bookable:kind>/<id:id>", history.of_bookable, name="setup-history"),
    path("settings/history/<bookable:kind>/<id:id>/restore", restoring.of_bookable, name="setup-restore"),
    path("settings/retire/<bookable:kind>/<id:id>", retiring.retire, name="setup-retire"),
    path("settings/rules", rules.rules, name="setup-rules"),
    path("settings/rules/<slug:code>", rules.rule, name="setup-rule"),
    path("settings/visit-types", visit_types.visit_types, name="setup-visit-types"),
    path("settings/visit-types/add", visit_types.add, name="setup-visit-type-add"),
    path("settings/visit-types/<slug:code>", visit_types.change, name="setup-visit-type"),
    path("settings/visit-types/<slug:code>/retire", visit_types.retire, name="setup-visit-type-retire"),
    path("settings/visit-types/<slug:code>/history", history.of_visit_type, name="setup-visit-type-history"),
    path("settings/visit-types/<slug:code>/history/restore", restoring.of_visit_type, name="setup-visit-type-restore"),
]
