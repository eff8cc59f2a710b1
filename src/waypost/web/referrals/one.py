"""One referral: its loop as a line of steps, each with date and source, and the acts that carry it on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access.permissions import Permission, allowed
from waypost.access.queries import names_of
from waypost.chart.rules.documents import document
from waypost.coordination import patients
from waypost.coordination.contacts import attempts
from waypost.coordination.referrals import queries, writing
from waypost.coordination.referrals.state import ENDS, Around, Loop, Step, loop_of
from waypost.coordination.staff import practitioners
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day, say_moment
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry.fhir import say_phone
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, render_page
from waypost.web.parts import Act
from waypost.web.referrals.forms import EndForm, ReportForm, StepForm
from waypost.web.referrals.pages import OpenForm, ReferralPage, StepLine
from waypost.web.referrals.words import LANES, URGENCY, age_of, next_act, status_of

Json = dict[str, Any]
TITLES = {"sent": ("Sent", "Note it as sent"), "seen": ("The patient was seen", "Note it"), "told": ("Tell the patient", "The patient was told"),
          "report": ("Report back", "File it as the report"), "end": ("End it here", "End it")}  # fmt: skip
HINTS = {
    "sent": "Print or send the letter first: it stands beside.", "told": "This closes the loop.",
    "report": "Documents of this patient, the newest first. Add the report where it is not here yet.",
    "end": "It then waits for nothing any more. Undo brings it back.", "seen": "A visit here is marked as done on its own page.",
}  # fmt: skip
HISTORY_MAX = 20


@require_safe
def referral(request: Request, id: str) -> HttpResponse:
    """Show one referral; `do` opens the form of an act."""
    return show(request, id, do=request.GET.get("do", ""))


def show(request: Request, id: str, *, do: str = "", failed: DeskForm | None = None, status: int = 200) -> HttpResponse:
    """Answer with the page; `failed` is a form that came back."""
    ctx = request.ctx
    scope, found, facts = queries.one(ctx, id)
    today = local_day(ctx.now, ctx.zone)
    loop = loop_of(facts, today, ctx.zone)
    patient = facts.request["subject"]["reference"].partition("/")[2]
    view = patients.head_of(ctx, patient)
    may = allowed(ctx.actor.roles, Permission.ORDER_ENTER) and not loop.ended
    page = ReferralPage(
        title=_title(facts.request),
        here=reverse("referral", args=[id]),
        band=band(view, acts=()),
        status=status_of(loop, today),
        why=_why(facts.request, loop, today),
        steps=[_line(step, loop, facts, today) for step in loop.steps],
        facts=_facts(facts.request),
        documents=_documents(scope, patient, facts, ctx),
        next=next_act(loop, patient) if may else None,
        acts=_acts(loop) if may else (),
        open=_open(ctx, scope, found, facts, do, failed, today) if may else None,
        tried=_tried(scope, facts, ctx),
        papers=_papers(ctx, id),
        history=_history(scope, found, ctx),
    )
    return render_page(request, page, status)


def _title(request: Json) -> str:
    what, to = writing.what_of(request), writing.to_of(request)
    return f"{what}, {to}" if to and to.casefold() not in what.casefold() else what


def _why(request: Json, loop: Loop, today: date) -> str:
    if not loop.ended:
        return age_of(loop, today)
    if loop.ended == "closed":
        return "The report came back and the patient was told."
    reason = writing.extension_of(request, "end-reason") or {}
    by = writing.extension_of(request, "decided-by") or {}
    said = reason.get("text", "") if isinstance(reason, dict) else ""
    who = by.get("display", "") if isinstance(by, dict) else ""
    return ". ".join(part.rstrip(".") for part in (ENDS[loop.ended], said if said != ENDS[loop.ended] else "", f"Decided by {who}" if who else "") if part) + "."


def _line(step: Step, loop: Loop, facts: Around, today: date) -> StepLine:
    kind, _, id_ = step.source.partition("/")
    patient = facts.request["subject"]["reference"].partition("/")[2]
    urls = {
        "Appointment": (lambda: reverse("visit", args=[id_]), "Open the visit"),
        "DocumentReference": (lambda: reverse("patient-document", args=[patient, id_]), "Read it"),
    }
    address, link = urls.get(kind, (lambda: "", ""))
    following = step.code == loop.next
    due = f"{'was due' if loop.overdue else 'due'} {say_day(loop.due, today=today)} ({loop.rule})" if following and loop.due else ""
    missing = "" if step.done or following or loop.ended else "not noted" if step.code != loop.next and _passed(step, loop) else ""
    return StepLine(
        word=LANES[step.code] if following else step.word,
        day=say_day(step.on, today=today) if step.on else ("day not recorded" if step.done else missing),
        how=step.how,
        url=address(),
        link=link,
        done=step.done,
        next=following,
        due=due,
    )


def _passed(step: Step, loop: Loop) -> bool:
    """Say whether a later step was done, though this one was not."""
    place = loop.steps.index(step)
    return any(later.done for later in loop.steps[place + 1 :])


def _facts(request: Json) -> list[tuple[str, str]]:
    by = writing.extension_of(request, "entered-by")
    entered = by.get("display", "") if isinstance(by, dict) else ""
    orderer = (request.get("requester") or {}).get("display", "") or "Not recorded"
    pairs = [
        ("To", writing.to_of(request) or "Not said"),
        ("Specialty", writing.kind_of(request)),
        ("Phone", say_phone(writing.extension_of(request, "phone") or "")),
        ("Fax", say_phone(writing.extension_of(request, "fax") or "")),
        ("Urgency", URGENCY.get(request.get("priority", "routine"), URGENCY["routine"])),
        ("Reason", writing.reason_of(request) or "Not said"),
        ("Ordered by", f"{orderer}{f', entered by {entered}' if entered else ''}"),
    ]
    return [(label, value) for label, value in pairs if value]


def _documents(scope: Scope, patient: str, facts: Around, ctx: Context) -> list[Act]:
    wanted = writing.documents_of(facts.request)
    if not wanted:
        return []
    reading = patients.reading_of(ctx)
    return [Act(document(v.resource, reading).name, reverse("patient-document", args=[patient, v.id])) for v in queries.documents(scope, patient, wanted)]


def _acts(loop: Loop) -> list[Act]:
    """Return the acts besides the next one: steps may come in any order, and it may end here."""
    here = reverse("referral", args=[loop.id])
    labels = {"sent": "Note it as sent", "seen": "Was seen", "report": "File the report", "told": "Patient was told"}
    open_ = [code for code in labels if not loop.step(code).done and code != loop.next]
    return [*(Act(labels[code], f"{here}?do={code}") for code in open_), Act("End it here", f"{here}?do=end")]


def _open(
    ctx: Context, scope: Scope, found: Version, facts: Around, do: str, failed: DeskForm | None, today: date
) -> OpenForm | None:
    if do not in TITLES:
        return None
    title, verb = TITLES[do]
    form = failed or form_of(ctx, scope, found, do, today)
    said = loop_of(facts, today, ctx.zone).put_off
    if do == "end" and not failed and said and said.end:
        form.initial = {**form.initial, "end": said.end, "reason": said.words}
    empty = isinstance(form, ReportForm) and not form.fields["document"].choices  # type: ignore[attr-defined]
    patient = found.resource["subject"]["reference"].partition("/")[2]
    return OpenForm(
        title=title,
        action=reverse("referral-act", args=[found.id, do]),
        form=form,
        verb="" if empty else verb,
        hint="This patient has no document yet." if empty else HINTS.get(do, ""),
        more=Act("Add a document", reverse("patient-add-documents", args=[patient])) if do == "report" else None,
    )


def form_of(ctx: Context, scope: Scope, found: Version, do: str, today: date, data: Any = None) -> DeskForm:
    """Return the form of an act, empty or with what was typed."""
    initial: Json = {"key": str(ids.uuid7(ctx.now)), "expect": found.version, "on": say_day(today)}
    if do == "report":
        patient = found.resource["subject"]["reference"].partition("/")[2]
        reading = patients.reading_of(ctx)
        kept = [document(v.resource, reading) for v in queries.documents(scope, patient)]
        choices = [(one.id, " · ".join(part for part in (one.name, one.source) if part)) for one in kept]
        return ReportForm(data, documents=choices, initial=initial)
    if do == "end":
        orderer = (found.resource.get("requester") or {}).get("reference", "").partition("/")[2]
        return EndForm(data, clinicians=practitioners(scope), initial={**initial, "decided": orderer})
    return StepForm(data, step=do, today=today, initial=initial)


def _tried(scope: Scope, facts: Around, ctx: Context) -> str:
    """Say how often somebody tried to reach the patient about it, and what the next try must be (FUP-4)."""
    made = queries.attempts(scope, facts)
    return attempts.tried(made, "referral", ctx.now, ctx.zone).words if made else ""


def _papers(ctx: Context, id_: str) -> Sequence[Act]:
    if not allowed(ctx.actor.roles, Permission.PAPER_PRINT):
        return ()
    return (
        Act("Letter", reverse("referral-letter", args=[id_])),
        Act("Packet", reverse("referral-packet", args=[id_])),
        Act("FHIR Bundle", reverse("referral-bundle", args=[id_])),
    )


def _history(scope: Scope, found: Version, ctx: Context) -> list[tuple[str, str]]:
    every = records.history(scope, "ServiceRequest", found.id, count=HISTORY_MAX)
    who = names_of(ctx.tenant, [one.actor for one in every])
    words = {"active": "Open", "draft": "Draft", "on-hold": "On hold", "completed": "Closed", "revoked": "Ended", "entered-in-error": "Entered in error"}
    today = local_day(ctx.now, ctx.zone)
    return [
        (say_moment(one.at, ctx.zone, today=today), f"{'Made' if one.version == 1 else words.get(one.resource.get('status', ''), 'Changed')} by {who.get(one.actor, one.actor)}")
        for one in every
        if not one.deleted
    ]
