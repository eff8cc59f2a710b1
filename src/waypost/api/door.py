"""The FHIR door: one call in, one answer out, whatever was sent."""

import logging
import secrets
from dataclasses import replace

from django.db import DatabaseError, InterfaceError, connection

from waypost.access import bearer as access_bearer
from waypost.access import onetrip, smart
from waypost.api import outcome, problems
from waypost.api.http import Request, Response, check_accept
from waypost.api.interactions import batch, metadata
from waypost.api.routes import Route, route
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.problem import Problem
from waypost.kernel.problems import DatabaseAway
from waypost.kernel.surroundings import frames, store_problem

log = logging.getLogger("waypost.fhir")
CLOCK: Clock = SystemClock()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def answer(request: Request, clock: Clock | None = None) -> Response:
    """Answer any call. A refusal is an OperationOutcome; a defect of ours says nothing but a reference."""
    try:
        try:
            return _answer(request, clock or CLOCK)
        except (DatabaseError, InterfaceError) as error:
            # The database went away and came back; this thread's connection is of before. A look is repeated on a new
            # one; an act is not, since whether it was done is for its sender to ask.
            if request.method not in {"GET", "HEAD"} or not isinstance(store_problem(error), DatabaseAway):
                raise
            connection.close()
            return _answer(request, clock or CLOCK)
    except Problem as problem:
        return outcome.refusal(problem)
    except Exception as error:
        if problem := store_problem(error):
            return outcome.refusal(problem)
        reference = secrets.token_hex(6)
        method = request.method if request.method in METHODS else "?"
        log.error("fhir %s failed, reference %s: %s", method, reference, frames(error))
        return outcome.our_mistake(reference)


def _answer(request: Request, clock: Clock) -> Response:
    path = request.path.strip("/")
    request = request.within(path=path)
    if request.method == "OPTIONS":
        return Response(204, "", (("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),))
    if request.method not in METHODS:
        raise problems.MethodUnsuitable(extra={"allow": "GET, HEAD, POST, PUT, DELETE, OPTIONS"})
    if "\x00" in path or "\x00" in request.query:
        raise problems.PathUnknown
    check_accept(request)
    if path == "metadata":
        if request.method not in {"GET", "HEAD"}:
            raise problems.MethodUnsuitable(extra={"allow": "GET, HEAD, OPTIONS"})
        return metadata.metadata(request)
    request = let_in(request, clock)
    if not path:
        if request.method != "POST":
            raise problems.MethodUnsuitable(extra={"allow": "POST, OPTIONS"})
        return batch.batch_or_transaction(request, within=dispatch)
    return dispatch(request)


def let_in(request: Request, clock: Clock) -> Request:
    """Return the request with the Context its token stands for."""
    digest = access_bearer.digest_of(request.headers.get("authorization", ""))
    who = access_bearer.bearer(digest, clock.now())
    onetrip.remember(digest, who)
    request_id = request.headers.get("x-request-id", "")[:64] or secrets.token_hex(8)
    return request.within(ctx=access_bearer.context(who, clock, request_id=request_id))


def dispatch(request: Request) -> Response:
    """Run the interaction an address means, if the token covers it."""
    found: Route = route(request)
    if not smart.permits(request.context.actor.scopes, found.kind, write=found.write):
        raise problems.ScopeTooNarrow
    return found.handler(request, *found.arguments)


def settle() -> None:
    """Leave no broken connection to the next call."""
    connection.close_if_unusable_or_obsolete()


__all__ = ["answer", "dispatch", "let_in", "replace", "settle"]
