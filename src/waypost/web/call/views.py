"""The call: open it, file it, or hand the caller to a nurse."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.coordination.contacts import actions
from waypost.coordination.contacts.scripts import NURSE_SOON
from waypost.coordination.contacts.wishes import NurseWish
from waypost.coordination.problems import CallBackNeeded, GivenUpTooSoon, WorkEnded
from waypost.records.problems import Stale
from waypost.web import asked
from waypost.web.call.forms import NUMBER_CHARACTERS_MAX, WORDS_CHARACTERS_MAX, CallForm, tried_again
from waypost.web.call.pages import fresh, known, page_of
from waypost.web.pages import Request, done, go_to, render_page


@require_http_methods(["GET", "POST"])
def call(request: Request, id: str) -> HttpResponse:
    """Show the call with a patient, or file it."""
    task = asked.id_(request.POST if request.method == "POST" else request.GET, "task")
    if request.method == "POST":
        return _file(request, id, task)
    found = known(request, id, task)
    return render_page(request, page_of(request, id, task, found, fresh(request, found, task)))


def _file(request: Request, id: str, task: str) -> HttpResponse:
    found = known(request, id, task)
    form = CallForm(tried_again(request.POST, found.items, request.ctx.zone), **found.needs)
    if not form.is_valid():
        return render_page(request, page_of(request, id, task, found, form), 422)
    try:
        if form.gone():
            raise WorkEnded
        filed = actions.log_contact(request.ctx, form.wish(id, request.ctx.zone, asked.key(request.POST)))
    except GivenUpTooSoon as problem:
        form.too_soon(problem)
        return render_page(request, page_of(request, id, task, found, form, too_soon=problem), problem.status)
    except (Stale, WorkEnded):
        found = known(request, id, task)
        form = CallForm(request.POST, **found.needs)
        return render_page(request, page_of(request, id, task, found, form, stale=True), 409)
    done(request, "The call is on record.", filed.act)
    return go_to(request, "today" if task else "patient", *([] if task else [id]))


@require_POST
def nurse_now(request: Request, id: str) -> HttpResponse:
    """Leave the caller with the nurses as urgent work, and say what to tell them."""
    task = asked.id_(request.POST, "task")
    wish = NurseWish(
        id,
        asked.text(request.POST, "call_back", NUMBER_CHARACTERS_MAX),
        asked.text(request.POST, "words", WORDS_CHARACTERS_MAX),
        asked.text(request.POST, "who_name"),
        f"nurse:{asked.key(request.POST)}" if asked.key(request.POST) else "",
    )
    try:
        filed = actions.nurse_now(request.ctx, wish)
    except CallBackNeeded as problem:
        found = known(request, id, task)
        form = CallForm(request.POST, **found.needs)
        form.errors.clear()
        form.add_error("call_back", f"{problem.title} {problem.remedy}")
        return render_page(request, page_of(request, id, task, found, form), 422)
    done(request, f"With the nurses. Say: “{NURSE_SOON}”", filed.act)
    return go_to(request, "call", id)
