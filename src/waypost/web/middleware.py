"""Who asks: every request of a signed-in person gets a Context."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from waypost.access.tokens import actor_of
from waypost.kernel import ids
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.context import Context

CLOCK: Clock = SystemClock()


def context_for(request: HttpRequest) -> Context | None:
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated or account.tenant_id is None:
        return None
    tenant = account.tenant
    return Context(actor=actor_of(account), tenant=tenant.pk, zone=tenant.zone, clock=CLOCK, door="web",
                   request_id=getattr(request, "request_id", ""))


class Contexts:
    """Middleware: `request.ctx` for who has signed in, None else; `request.request_id` for everyone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(ids.uuid7(CLOCK.now()))  # type: ignore[attr-defined]
        request.ctx = context_for(request)  # type: ignore[attr-defined]
        return self.get_response(request)
