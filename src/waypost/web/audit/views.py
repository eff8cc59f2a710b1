"""The auditor's page: who looked at or changed what, whether the chain verifies, and the same as CSV."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from waypost.access import auditing, scopes
from waypost.access.queries import names_of
from waypost.audit.reading import Asked, Check, Place, Seen
from waypost.kernel.dates import local_day, say_moment
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.registry import clinic
from waypost.registry import queries as registry
from waypost.registry.fhir import say_mrn
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.queries import Hit
from waypost.web.audit import words
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, Request, done, go_to, render_page

PAGE_ROWS, EXPORT_ROWS_MAX, DAYS_BEFORE, HITS_MAX = 50, 10_000, 6, 10
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_PLACE = re.compile(r"(\d{1,20})\.(\d{1,2})\.(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AuditForm(DeskForm):
    """Which entries are wanted. It is sent as a query: ids and days stand in it, no names."""

    since = TypedDateField(label="From day", required=False)
    until = TypedDateField(label="To day", required=False)
    who = forms.ChoiceField(label="Who", required=False)
    kind = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *((key, word) for key, (word, _) in words.KINDS.items())])

    def __init__(self, *args: Any, actors: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", "Anyone"), *actors]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "It comes before the first day.")
        return given


@dataclass(frozen=True, slots=True)
class Row:
    when: str
    who: str
    what: str
    whom: str
    door: str
    late: bool  # refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(Page):
    template: ClassVar[str] = "waypost/audit/audit.html"
    place: str = "settings"
    form: AuditForm
    rows: Sequence[Row]
    span: str
    patient: str = ""
    whom: str = ""
    kept: str = ""  # the query without the patient, to go back to everyone
    older: str = ""
    newest: str = ""
    export: str = ""
    asked: str = ""
    hits: Sequence[tuple[Hit, str]] = ()
    state: str = ""
    sound: bool = False
    checked_ever: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for, read from the query."""

    form: AuditForm
    asked: Asked
    patient: str
    first: date
    last: date


@require_http_methods(["GET", "POST"])
def audit(request: Request) -> HttpResponse:
    """Show entries newest first; a patient's name or number is posted and stands in no address."""
    choice = _choice(request)
    scope, seen = auditing.look(request.ctx, choice.asked, PAGE_ROWS + 1)
    text = request.POST.get("q", "").strip()[:ASKED_CHARACTERS_MAX] if request.method == "POST" else ""
    hits = _hits(request, text) if text else []
    shown, more = seen[:PAGE_ROWS], len(seen) > PAGE_ROWS
    check = auditing.last_check(request.ctx)
    page = AuditPage(
        title="Audit", form=choice.form, rows=rows_of(request, scope, shown), span=_span(choice), patient=choice.patient,
        whom=whom(scope, [choice.patient]).get(choice.patient, "") if choice.patient else "", kept=_query(request, patient="", before=""),
        older=_query(request, before=_mark(shown[-1].place)) if more else "", newest=_query(request, before="") if choice.asked.before else "",
        export=_query(request, before=""), asked=text,
        hits=[(hit, _query(request, patient=hit.id, before="")) for hit in hits], state=_state(request, check),
        sound=bool(check and not check.findings), checked_ever=check is not None,
    )  # fmt: skip
    return render_page(request, page, 422 if choice.form.errors else 200)


@require_safe
def export(request: Request) -> HttpResponse:
    """Answer with the entries of the same filters as CSV. The export is an entry of its own."""
    choice = _choice(request)
    scope, seen = auditing.look(request.ctx, choice.asked, EXPORT_ROWS_MAX, export=True)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["When", "Who", "What", "Of whom or what", "Door"])
    writer.writerows([_plain(cell) for cell in (row.when, row.who, row.what, row.whom, row.door)] for row in rows_of(request, scope, seen, exact=True))
    if len(seen) == EXPORT_ROWS_MAX:
        writer.writerow([f"Only the newest {EXPORT_ROWS_MAX:,} entries are here; choose fewer days for the others."])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{choice.first}-{choice.last}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def verify(request: Request) -> HttpResponse:
    """Walk the chains now and say what came of it."""
    check, findings = auditing.verify(request.ctx)
    if findings:
        places = "; ".join(f"chain {one.shard}, entry {one.seq}: {one.reason}" for one in findings[:5])
        done(request, f"{len(findings)} places do not verify: {places}.")
    else:
        done(request, f"{check.checked:,} entries checked; all verify.")
    return go_to(request, "audit")


