"""Taking the last act back, within ten seconds."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from waypost.kernel.problem import Problem
from waypost.web.frame import forget_act
from waypost.web.pages import Request, done, go_to


class UndoOver(Problem):
    """There is nothing left to take back, or the line was not ours."""

    code, status, issue = "web.undo-over", 409, "conflict"
    title, remedy = (
        "That can no longer be undone here.",
        "Change it on its page; what was there before is in the history.",
    )


@require_POST
def undo(request: Request) -> HttpResponse:
    """Take the act back and return to the page it was shown on."""
    from waypost.coordination.undo import undo_act
    from waypost.web.schedule import again

    try:
        act = UUID(request.POST.get("act", ""))
    except ValueError:
        raise UndoOver from None
    back_again = undo_act(request.ctx, act)
    forget_act(request)
    for one in back_again:
        if one.type == "Patient" and (where := again.address(request.ctx, one)):
            done(request, "Undone, but not every visit could come back.")
            return go_to(request, where)
    done(request, "Undone.")
    back = request.POST.get("back", "/")
    return go_to(request, back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
