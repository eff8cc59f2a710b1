"""A transaction: one act. Either every entry is done or none is, and the refusal names the entry."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from waypost.access import smart
from waypost.api import bodies, bundles, problems
from waypost.api.conditions import condition
from waypost.api.http import Request, Response, of_version, version_asked
from waypost.api.routes import route
from waypost.coordination import applying, owners
from waypost.formats.fhir import definitions
from waypost.formats.fhir.validation import validate
from waypost.kernel.context import Context
from waypost.kernel.problem import Issue, Problem
from waypost.records.problems import Unacceptable
from waypost.records.search.plan import Plan


def transaction(
    request: Request, parts: Sequence[Request | Problem], *, within: Callable[[Request], Response]
) -> Response:
    from waypost.api.interactions.batch import response_entry

    wishes: list[applying.Wish] = []
    reads: list[tuple[int, Request]] = []
    for number, part in enumerate(parts):
        with _at(number):
            if isinstance(part, Problem):
                raise part
            if part.method in {"GET", "HEAD"}:
                reads.append((number, part))
            else:
                wishes.append(_wish(number, part))

    def read_all(ctx: Context) -> dict[int, Response]:
        answers: dict[int, Response] = {}
        for number, part in reads:
            with _at(number):
                answers[number] = within(part.within(ctx=ctx))
        return answers

    done, answers = applying.apply_all(
        request.context, wishes, plan_of=lambda text: _plan_of(request, text), reads=read_all
    )
    wanted = request.prefer.get("return") == "representation"
    texts = {number: response_entry(answer) for number, answer in answers.items()}
    for one in done:
        if one.version is None or one.version.deleted:
            texts[one.place] = response_entry(Response(204))
            continue
        answer = of_version(one.version, status=201 if one.made else 200, base=request.base)
        texts[one.place] = response_entry(answer, resource=wanted)
    return Response(200, bundles.bundle("transaction-response", [texts[n] for n in sorted(texts)]))


def _wish(number: int, part: Request) -> applying.Wish:
    """Return what an entry wants written; its address is judged as that of a single call."""
    found = route(part)
    if not smart.permits(part.context.actor.scopes, found.kind, write=True):
        raise problems.ScopeTooNarrow
    kind, id_ = found.kind, found.arguments[1] if len(found.arguments) > 1 else None
    full_url = part.headers.get("full-url", "")
    if part.method == "DELETE":
        return applying.Wish(number, "DELETE", kind, id_, expect=version_asked(part, "if-match"))
    body = bodies.of_type(part, kind, id=id_)
    if owners.of(kind).plain:  # what a room books is completed by it first, and judged then
        issues = validate(body.text, type=kind, now=part.context.now)
        if any(one.severity in {"error", "fatal"} for one in issues):
            raise Unacceptable(issues=issues)
    wish = applying.Wish(number, part.method, kind, id_, body.text, full_url, version_asked(part, "if-match"))
    if part.method == "POST":
        if found.name != "create":
            raise problems.BundleUnsuitable("This operation cannot be part of a transaction.")
        if part.headers.get("if-none-exist"):
            wish = replace(wish, condition=condition(part, kind, part.headers["if-none-exist"]))
        return wish
    if id_ is None:
        if not part.query:
            raise problems.BundleUnsuitable("A PUT names an id or a condition.")
        return replace(wish, id=body.id, condition=condition(part, kind, part.query))
    return replace(wish, only_new=part.headers.get("if-none-match") == "*")


def _plan_of(request: Request, text: str) -> Plan:
    kind = text.partition("?")[0]
    if kind not in definitions.resource_types():
        raise problems.TypeUnknown
    return condition(request, kind, text)


class _at:  # noqa: N801 - reads as a statement
    """Say of a refusal at which entry it was met."""

    def __init__(self, number: int) -> None:
        self.place = f"Bundle.entry[{number}]"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Problem):
            return
        found = [one for one in error.as_issues() if not one.expression.startswith("Bundle.entry")]
        if found:
            error.issues = tuple(
                Issue(one.severity, one.code, one.diagnostics, _inside(self.place, one.expression))
                for one in found
            )


def _inside(place: str, expression: str) -> str:
    if not expression or expression.startswith("http."):
        return place
    head, dot, tail = expression.partition(".")
    if not dot:
        return f"{place}.resource" if head[:1].isupper() else f"{place}.resource.{head}"
    return f"{place}.resource.{tail}"