def rows_of(request: Request, scope: Scope, seen: Sequence[Seen], *, exact: bool = False) -> list[Row]:
    """Return entries in words: patients by name and number, people by name."""
    ctx = request.ctx
    names = names_of(ctx.tenant, [str(one.fields.get("actor", "")) for one in seen])
    people = whom(scope, [str(one.fields["patient"]) for one in seen if one.fields.get("patient")])
    things = _things(scope, [str(one.fields.get("what") or "") for one in seen])
    today = local_day(ctx.now, ctx.zone)
    found = []
    for one in seen:
        actor, patient = str(one.fields.get("actor", "")), str(one.fields.get("patient") or "")
        when = one.place.at.astimezone(ZoneInfo(ctx.zone)).isoformat(timespec="seconds") if exact else say_moment(one.place.at, ctx.zone, today=today)
        found.append(Row(when, names.get(actor) or actor, words.say(one.fields),
                         people.get(patient, patient) or things.get(words.thing_of(one.fields), ""),
                         words.DOORS.get(str(one.fields.get("door", "")), str(one.fields.get("door", ""))),
                         one.fields.get("outcome") == "refused"))  # fmt: skip
    return found


def whom(scope: Scope, ids: Sequence[str]) -> dict[str, str]:
    """Return 'Okonjo, Ada · MRN 004 182': enough to know whose record it is, no more."""
    return {key: f"{one.name} · MRN {say_mrn(one.mrn)}" for key, one in registry.people(scope, ids).items()}


def _things(scope: Scope, whats: Sequence[str]) -> dict[str, str]:
    """Return the names of places, devices and members of staff, and the codes of visit types."""
    named = {words.thing_of({"what": what}) for what in whats}
    keys = [tuple(one.split("/", 1)) for one in named if one.startswith(words.NAMED)]
    found = {f"{kind}/{id}": clinic.name_of(version.resource) for (kind, id), version in records.many(scope, keys).items()}  # type: ignore[arg-type]
    return found | {one: one.removeprefix("VisitType/").replace("-", " ") for one in named if one.startswith("VisitType/")}


def _hits(request: Request, text: str) -> Sequence[Hit]:
    scope = scopes.for_search(request.ctx, "Patient")
    found = registry.find(scope, text, today=local_day(request.ctx.now, request.ctx.zone), count=HITS_MAX)
    scopes.found(request.ctx, "Patient", [hit.id for hit in found.hits])
    return found.hits


def _choice(request: Request) -> Choice:
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    given: Mapping[str, Any] = request.GET
    form = AuditForm(given, actors=auditing.actors(ctx), today=today)
    clean = form.cleaned_data if form.is_valid() else {}
    last = clean.get("until") or max(today, clean.get("since") or today)
    first = clean.get("since") or last - timedelta(days=DAYS_BEFORE)
    patient = given.get("patient", "")
    patient = patient if _ID.fullmatch(patient) else ""
    asked = Asked(
        since=_midnight(first, ctx.zone), until=_midnight(last + timedelta(days=1), ctx.zone), actor=clean.get("who", ""), patient=patient,
        actions=words.KINDS[clean["kind"]][1] if clean.get("kind") else (), before=_place(given.get("before", "")),
    )  # fmt: skip
    return Choice(form, asked, patient, first, last)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _mark(place: Place) -> str:
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}.{place.shard}.{place.seq}"


def _place(text: str) -> Place | None:
    match = _PLACE.fullmatch(text)
    if match is None or int(match[1]) > 253_402_300_799_000_000:
        return None
    return Place(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]), int(match[3]))


def _query(request: Request, **changes: str) -> str:
    known = ("since", "until", "who", "kind", "patient", "before")
    pairs = {name: changes.get(name, request.GET.get(name, "")) for name in known}
    return urlencode({name: value for name, value in pairs.items() if value})


def _span(choice: Choice) -> str:
    from waypost.kernel.dates import say_day

    if choice.first == choice.last:
        return say_day(choice.first)
    return f"{say_day(choice.first)} to {say_day(choice.last)}"


def _state(request: Request, check: Check | None) -> str:
    if check is None:
        return "Not verified from here yet."
    zone, today = request.ctx.zone, local_day(request.ctx.now, request.ctx.zone)
    by = names_of(request.ctx.tenant, [check.actor])[check.actor]
    head = f"Verified until {say_moment(check.at, zone, today=today)}: {check.checked:,} entries, all as they were written."
    if check.findings:
        head = f"{check.findings} places of {check.checked:,} entries did not verify at {say_moment(check.at, zone, today=today)}."
    tail = "" if check.anchored else " No heads are kept outside the database yet; the worker writes them each minute."
    return f"{head} By {by}.{tail}"


def _plain(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell



