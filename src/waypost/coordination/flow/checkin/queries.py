"""One visit's check-in, read: the list, consents, cards, Medicare answers, what was taken, what is open for this patient."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from waypost.access import scopes
from waypost.coordination.flow import queries as flow
from waypost.coordination.flow.checkin import msp, payments, reading
from waypost.coordination.flow.checkin.payments import Payment
from waypost.coordination.flow.checkin.reading import Signed, Ticked
from waypost.coordination.flow.problems import NotThisPatient
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.worklist import reading as work
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.scheduling import fhir

Json = dict[str, Any]
SIDES = ("front", "back")


@dataclass(frozen=True, slots=True)
class Card:
    """One coverage, and when each side of its card was photographed."""

    coverage: str
    said: str
    front: date | None
    back: date | None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Everything that the list of one visit is drawn from."""

    one: InFlow
    today: date
    patient: Json
    patient_version: int
    response: Version | None
    ticked: dict[str, Ticked]
    part: Version | None
    consents: tuple[Signed, ...]
    cards: tuple[Card, ...]
    medicare: bool
    msp: Version | None
    msp_asked: date | None
    payments: tuple[Payment, ...]
    work: tuple[Version, ...]

    @property
    def answers(self) -> dict[str, str]:
        return msp.answers_of(self.msp.resource if self.msp else None)

    @property
    def msp_due(self) -> bool:
        """Say whether the questions are to be asked: only where there is Medicare, and not answered within their time."""
        if not self.medicare:
            return False
        return self.msp_asked is None or self.today - self.msp_asked > timedelta(days=msp.GOOD_FOR_DAYS) or bool(msp.missing(self.answers))

    @property
    def taken(self) -> Decimal:
        return sum((one.amount for one in self.payments if one.stands), Decimal(0))

    @property
    def open_lines(self) -> list[str]:
        """Return the lines that are still to be done, by name, in order."""
        found = [line for line in ("identity", "demographics") if line not in self.ticked]
        if any(card.front is None for card in self.cards) and "card" not in self.ticked:
            found.append("card")
        if any(one.state in {"none", "over"} for one in self.consents):
            found.append("consents")
        found += ["medicare"] if self.msp_due else []
        found += ["payment"] if not self.taken and "payment" not in self.ticked else []
        return found + [line for line in ("printed",) if line not in self.ticked]


def check_in(ctx: Context, visit: Version, patient: str = "") -> CheckIn:
    """Return the list of one patient for one visit. Raises NotThisPatient."""
    patients = fhir.patients_of(visit.resource)
    patient = patient or next(iter(patients), "")
    if patient not in patients:
        raise NotThisPatient
    coverages = _coverages(ctx, patient)
    scope = scope_of(ctx, visit, patient, coverages)
    one = next(each for each in flow.with_flow(scope, [visit]) if each.patient == patient)
    today = local_day(ctx.now, ctx.zone)
    keys = dict(_keys(ctx.tenant, visit.id, patient, coverages))
    found = records.many(scope, [*keys.values(), ("Patient", patient)])
    kept = {name: found[key] for name, key in keys.items() if key in found}
    person = found["Patient", patient]
    answered = kept.get("msp")
    return CheckIn(
        one=one,
        today=today,
        patient=person.resource,
        patient_version=person.version,
        response=kept.get("list"),
        ticked=reading.ticked(kept["list"].resource if "list" in kept else None),
        part=kept.get("part"),
        consents=reading.consents({k.removeprefix("consent:"): v.resource for k, v in kept.items() if k.startswith("consent:")}, today),
        cards=tuple(_card(v, kept, ctx.zone) for v in coverages),
        medicare=any(msp.has_medicare(v.resource) for v in coverages),
        msp=answered,
        msp_asked=local_day(answered.at, ctx.zone) if answered else None,
        payments=tuple(of_visits(scope, [visit.id], patient)),
        work=tuple(open_work(scope, patient)),
    )


def scope_of(ctx: Context, visit: Version, patient: str, coverages: Iterable[Version]) -> Scope:
    """Return the scope of one visit's check-in."""
    start = fhir.instant(visit.resource.get("start")) or ctx.now
    ids = [id_ for _, (_, id_) in _keys(ctx.tenant, visit.id, patient, coverages)]
    return scopes.for_flow(
        ctx, min(start, ctx.now) - timedelta(days=1), ids=ids, what=f"Appointment/{visit.id}", patient=patient or None
    )


def _coverages(ctx: Context, patient: str) -> list[Version]:
    scope = scopes.for_staff(ctx, what="Coverage", patient=patient or None)
    return [one for one in records.about(scope, patient, ["Coverage"]) if one.resource.get("status") == "active"]


def _keys(tenant: int, visit: str, patient: str, coverages: Iterable[Version]) -> Iterable[tuple[str, tuple[str, str]]]:
    yield "list", ("QuestionnaireResponse", reading.check_in_id(tenant, visit, patient))
    yield "part", ("QuestionnaireResponse", reading.part_id(tenant, visit, patient))
    yield "msp", ("QuestionnaireResponse", reading.msp_id(tenant, patient))
    for kind in reading.CONSENTS:
        yield f"consent:{kind}", ("Consent", reading.consent_id(tenant, patient, kind))
    for one in coverages:
        for side in SIDES:
            yield f"card:{one.id}:{side}", ("DocumentReference", reading.card_id(tenant, one.id, side))


def _card(coverage: Version, kept: dict[str, Version], zone: str) -> Card:
    payer = next((p.get("display", "") for p in coverage.resource.get("payor", ())), "") or "Coverage"
    member = coverage.resource.get("subscriberId", "")
    sides = [kept.get(f"card:{coverage.id}:{side}") for side in SIDES]
    days = [local_day(one.at, zone) if one else None for one in sides]
    return Card(coverage.id, f"{payer}{', member ' + member if member else ''}", days[0], days[1])


def of_visits(scope: Scope, visits: Iterable[str], patient: str = "") -> list[Payment]:
    """Return what was taken for these visits, in order."""
    wanted = [f"Appointment/{one}" for one in visits]
    found = records.fetch(
        scope,
        f"{records.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = 'PaymentNotice' AND r.id = c.id"
        " AND r.param = 'request' AND left(r.target, 500) = ANY(%s)"
        f" WHERE c.tenant = %s AND c.type = 'PaymentNotice' AND NOT c.deleted AND ({scope.where}) ORDER BY c.sort_at, c.id",
        [wanted, scope.tenant, *scope.params],
    )
    made = [payments.read(one.resource, one.version) for one in found]
    return [one for one in made if not patient or one.patient == patient]


def of_day(scope: Scope, on: date) -> list[Payment]:
    """Return what was taken on a local day at every site, in order."""
    since, until = flow.bounds(on, scope.zone)
    found = records.fetch(
        scope,
        f"{records.CURRENT} WHERE c.tenant = %s AND c.type = 'PaymentNotice' AND NOT c.deleted AND c.sort_at >= %s AND c.sort_at < %s"
        f" AND ({scope.where}) ORDER BY c.sort_at, c.id",
        [scope.tenant, since, until, *scope.params],
    )
    return [payments.read(one.resource, one.version) for one in found]


def open_work(scope: Scope, patient: str) -> list[Version]:
    """Return the open work for a patient, what is due first; what goes with visits shows there."""
    far = datetime.max.replace(tzinfo=UTC)
    found = [one for one in records.about(scope, patient, ["Task"]) if one.resource.get("status") in work.OPEN]
    return sorted(found, key=lambda one: (work.due_of(one.resource, scope.zone) or far, one.id))
