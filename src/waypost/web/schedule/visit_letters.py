"""What a visit's page hands out: letter and calendar file, each made for one patient by name; of a group, in its roster."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from waypost.access.permissions import Permission, allowed
from waypost.coordination import notices
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.messaging.fhir import letter_language
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling import fhir as schedule
from waypost.web.schedule.pages import LetterCard, Seat

LANGUAGES = {"en": "English", "es": "Spanish"}


def letter_of(ctx: Context, notice: notices.Notice, found: Version) -> LetterCard | None:
    """Return the letter of a visit that is one patient's; nothing goes out to the dead."""
    if people.died(notice.patient):
        return None
    letter = notice.letter()
    hard = (
        ""
        if letter.reading.easy
        else f"This letter reads at grade {letter.reading.grade:.0f}, above 6: shorten the note or the preparation text, or print it knowing that."
    )
    grade = max(letter.reading.grade, 1)
    said = f"Letter and itinerary in {LANGUAGES[letter.language]}, reads at grade {grade:.0f}."
    return card(ctx, found, notice.patient["id"], said=said, hard=hard)


def card(ctx: Context, found: Version, patient: str, *, said: str, hard: str = "") -> LetterCard:
    """Return where the letter and the calendar file of one patient are."""
    whose = urlencode({"patient": patient})
    prints = allowed(ctx.actor.roles, Permission.PAPER_PRINT)
    return LetterCard(
        said=said,
        url=f"{reverse('visit-letter', args=[found.id])}?{whose}",
        ics_url=f"{reverse('visit-ics', args=[found.id])}?{whose}",
        hard=hard,
        print_url=reverse("visit-letter-print", args=[found.id])
        if allowed(ctx.actor.roles, Permission.LETTER_SEND)
        else "",
        patient=patient,
        slip_url=f"{reverse('visit-slip', args=[found.id])}?{whose}" if prints else "",
        ask_url=f"{reverse('ask', args=[patient])}?{urlencode({'visit': found.id})}" if allowed(ctx.actor.roles, Permission.TASK_WORK) else "",
        labels_url=f"{reverse('patient-labels', args=[patient])}?{urlencode({'visit': found.id})}" if prints else "",
    )


def roster_of(scope: Scope, ctx: Context, found: Version, ids: Sequence[str]) -> list[Seat]:
    """Return those with a place in a group, each with what is handed out to them."""
    kind = notices.kind_of(ctx, found.resource)
    if len(ids) < 2 and (kind is None or kind.capacity < 2):
        return []
    kept = records.many(scope, [("Patient", id_) for id_ in ids])
    leave = found.resource.get("status") in {"booked", "pending"}
    leave = leave and allowed(ctx.actor.roles, Permission.APPOINTMENT_STATUS)
    seats = [_seat(ctx, found, version, leave=leave, last=len(ids) == 1) for version in kept.values()]
    return sorted(seats, key=lambda seat: (seat.name, seat.ids))


def _seat(ctx: Context, found: Version, version: Version, *, leave: bool, last: bool) -> Seat:
    who = people.who(version.resource, local_day(ctx.now, ctx.zone))
    told = found.resource.get("start") and not people.died(version.resource)
    return Seat(
        name=who.name,
        ids=f"{who.birth} · MRN {who.mrn}",
        url=reverse("patient", args=[who.id]),
        patient=who.id,
        leave_url=reverse("visit-leave", args=[found.id]) if leave else "",
        last=last,
        expect=found.version,
        reason=schedule.seat_of(found.resource, who.id)[0],
        letter=card(ctx, found, who.id, said=LANGUAGES[letter_language(version.resource)]) if told else None,
    )
