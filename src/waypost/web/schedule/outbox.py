"""What went out, what waits, and what nobody can know."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.access import scopes
from waypost.kernel.dates import local_day, say_moment
from waypost.messaging import actions, gateways, queries
from waypost.messaging.problems import NoSuchDelivery
from waypost.records import queries as records
from waypost.registry import fhir
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule.pages import OutboxPage, OutboxRow
from waypost.web.words import count

STATES = {
    "waiting": Status("info", "Waiting"), "sending": Status("info", "Going out"), "sent": Status("ok", "Sent"),
    "kept": Status("", "Kept here"), "withdrawn": Status("", "Withdrawn"), "refused": Status("late", "Refused"),
    "unknown": Status("late", "Not known"),
}  # fmt: skip
NEWS = {"booked": "Visit booked", "moved": "Visit moved", "cancelled": "Visit canceled"}
AGAIN = {"refused", "unknown"}


@require_GET
def outbox(request: Request) -> HttpResponse:
    """List the newest deliveries."""
    ctx = request.ctx
    scope = scopes.for_search(ctx, "Patient")
    found = queries.outbox(scope)
    people = records.many(scope, {("Patient", one.patient) for one in found})
    scopes.found(ctx, "Delivery", [one.patient for one in found], action="read")
    today = local_day(ctx.now, ctx.zone)

    def whom(id_: str) -> str:
        version = people.get(("Patient", id_))
        if version is None:
            return "Patient not shown"
        who = fhir.who(version.resource, today)
        return f"{who.name} · {who.birth} · MRN {who.mrn}"

    rows = [
        OutboxRow(
            status=STATES[one.state],
            what=f"{NEWS[one.kind]}, by e-mail",
            whom=whom(one.patient),
            why=_why(one, ctx.zone),
            visit_url=reverse("visit", args=[one.appointment]),
            language=one.language or "en",
            subject=one.subject,
            body=one.body,
            again_url=reverse("outbox-again", args=[one.id]) if one.state in AGAIN else "",
        )
        for one in found
    ]
    return render_page(
        request, OutboxPage(title="Outbox", note=count(len(rows), "e-mail"), rows=rows, notice=_notice())
    )


def _notice() -> str:
    if gateways.mail().sender:
        return ""
    return "No mail server is set, so nothing leaves the building: what would have gone out is kept here. Set EMAIL_URL to send it."


def _why(one: queries.Delivery, zone: str) -> str:
    when = say_moment(one.settled_at or one.due_at, zone)
    told = {
        "waiting": f"Goes out at {when}{', after a first try failed: ' + one.reason if one.reason else ''}.",
        "sending": "On its way to the mail server.",
        "sent": f"Taken by the mail server, {when}.",
        "kept": f"{when}.",
        "withdrawn": f"Did not go out: {one.reason}.",
        "refused": f"Did not go out, {when}: {one.reason}.",
        "unknown": f"It may have gone out, {when}: {one.reason}. Ask the patient before you send it again.",
    }
    return told[one.state]


@require_POST
def send_again(request: Request, id: str) -> HttpResponse:
    """Send once more what was refused or may not have gone."""
    try:
        delivery = UUID(id)
    except ValueError:
        raise NoSuchDelivery from None
    actions.send_again(request.ctx, delivery)
    done(request, "It goes out again now.")
    return go_to(request, "outbox")
