"""The one maker of Scopes. To make one is to decide, and to audit the look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from waypost.access import queries
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import ChartClosed, ChartRestricted, NotPermitted
from waypost.access.rules import (
    CHART_ROLES,
    OPEN_TYPES,
    WHOLE_RECORD_ROLES,
    Decision,
    may_open_chart,
    may_read_open,
)
from waypost.audit.entries import entry
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import acts, tenancy

OPENING = timedelta(hours=12)  # how long a chart opened with a reason stays open to that person
_ABOUT_NOBODY = "(c.patient IS NULL AND c.type <> 'Binary' AND c.type <> 'DocumentReference')"
_OPEN = f"(c.type = ANY(%s) OR {_ABOUT_NOBODY}) AND (c.label IS NULL OR c.type = 'Patient')"
_OPEN_TO_SORTERS = _OPEN.replace(" AND c.type <> 'DocumentReference'", "")
_RELATED = (
    "(c.label IS NULL AND (EXISTS (SELECT 1 FROM access_relationship ar WHERE ar.tenant = c.tenant"
    " AND ar.patient = c.patient AND ar.practitioner = %s AND ar.since <= %s AND ar.until > %s)"
    " OR EXISTS (SELECT 1 FROM access_opening ao WHERE ao.tenant = c.tenant AND ao.patient = c.patient"
    " AND ao.actor = %s AND ao.until > %s))"
    " AND NOT EXISTS (SELECT 1 FROM access_restricted x WHERE x.tenant = c.tenant AND x.patient = c.patient))"
)
_FLOW = (  # an Encounter says little more than its Appointment, which all may see: where the patient is, and since when
    f"(({_OPEN}) OR (c.type = 'Encounter' AND c.label IS NULL AND c.sort_at >= %s AND c.code ^@ 'urn:waypost:visit-type|')"
    " OR (c.type = ANY(%s) AND c.id = ANY(%s) AND c.label IS NULL))"
)
_OWN_VISIT = "((c.patient = %s AND c.type = ANY(%s)) OR (c.type = 'Appointment' AND c.id = %s))"
_OWN_TYPES = ("Patient", "Coverage", "QuestionnaireResponse", "Encounter")
_DESK_PAPERS = ("QuestionnaireResponse", "Consent", "DocumentReference")
_WHOLE = (
    "(c.label IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM access_restricted x WHERE x.tenant = c.tenant AND x.patient = c.patient))"
)


def for_staff(ctx: Context, action: str = "read", **fields: Any) -> Scope:
    """Return the scope of what all staff may see: whom to call, what is booked, who pays, and what is not about patients."""
    if not may_read_open(ctx.actor.roles):
        refuse(ctx, NotPermitted(), **fields)
    _look(ctx, action, **fields)
    return _scope(ctx, "contact", _open_to(ctx), (list(OPEN_TYPES),))


def for_flow(ctx: Context, since: datetime, action: str = "read", *, ids: Sequence[str] = (), look: bool = True, **fields: Any) -> Scope:
    """Return the scope of what all staff may see, and where patients stand in the clinic's visits since a moment.

    `ids` are the papers of a check-in: the list itself, its consents, the photographed card. Without `look` whoever shows
    what was found audits it.
    """
    if not may_read_open(ctx.actor.roles):
        refuse(ctx, NotPermitted(), **fields)
    if look:
        _look(ctx, action, **fields)
    return _scope(ctx, "contact", _FLOW, (list(OPEN_TYPES), since, list(_DESK_PAPERS), list(ids)))


def for_own_visit(ctx: Context, patient: str, visit: str) -> Scope:
    """Return the scope of a patient who checks in by their own link: their contact data, coverage and this one visit."""
    if ctx.actor.kind != "patient" or ctx.actor.id != patient:
        refuse(ctx, NotPermitted(), patient=patient, what=f"Appointment/{visit}")
    _look(ctx, "read", patient=patient, what=f"Appointment/{visit}")
    return _scope(ctx, "contact", _OWN_VISIT, (patient, list(_OWN_TYPES), visit), patient)


def for_patient(ctx: Context, patient: str, *, level: str = "chart", what: str | None = None) -> Scope:
    """Return the scope of one patient's contact data or chart.

    Raises ChartClosed where a reason would open it, ChartRestricted where only break-glass would, NotPermitted else.
    """
    if level == "contact":
        if not may_read_open(ctx.actor.roles):
            refuse(ctx, NotPermitted(), patient=patient, what=what)
        _look(ctx, "read", patient=patient, what=what or f"Patient/{patient}")
        return _scope(ctx, "contact", f"({_OPEN}) AND (c.patient IS NULL OR c.patient = %s)",
                      (list(OPEN_TYPES), patient), patient)
    decision = may_open_chart(queries.facts(ctx.tenant, ctx.actor, patient, ctx.now))
    problem = {Decision.ASK: ChartClosed, Decision.RESTRICTED: ChartRestricted, Decision.DENY: NotPermitted}.get(decision)
    if problem is not None:
        refuse(ctx, problem(), patient=patient, what=what)
    return _chart(ctx, patient, what)


def widest(ctx: Context, patient: str, *, what: str | None = None) -> tuple[Scope, Decision]:
    """Return the scope of the chart where it is open to this reader, else of what all staff may see, and the decision.

    For pages that show more where more is open. Nobody asked for a closed chart, so no refusal is audited.
    """
    decision = may_open_chart(queries.facts(ctx.tenant, ctx.actor, patient, ctx.now))
    if decision is Decision.ALLOW:
        return _chart(ctx, patient, what), decision
    return for_patient(ctx, patient, level="contact", what=what), decision


def for_search(ctx: Context, type_: str, *, action: str = "search") -> Scope:
    """Return the scope of a search over a type: open types whole, charts of one's own patients and opened ones only.

    The search names the patients it returned with `found`, which completes the audit.
    """
    roles = ctx.actor.roles
    if "system" in roles:
        return everything(ctx, action)
    if not may_read_open(roles):
        refuse(ctx, NotPermitted(), what=type_)
    if type_ in OPEN_TYPES or not roles & CHART_ROLES:
        return _scope(ctx, "contact", _open_to(ctx), (list(OPEN_TYPES),))
    if roles & WHOLE_RECORD_ROLES:
        return _scope(ctx, "chart", f"({_open_to(ctx)}) OR ({_WHOLE} AND c.type <> 'Binary')", (list(OPEN_TYPES),))
    now = ctx.now
    return _scope(ctx, "chart", f"({_open_to(ctx)}) OR {_RELATED}",
                  (list(OPEN_TYPES), ctx.actor.practitioner or "", now, now, ctx.actor.key, now))


def for_resource(ctx: Context, type_: str, id_: str) -> Scope:
    """Return the scope in which one resource may be read; the patient it is about decides."""
    if "system" in ctx.actor.roles:
        return everything(ctx, "read", what=f"{type_}/{id_}")
    if type_ in OPEN_TYPES:
        patient = id_ if type_ == "Patient" else patient_of(ctx.tenant, type_, id_)
        return for_staff(ctx, what=f"{type_}/{id_}", patient=patient)
    if type_ == "Binary":
        return for_binary(ctx, id_)
    patient = patient_of(ctx.tenant, type_, id_)
    if patient is None and type_ == "DocumentReference" and not _may_sort(ctx):
        refuse(ctx, NotPermitted(), what=f"{type_}/{id_}")
    if patient is None:
        return for_staff(ctx, what=f"{type_}/{id_}")
    return for_patient(ctx, patient, what=f"{type_}/{id_}")


def for_binary(ctx: Context, id_: str) -> Scope:
    """Return the scope in which a Binary may be read: whoever may open every document that it holds.

    Where no document names it, what its `securityContext` names decides; where that is nothing, it is as a paper that
    is in no chart yet.
    """
    what = f"Binary/{id_}"
    if "system" in ctx.actor.roles:
        return everything(ctx, "read", what=what)
    whose, guarded = queries.held_in(ctx.tenant, id_)
    for patient in whose:
        if patient is not None:
            for_patient(ctx, patient, what=what)
    kind, _, key = guarded.partition("/")
    if not whose and key and kind != "Binary":
        for_resource(ctx, kind, key)
    elif None in whose or not whose:
        if not _may_sort(ctx):
            refuse(ctx, NotPermitted(), what=what)
        _look(ctx, "read", what=what)
    return _scope(ctx, "chart", "c.type = 'Binary' AND c.id = %s AND c.label IS NULL", (id_,))


def everything(ctx: Context, action: str = "read", **fields: Any) -> Scope:
    """Return the scope of a whole tenant, for exports, rebuilds and jobs."""
    if "system" not in ctx.actor.roles:
        refuse(ctx, NotPermitted())
    _look(ctx, action, **fields)
    return _scope(ctx, "all", "true", ())


def found(ctx: Context, type_: str, patients: list[str], *, action: str = "search") -> None:
    """Audit what a search returned, every patient by id."""
    acts.note(ctx, entry(ctx, action, what=type_, detail={"patients": sorted(set(patients))}))


def shown(lookers: Sequence[tuple[Context, Sequence[str]]], type_: str, *, action: str) -> None:
    """Audit at once what was shown to each of several people, every patient by id; they are of one tenant."""
    entries = [entry(ctx, action, what=type_, detail={"patients": sorted(set(patients))}) for ctx, patients in lookers if patients]
    if entries:
        tenancy.enter(lookers[0][0].tenant)
        acts.audit(lookers[0][0].tenant, entries)


def open_chart(ctx: Context, patient: str, reason: str) -> None:
    """Open a chart at one key: the reason is recorded and the chart stays open to this person for a working day.

    Raises ChartRestricted and NotPermitted as `for_patient`.
    """
    facts = queries.facts(ctx.tenant, ctx.actor, patient, ctx.now)
    decision = may_open_chart(facts)
    if decision in (Decision.RESTRICTED, Decision.DENY):
        refuse(ctx, ChartRestricted() if decision is Decision.RESTRICTED else NotPermitted(), patient=patient)
    with acts.act(ctx) as act:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO access_opening (tenant, actor, patient, reason, at, until) VALUES (%s, %s, %s, %s, %s, %s)",
                [ctx.tenant, ctx.actor.key, patient, reason, act.ctx.now, act.ctx.now + OPENING],
            )
        act.entries.append(entry(act.ctx, "open-chart", patient=patient, detail={"reason": reason}))


def refuse(ctx: Context, problem: Exception, **fields: Any) -> None:
    """Audit a refusal, outside any transaction that would take the entry with it, and raise it."""
    code = getattr(problem, "code", "")
    if acts.running() is None:
        acts.note(ctx, entry(ctx, "refuse", outcome="refused", detail={"code": code}, **fields))
    raise problem


def patient_of(tenant: int, type_: str, id_: str) -> str | None:
    """Return whose record a resource is part of."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT patient FROM records_current WHERE tenant = %s AND type = %s AND id = %s",
                       [tenant, type_, id_])
        row = cursor.fetchone()
    return row[0] if row else None


def _may_sort(ctx: Context) -> bool:
    return allowed(ctx.actor.roles, Permission.DOCUMENT_SORT)


def _open_to(ctx: Context) -> str:
    return _OPEN_TO_SORTERS if _may_sort(ctx) else _OPEN


def _look(ctx: Context, action: str, **fields: Any) -> None:
    acts.note(ctx, entry(ctx, action, **fields))


def _chart(ctx: Context, patient: str, what: str | None) -> Scope:
    _look(ctx, "read-chart", patient=patient, what=what or f"Patient/{patient}")
    return _scope(ctx, "chart", f"({_ABOUT_NOBODY} OR c.patient = %s) AND (c.label IS NULL OR c.type = 'Patient')",
                  (patient,), patient)


def _scope(ctx: Context, level: str, where: str, params: tuple[object, ...], patient: str | None = None) -> Scope:
    return Scope(ctx.tenant, ctx.actor.key, ctx.actor.practitioner, patient, level, where, params, ctx.zone)


