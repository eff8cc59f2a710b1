"""Everything about one patient, read across the rooms in a handful of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waypost.access import scopes
from waypost.access.problems import ChartClosed, ChartRestricted, NotPermitted
from waypost.chart import limits, queries
from waypost.chart.rules import clinical, documents, results, timeline
from waypost.chart.rules import people as relations
from waypost.chart.rules.about import About, Guarantor
from waypost.chart.rules.words import Reading
from waypost.coordination import facts
from waypost.coordination.sources import about_patient, history_of
from waypost.coordination.visits_ahead import Upcoming, in_groups, upcoming
from waypost.coordination.work_ahead import Todo, folded, todos
from waypost.coverage import rules as coverage
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment, say_short
from waypost.kernel.scope import Scope
from waypost.messaging import fhir as letters
from waypost.records import queries as records
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.registry import fhir
from waypost.registry.about import what_declined
from waypost.terminology.languages import language_name

Json = dict[str, Any]

PRESENT = timedelta(minutes=1)  # what was filed this moment is on the page that follows
STAYS_DAYS = 60  # how far back a hospital stay may have begun to be looked at for a recent discharge
DISCHARGED_DAYS = 30  # Medicare's transitional period: discharge and the 29 days after it (TCM-6)
CLOSED = {"allow": "", "ask": "ask", "restricted": "restricted", "deny": "denied"}
_STAYS = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})


@dataclass(frozen=True, slots=True)
class Alert:
    """The one thing to know before anything else."""

    state: str
    word: str


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some lines of the timeline, how many things there are of each kind, and where the next page begins."""

    entries: tuple[timeline.Entry, ...]
    counts: dict[str, int]
    kind: str
    next: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """What opens by relationship or reason."""

    problems: tuple[clinical.HealthProblem, ...]
    other_medications: tuple[clinical.Medication, ...]
    results: tuple[results.Result, ...]
    documents: tuple[documents.Document, ...]
    documents_many: int
    timeline: TimelinePage


@dataclass(frozen=True, slots=True)
class PatientView:
    """One patient: what everyone on the staff may see, and the chart where it is open to this reader."""

    who: fhir.Who
    version: int
    resource: Json
    phones: tuple[fhir.Phone, ...]
    emails: tuple[fhir.Email, ...]
    addresses: tuple[str, ...]
    needs: tuple[str, ...]
    people: tuple[relations.Relation, ...]
    coverages: tuple[coverage.CoverageView, ...]
    minor: relations.Minor | None
    todo: tuple[Todo, ...]
    upcoming: tuple[Upcoming, ...]
    missing: tuple[facts.Fact, ...]
    alert: Alert | None
    team: relations.Team | None  # None where the chart is closed, as are the allergies
    allergies: clinical.Allergies | None
    chart: ChartView | None
    closed: str  # '' open, ask (a reason opens it), restricted, denied
    reading: Reading
    about: About | None = None  # None where a page shows the band alone
    guarantor: Guarantor | None = None
    declined: frozenset[str] = frozenset()  # of phone, address, language: asked, and they would not say
    changed: str = ""  # when the patient's own record was last changed, and by whom

    @property
    def zone(self) -> str:
        """In which zone this patient's times are told, in words."""
        return letters.say_zone(self.resource, self.reading.today, self.reading.zone)

    @property
    def todo_shown(self) -> tuple[Todo, ...]:
        return folded(self.todo)[0]

    @property
    def todo_more(self) -> tuple[Todo, ...]:
        return folded(self.todo)[1]

    @property
    def homeless(self) -> bool:
        return fhir.extension(self.resource, "no-fixed-address") is True

    @property
    def written(self) -> str:
        return language_name(fhir.written_language(self.resource))

    @property
    def told(self) -> tuple[relations.Relation, ...]:
        return relations.may_be_told(self.people)


def open_patient(ctx: Context, patient: str, *, kind: str = "") -> PatientView:
    """Return the patient's page: the chart where access allows it, else what is open to all staff and why not more.

    Raises NotFound and Gone where there is no such patient.
    """
    scope, closed = scope_of(ctx, patient)
    reading = reading_of(ctx)
    wanted = list(queries.contact(_midnight(reading)))
    if not closed:
        wanted += [*_head(ctx), *queries.CHART]
    kept = by_type(queries.slices(scope, patient, wanted))
    if not kept.get("Patient"):
        scope_read(scope, patient)
    observed = [] if closed else queries.results(scope, patient)
    rows = None if closed else _rows(scope, patient, kind, _start(ctx, kind, ""))
    every = [v.resource for versions in kept.values() for v in versions]
    every += [v.resource for v in observed] + [r.version.resource for r in rows or ()]
    reading = Reading(reading.today, reading.zone, queries.names(scope, every))
    history = history_of(scope, kept["Patient"][0])
    return _view(ctx, scope, patient, kept, observed, rows, kind, closed, reading, history)


