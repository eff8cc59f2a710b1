"""GET /fhir/Type?… and POST /fhir/Type/_search: Scopes, plan, page, Bundle."""

from collections.abc import Sequence

from waypost.access import scopes, smart
from waypost.api import bodies, bundles, problems
from waypost.api.http import Request, Response, pairs
from waypost.api.interactions.history import address
from waypost.api.outcome import text_of
from waypost.api.search import controls
from waypost.api.search.kinds import param_of
from waypost.api.search.parse import Asked, place, shown
from waypost.api.search.parse import search as parsed
from waypost.kernel.problem import Issue
from waypost.kernel.scope import Scope
from waypost.records.search import limits, run
from waypost.records.search.plan import Plan, types_of

Pairs = Sequence[tuple[str, str]]
Named = tuple[str, str]  # a resource by its reference, and its text
# What a summary keeps besides id and meta, where HL7 marks no better: enough to choose one from a list.
SUMMARY = frozenset({
    "identifier", "active", "status", "name", "title", "telecom", "gender", "birthDate", "deceasedBoolean",
    "deceasedDateTime", "address", "managingOrganization", "code", "subject", "patient", "beneficiary", "encounter",
    "category", "type", "class", "period", "clinicalStatus", "verificationStatus", "effectiveDateTime",
    "effectivePeriod", "issued", "valueQuantity", "valueCodeableConcept", "valueString", "start", "end", "schedule",
    "serviceType", "specialty", "participant", "actor", "priority", "intent", "authoredOn", "for", "focus", "owner",
    "recordedDate", "onsetDateTime", "medicationCodeableConcept", "date", "url", "version", "kind", "payor",
})  # fmt: skip
TEXT_KEPT = frozenset({"text", "id", "meta", "status", "code", "name"})


def search_get(request: Request, kind: str) -> Response:
    return answer(request, kind, request.parameters)


def search_post(request: Request, kind: str) -> Response:
    """The same by POST, so that what is sought stands in no address and no log."""
    return answer(request, kind, form_of(request))


def form_of(request: Request) -> Pairs:
    """Return the parameters of the address and those of the form in the body."""
    if bodies.media(request) not in {bodies.FORM, ""}:
        raise problems.MediaUnsuitable
    try:
        form = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise problems.BodyUnreadable("A form is UTF-8.") from None
    return (*request.parameters, *pairs(form))


def left_out(names: Sequence[str]) -> str:
    """Return the outcome that says which parameters were not understood."""
    issues = [
        Issue("warning", "not-supported", f"Parameter {shown(name)} was left out.", place(name))
        for name in names
    ]
    return text_of(issues, code="api.parameter-unknown", title="A part of the search was left out.")


def answer(request: Request, kind: str, asked_for: Pairs) -> Response:
    ctx = request.context
    asked = parsed(
        kind,
        asked_for,
        lookup=param_of,
        now=ctx.now,
        base=request.base,
        strict=request.strict,
    )
    plan = asked.plan
    opened = open_scopes(request, plan)
    try:
        page = run.find(plan, opened) if plan.shape != "count" else run.Page((), (), None)
    except run.MarkUnreadable:
        raise problems.ParameterUnsuitable(
            "The address of this page cannot be read.", expression=["http._cursor"]
        ) from None
    whole = plan.after is None and page.after is None and plan.shape != "count"
    total = len(page.versions) if whole else None
    if plan.shape == "count" or (total is None and plan.total == "accurate"):
        total = run.count(plan, opened)
    more = run.included(plan.includes, page.versions, opened) if plan.includes else []
    warnings = list(asked.warnings)
    if len(more) > limits.INCLUDED_RESOURCES_MAX:
        more = more[: limits.INCLUDED_RESOURCES_MAX]
        warnings.append(
            Issue(
                "warning", "too-costly", "Not everything asked to be included is here; ask for less a page."
            )
        )
    whose = [*page.patients, *(patient for _, patient in more if patient)]
    scopes.found(ctx, kind, whose)
    found = [(one.reference, one.text) for one in page.versions]
    others = [(one.reference, one.text) for one, _ in more]
    return Response(
        200, searchset(request.base, asked, found, page.after, total=total, included=others, warnings=warnings)
    )


def open_scopes(request: Request, plan: Plan) -> dict[str, Scope]:
    """Return a Scope for each type the search looks into; the token must cover them all."""
    ctx = request.context
    kinds = types_of(plan)
    for kind in kinds:
        if not smart.permits(ctx.actor.scopes, kind, write=False):
            raise problems.ScopeTooNarrow(f"The token does not cover reading {kind}.")
    optional = {
        k for k in run.include_types(plan.includes) if smart.permits(ctx.actor.scopes, k, write=False)
    }
    made: dict[str, Scope] = {}
    for kind in sorted(kinds | optional):
        made[kind] = scopes.for_search(ctx, kind)
    return made


def searchset(
    base: str,
    asked: Asked,
    found: Sequence[Named],
    after: tuple[str | None, ...] | None,
    *,
    total: int | None,
    included: Sequence[Named] = (),
    warnings: Sequence[Issue] = (),
) -> str:
    """Return the Bundle of one page; `after` marks its last row where there are more."""
    plan = asked.plan
    entries = [bundles.entry(base, name, _shaped(plan, text)) for name, text in found]
    entries += [bundles.entry(base, name, _shaped(plan, text), mode="include") for name, text in included]
    if warnings:
        words = "A part of the search was left out."
        entries.append(bundles.outcome_entry(text_of(warnings, code="api.parameter-unknown", title=words)))
    links = [bundles.Link("self", address(base, plan.type, asked.understood))]
    if after is not None:
        kept = [(name, value) for name, value in asked.understood if name != "_cursor"]
        mark = ("_cursor", controls.cursor_text(after))
        links.append(bundles.Link("next", address(base, plan.type, [*kept, mark])))
    return bundles.bundle("searchset", entries, links=links, total=total)


def _shaped(plan: Plan, text: str) -> str:
    if plan.elements:
        return bundles.subset(text, plan.elements)
    match plan.shape:
        case "true":
            return bundles.subset(text, SUMMARY)
        case "text":
            return bundles.subset(text, TEXT_KEPT)
        case "data":
            return bundles.subset(text, None, frozenset({"text"}))
        case _:
            return text
