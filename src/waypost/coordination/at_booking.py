"""What is on file for a visit that is about to be booked: orders in force, and what payers said of authorization."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waypost.access import scopes
from waypost.chart import queries
from waypost.coordination import orders
from waypost.coverage import authorizations
from waypost.coverage.authorizations import Authorization, Sought
from waypost.kernel.context import Context
from waypost.records import queries as records

Json = dict[str, Any]
ORDERS_MAX, ANSWERS_MAX = 24, 20


@dataclass(frozen=True, slots=True)
class OnFile:
    """`closed`: the chart is, so orders and authorizations were not looked at."""

    orders: tuple[Json, ...] = ()
    answers: tuple[Json, ...] = ()
    eligibility: tuple[Json, ...] = ()
    claims: Mapping[str, Json] = field(default_factory=dict[str, Json])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    closed: bool = False

    def authorizations(self, sought: Sought, today: date) -> tuple[Authorization, ...]:
        return authorizations.known(
            self.answers, self.eligibility, sought, today, claims=self.claims, names=self.names
        )


def on_file(ctx: Context, patient: str, *, closed: bool) -> OnFile:
    """Return what is on file, newest first; where the chart is closed, only what everyone on the staff may see."""
    wanted = [queries.Slice("CoverageEligibilityResponse", ANSWERS_MAX, ("active",))]
    if closed:
        scope = scopes.for_patient(ctx, patient, level="contact", what="CoverageEligibilityResponse")
    else:
        scope = scopes.for_patient(ctx, patient, what="ServiceRequest")
        wanted.append(queries.Slice("ServiceRequest", ORDERS_MAX, orders.IN_FORCE))
        wanted.append(queries.Slice("ClaimResponse", ANSWERS_MAX, ("active",)))
    kept: dict[str, list[Json]] = {}
    for version in queries.slices(scope, patient, wanted):
        kept.setdefault(version.type, []).append({**version.resource, "id": version.id})
    answers = kept.get("ClaimResponse", [])
    asked = {str((a.get("request") or {}).get("reference") or "") for a in answers}
    claims = records.many(scope, [("Claim", one.partition("/")[2]) for one in sorted(asked) if one.startswith("Claim/")])
    said = [*answers, *kept.get("CoverageEligibilityResponse", [])]
    return OnFile(
        orders=tuple(kept.get("ServiceRequest", [])),
        answers=tuple(answers),
        eligibility=tuple(kept.get("CoverageEligibilityResponse", [])),
        claims={version.id: version.resource for version in claims.values()},
        names=queries.names(scope, said) if said else {},
        closed=closed,
    )


def sought(order: Json | None, names: Mapping[str, str], day: date) -> Sought:
    """Return by what an answer is known to be about this visit; `names` are those of the kind of visit."""
    code = (order or {}).get("code") or {}
    codings = code.get("coding", ())
    words = {code.get("text", ""), *(c.get("display", "") for c in codings), *names.values()}
    return Sought(
        day,
        order=(order or {}).get("id", ""),
        codes=frozenset((c.get("system", ""), c.get("code", "")) for c in codings if c.get("code")),
        words=frozenset(word.casefold() for word in words if word),
    )