def scope_read(scope: Scope, patient: str) -> None:
    """Say why a patient is not there."""
    records.read(scope, "Patient", patient)
    raise NotFound


def head_of(ctx: Context, patient: str) -> PatientView:
    """Return what the band shows, for pages beside the chart; allergies and team only where the chart is open."""
    scope, decision = scopes.widest(ctx, patient)
    closed = CLOSED[decision]
    reading = reading_of(ctx)
    wanted = [*queries.contact(_midnight(reading)), *([] if closed else _head(ctx))]
    kept = by_type(queries.slices(scope, patient, wanted))
    if not kept.get("Patient"):
        scope_read(scope, patient)
    every = [v.resource for versions in kept.values() for v in versions]
    reading = Reading(reading.today, reading.zone, queries.names(scope, every))
    return _view(ctx, scope, patient, kept, [], None, "", closed, reading)


def _midnight(reading: Reading) -> datetime:
    start = read_moment(reading.today.isoformat(), reading.zone)
    assert start is not None
    return start


def _head(ctx: Context) -> list[queries.Slice]:
    since = ctx.now - timedelta(days=STAYS_DAYS)
    return [*queries.HEAD, queries.Slice("Encounter", limits.RECENT_ENCOUNTERS_MAX, None, since)]


def more_timeline(ctx: Context, patient: str, *, kind: str, after: str) -> TimelinePage:
    """Return the next lines of the timeline."""
    scope = scopes.for_patient(ctx, patient)
    rows = _rows(scope, patient, kind, _start(ctx, kind, after))
    reading = reading_of(ctx)
    named = Reading(reading.today, reading.zone, queries.names(scope, [r.version.resource for r in rows]))
    return _timeline(scope, patient, rows, kind, named)


def every_result(ctx: Context, patient: str) -> tuple[results.Result, ...]:
    """Return each kind of result with its newest figures."""
    scope = scopes.for_patient(ctx, patient)
    observed = [v.resource for v in queries.results(scope, patient)]
    reading = reading_of(ctx)
    return results.results(observed, Reading(reading.today, reading.zone, queries.names(scope, observed)))


def every_document(ctx: Context, patient: str) -> tuple[documents.Document, ...]:
    scope = scopes.for_patient(ctx, patient)
    found = [
        v.resource
        for v in queries.slices(
            scope, patient, [queries.Slice("DocumentReference", limits.DOCUMENTS_MAX, ("current",))]
        )
    ]
    reading = reading_of(ctx)
    return documents.documents(found, Reading(reading.today, reading.zone, queries.names(scope, found)))


def reading_of(ctx: Context) -> Reading:
    return Reading(local_day(ctx.now, ctx.zone), ctx.zone)


def by_type(versions: Iterable[Version]) -> dict[str, list[Version]]:
    kept: dict[str, list[Version]] = {}
    for version in versions:
        kept.setdefault(version.type, []).append(version)
    return kept


def scope_of(ctx: Context, patient: str) -> tuple[Scope, str]:
    """Return the widest scope that this reader has of a patient, and what keeps the chart closed: '' where it is open."""
    try:
        return scopes.for_patient(ctx, patient), ""
    except ChartClosed:
        closed = "ask"
    except ChartRestricted:
        closed = "restricted"
    except NotPermitted:
        closed = "denied"
    return scopes.for_patient(ctx, patient, level="contact"), closed


def _start(ctx: Context, kind: str, after: str) -> queries.Cursor | None:
    """Return where a page begins: after the last one, or at present where all kinds are shown ('Coming up' has the rest)."""
    found = queries.Cursor.read(after)
    return found or (None if kind in timeline.TYPES else queries.Cursor(ctx.now + PRESENT, "", ""))


def _rows(scope: Scope, patient: str, kind: str, after: queries.Cursor | None) -> list[queries.Row]:
    types = timeline.TYPES.get(kind, timeline.ALL_TYPES)
    closed = kind not in timeline.TYPES
    return queries.timeline(
        scope, patient, types, after=after, count=limits.TIMELINE_ROWS_MAX, closed_only=closed
    )


def _timeline(
    scope: Scope, patient: str, rows: Sequence[queries.Row], kind: str, reading: Reading
) -> TimelinePage:
    """Return as many whole lines as fit a page. A group of results that may go on beyond what was read waits for the next."""
    lines, sizes = timeline.entries([r.version.resource for r in rows], reading)
    full = len(rows) == limits.TIMELINE_ROWS_MAX
    if full and len(lines) > 1:
        lines, sizes = lines[:-1], sizes[:-1]
    shown = lines[: limits.TIMELINE_LINES_MAX]
    used = sum(sizes[: len(shown)])
    more = used < len(rows) or full
    last = rows[used - 1] if rows and used else None
    after = str(queries.Cursor(last.at, last.version.type, last.version.id)) if more and last else ""
    by_kind: dict[str, int] = {}
    for type_, many in queries.counts(scope, patient).items():
        by_kind[timeline.KIND_OF[type_]] = by_kind.get(timeline.KIND_OF[type_], 0) + many
    return TimelinePage(shown, by_kind, kind if kind in timeline.TYPES else "", after)


