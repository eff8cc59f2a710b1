"""Letters, slips, labels, day sheets and calendar files to print, read or hand over."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.coordination import notices, printed
from waypost.kernel.dates import local_day
from waypost.messaging import actions as messaging
from waypost.messaging import printing
from waypost.web import asked
from waypost.web.pages import Request, done, go_to


@require_POST
def print_letter(request: Request, id: str) -> HttpResponse:
    """Note in the record that the letter was printed, once as the visit stands, and go on to it."""
    notice = notices.notice(request.ctx, id, patient=asked.id_(request.POST, "patient"))
    made = messaging.file_letter(request.ctx, notice.appointment, notice.patient["id"], notice.recipient.language)
    if made is not None:
        done(request, "Noted: letter printed.", made.act, back=reverse("visit", args=[id]))
    return go_to(request, f"{reverse('visit-letter', args=[id])}?{urlencode({'patient': notice.patient['id']})}")


@require_GET
def letter(request: Request, id: str) -> HttpResponse:
    """Return the letter and itinerary as PDF, to be shown and printed by the browser."""
    notice = notices.notice(request.ctx, id, patient=asked.id_(request.GET, "patient"), look="print", paper="letter")
    return pdf_answer(printing.pdf(notice.letter()), "visit.pdf")


@require_GET
def slip(request: Request, id: str) -> HttpResponse:
    """Return the check-in slip of one patient of a visit."""
    made = printed.check_in_slip(request.ctx, id, patient=asked.id_(request.GET, "patient"))
    return pdf_answer(made, "slip.pdf")


@require_GET
def labels(request: Request, id: str) -> HttpResponse:
    """Return a sheet of labels for one patient: all of it, or so many from the first free place on."""
    return pdf_answer(
        printed.labels(
            request.ctx,
            id,
            appointment=asked.id_(request.GET, "visit"),
            count=asked.number(request.GET, "count") or 0,
            skip=asked.number(request.GET, "skip") or 0,
        ),
        "labels.pdf",
    )


@require_GET
def day_sheet(request: Request) -> HttpResponse:
    """Return the day sheet of a provider, a room or a device, else of a site's providers."""
    day = asked.day(request.GET, "day") or local_day(request.ctx.now, request.ctx.zone)
    who = asked.reference(request.GET, "who")
    made = printed.day_sheet(
        request.ctx, day, resources=(who,) if who else (), site=asked.id_(request.GET, "site")
    )
    return pdf_answer(made, "day.pdf")


@require_GET
def door(request: Request) -> HttpResponse:
    """Return what hangs at the door of a room, a provider or a device: its day, and no patient."""
    day = asked.day(request.GET, "day") or local_day(request.ctx.now, request.ctx.zone)
    return pdf_answer(printed.door_sheet(request.ctx, day, asked.reference(request.GET, "who")), "door.pdf")


def pdf_answer(data: bytes, name: str) -> HttpResponse:
    """Return a PDF for the browser to show and print; nothing keeps a copy."""
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
def calendar_file(request: Request, id: str) -> HttpResponse:
    """Return the visit as a calendar file; of a cancelled one, the file that takes it out of a calendar."""
    notice = notices.notice(request.ctx, id, patient=asked.id_(request.GET, "patient"))
    method = "CANCEL" if notice.kind == "cancelled" else "PUBLISH"
    answer = HttpResponse(
        notice.calendar_file(), content_type=f"text/calendar; charset=utf-8; method={method}"
    )
    answer["Content-Disposition"] = 'attachment; filename="visit.ics"'
    answer["Cache-Control"] = "no-store"
    return answer
