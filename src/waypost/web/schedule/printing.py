"""Letters and calendar files to print, read or hand over."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.coordination import notices
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
    notice = notices.notice(request.ctx, id, patient=asked.id_(request.GET, "patient"))
    answer = HttpResponse(printing.pdf(notice.letter()), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="visit.pdf"'
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