def _view(
    ctx: Context,
    scope: Scope,
    patient: str,
    kept: dict[str, list[Version]],
    observed: Sequence[Version],
    rows: Sequence[queries.Row] | None,
    kind: str,
    closed: str,
    reading: Reading,
    history: Sequence[Version] = (),
) -> PatientView:
    def of(type_: str) -> list[Json]:
        return [v.resource for v in kept.get(type_, ())]

    resource = (version := kept["Patient"][0]).resource
    related = relations.relations(of("RelatedPerson"), reading)
    coverages = _coverages(of("Coverage"), of("CoverageEligibilityResponse"), reading)
    minor = relations.minor(resource, related, reading.today)
    team = None if closed else relations.team(of("CareTeam"), related, resource, reading)
    allergies = None if closed else clinical.allergies(of("AllergyIntolerance"), reading)
    known = facts.Known(resource, reading.today, related, team, coverages, minor, allergies)
    changed, about, pays = about_patient(ctx, history or (version,), kept.get("Account", ()), reading)
    return PatientView(
        who=fhir.who(resource, reading.today),
        version=version.version,
        resource=resource,
        phones=fhir.phones(resource, reading.today),
        emails=fhir.emails(resource, reading.today),
        addresses=tuple(fhir.say_address(a) for a in fhir.current_addresses(resource, reading.today)),
        needs=tuple(str(n) for n in fhir.extensions(resource, "need")),
        people=related,
        coverages=coverages,
        minor=minor,
        todo=todos(of("Task"), ctx.now, reading),
        upcoming=upcoming(
            [*of("Appointment"), *in_groups(scope, patient, ctx.now)], of("Task"), ctx.now, reading, patient,
            home=letters.home_zone(resource, reading.today),
        ),
        missing=facts.missing(known),
        alert=alert(resource, of("Encounter"), minor, reading),
        team=team,
        allergies=allergies,
        chart=None if rows is None else _chart(scope, patient, of, observed, rows, kind, reading),
        closed=closed,
        reading=reading,
        about=about if history else None,
        guarantor=pays,
        declined=what_declined(resource),
        changed=changed,
    )


def _coverages(
    found: list[Json], responses: list[Json], reading: Reading
) -> tuple[coverage.CoverageView, ...]:
    standing = [c for c in found if c.get("status") != "entered-in-error"]
    only = len(standing) == 1
    return coverage.in_order(
        coverage.view(c, responses, reading.today, only=only, names=reading.names) for c in standing
    )


def _chart(
    scope: Scope,
    patient: str,
    of: Any,
    observed: Sequence[Version],
    rows: Sequence[queries.Row],
    kind: str,
    reading: Reading,
) -> ChartView:
    taken = clinical.medications([*of("MedicationRequest"), *of("MedicationStatement")], reading)
    problems, others = clinical.health_problems(of("Condition"), taken, reading)
    page = _timeline(scope, patient, rows, kind, reading)
    return ChartView(
        problems=problems,
        other_medications=others,
        results=results.results([v.resource for v in observed], reading),
        documents=documents.documents(of("DocumentReference"), reading),
        documents_many=page.counts.get("documents", 0),
        timeline=page,
    )


def alert(
    patient: Json, stays: Iterable[Json], minor: relations.Minor | None, reading: Reading
) -> Alert | None:
    """Return the one alert of the band; first match wins."""
    death = fhir.died(patient)
    if death:
        return Alert(
            "", f"Died {reading.day(death)}" if isinstance(death, str) else "Died, date not recorded"
        )
    if fhir.survivor(patient):
        return Alert("soon", "Merged into another chart")
    if fhir.restricted(patient):
        return Alert("late", "Restricted chart")
    left = _discharged(stays, reading)
    if left is not None:
        return Alert("late", f"Discharged {say_short(local_day(left, reading.zone), today=reading.today)}")
    if minor is not None:
        return Alert(
            "soon" if minor.soon else "info",
            f"Turns 18 {reading.day(minor.turns.isoformat())}" if minor.soon else "Minor",
        )
    return None


def _discharged(stays: Iterable[Json], reading: Reading) -> datetime | None:
    left = None
    for stay in stays:
        if (stay.get("class") or {}).get("code") not in _STAYS or stay.get("status") != "finished":
            continue
        end = read_moment((stay.get("period") or {}).get("end"), reading.zone)
        if end and 0 <= (reading.today - local_day(end, reading.zone)).days < DISCHARGED_DAYS:
            left = max(left or end, end)
    return left
