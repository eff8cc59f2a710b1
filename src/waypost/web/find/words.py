"""A date as it was understood, echoed while it is typed."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from waypost.registry.dates import read_date
from waypost.web import asked
from waypost.web.frame import today_of
from waypost.web.words import full_day


@require_POST
def date_in_words(request: HttpRequest) -> JsonResponse:
    """Answer with the date in full, or with nothing where the text is no date yet."""
    prefer = "future" if request.POST.get("prefer") == "future" else "past"
    found = read_date(asked.text(request.POST, "text", 40), today=today_of(request).date(), prefer=prefer)
    return JsonResponse({"said": full_day(found) if found else ""})
