"""Every address of the desk, found by asking the routes, with ids of what is there: a new page is walked without being named."""

from base64 import b64encode
from dataclasses import dataclass
from itertools import product

from django.urls import URLPattern, get_resolver

from tests.desk.test_schedule import booked
from tests.paper_cases import pdf
from tests.small_clinic import at, file_all
from waypost.access.models import Account
from waypost.coordination import actions as coordination
from waypost.coordination.bumping import actions as bumping
from waypost.kernel.spans import Span
from waypost.web.chart.edits import EDITS

TEXT = "UGxhaW4gdGV4dC4="  # Plain text.
FAX = b64encode(pdf(["Discharge summary", "Dear colleague,"])).decode()


@dataclass(frozen=True)
class Known:
    """What stands in the small clinic while it is walked, by the name that a route's parameter has."""

    clinic: object
    patient: str
    visit: str
    group: str
    document: str
    account: int
    block: str  # time kept free over the visit

    def values(self, area, name, head=""):
        """Return what to put into a parameter of a route: of an `id`, whatever the area has."""
        if name == "id":
            if head == "schedule/kept-free":
                return [self.block]
            return {
                "patients": [self.patient],
                "visits": [self.visit, self.group],
                "settings": [str(self.account), "room2", "lind"],
                "work": ["work"],
                "referrals": ["asked", "told"],
            }.get(area, [self.patient, self.visit, self.group, str(self.account)])
        return {
            "form": list(EDITS),
            "type": ["Patient", "Appointment"],
            "rid": [self.patient, self.visit],
            "did": [self.document, "fax"] if area == "documents" else [self.document],
            "n": ["1"],
            "do": ["sent", "seen", "report", "told", "end"],
            "kind": ["site", "room", "device", "Practitioner", "Location", "Device"],
            "code": ["talk", "class", "visit-unconfirmed", "result-untold"],
        }.get(name, ["none"])


def furnish(clinic, client):
    """Fill the small clinic: a visit with its requests and mail, a group of two, work, people, a chart with a document."""
    who = clinic.patients
    whose = {"reference": f"Patient/{who[0]}"}
    file_all(clinic.ctx, [
        {"resourceType": "DocumentReference", "id": "paper", "status": "current", "subject": whose, "date": "2026-11-20T10:00:00Z",
         "type": {"text": "Letter"}, "content": [{"attachment": {"contentType": "text/plain", "data": TEXT}}]},
        {"resourceType": "DocumentReference", "id": "fax", "status": "current", "date": "2026-11-24T10:00:00Z",
         "content": [{"attachment": {"contentType": "application/pdf", "title": "Fax", "data": FAX}}]},
        {"resourceType": "Observation", "id": "a1c", "status": "final", "subject": whose, "code": {"text": "HbA1c"},
         "effectiveDateTime": "2026-11-20T10:00:00Z", "valueQuantity": {"value": 7.1, "unit": "%"}},
        {"resourceType": "Task", "id": "work", "status": "requested", "intent": "order", "for": {"reference": f"Patient/{who[3]}"},
         "description": "Call about the visit"},
        {"resourceType": "ServiceRequest", "id": "asked", "status": "active", "intent": "order", "subject": whose, "authoredOn": "2026-11-20",
         "code": {"text": "Referral to cardiology"}, "performer": [{"display": "Northside"}], "supportingInfo": [{"reference": "DocumentReference/paper"}],
         "extension": [{"url": "urn:waypost:extension:outside", "valueBoolean": True}]},
        {"resourceType": "ServiceRequest", "id": "told", "status": "completed", "intent": "order", "subject": whose, "code": {"text": "MRI"}},
        {"resourceType": "RelatedPerson", "id": "daughter", "patient": whose, "name": [{"text": "Ana Mora"}]},
    ])  # fmt: skip
    visit = booked(clinic, interpreter="Spanish", ride="Ride from home")
    group = booked(clinic, "class", start=at(10), patient=1)
    coordination.add_to_group(clinic.ctx, group.id, who[2])
    block = bumping.keep_free(clinic.ctx, ["Practitioner/lind"], Span(at(9), at(9, 20)), "Training")
    for n in (0, 1):
        client.post(f"/patients/{who[n]}/open", {"reason": "caller"})
    return Known(clinic, who[0], visit.id, group.id, "paper", Account.objects.get(pk=client.account.pk).pk, block.id)


def routes(patterns=None, head=""):
    """Yield address, view and parameters of every page of the desk, those of sign-in left out."""
    for one in get_resolver("waypost.web.urls").url_patterns if patterns is None else patterns:
        route = head + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from routes(one.url_patterns, route)
        elif one.callback.__module__.startswith("waypost.web") and one.name != "account_login":
            yield route, one.name, tuple(one.pattern.converters)


def addresses(known):
    """Return every address of every route, by route name."""
    found = {}
    for route, name, parameters in routes():
        area = route.split("/")[0]
        for values in product(*(known.values(area, p, "/".join(route.split("/")[:2])) for p in parameters)):
            address = route
            for parameter, value in zip(parameters, values, strict=True):
                kind = next(
                    part
                    for part in address.split("<")[1:]
                    if part.partition(">")[0].endswith(f":{parameter}")
                ).partition(">")[0]
                address = address.replace(f"<{kind}>", value, 1)
            found.setdefault(name, []).append("/" + address)
    return found
