"""Making a referral, and the acts on one. Each is one act of the record; the page that follows offers undo."""

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waypost.access import scopes
from waypost.chart.rules.documents import document
from waypost.coordination import patients, printed
from waypost.coordination.referrals import actions, bundle, queries
from waypost.coordination.referrals.wishes import EndWish, NoteWish, ReferralWish
from waypost.coordination.staff import practitioners
from waypost.kernel import ids
from waypost.kernel.dates import local_day
from waypost.kernel.problem import Problem
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling.queries.clinic import clinic
from waypost.web.chart.bands import band
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.referrals import one
from waypost.web.referrals.forms import ReferForm
from waypost.web.schedule.pages import FormPage
from waypost.web.schedule.printing import pdf_answer

SAID = {"sent": "Noted as sent.", "seen": "Noted: the patient was seen.", "told": "The patient was told. The loop is closed.",
        "report": "Filed as the report.", "end": "It ends here."}  # fmt: skip


@require_http_methods(["GET", "POST"])
def refer(request: Request, id: str) -> HttpResponse:
    """Ask for and make a referral or an order."""
    ctx = request.ctx
    view = patients.head_of(ctx, id)
    scope = scopes.for_patient(ctx, id, what="ServiceRequest")
    reading = patients.reading_of(ctx)
    papers = [document(v.resource, reading) for v in queries.documents(scope, id)]
    kept = [(one.id, " · ".join(part for part in (one.name, one.source) if part)) for one in papers]
    staff = practitioners(scope)
    own = ctx.actor.practitioner if "clinician" in ctx.actor.roles else ""
    pcp = next((m.reference.partition("/")[2] for m in (view.team.members if view.team else ()) if m.code == "pcp"), "")
    names = sorted({kind.department for kind in clinic(ctx.tenant, ctx.now).kinds.values() if kind.department})
    form = ReferForm(
        request.POST if request.method == "POST" else None,
        departments=[("", "None of ours"), *((name, name.replace("-", " ").capitalize()) for name in names)],
        clinicians=[("", "Choose"), *staff],
        documents=kept,
        initial={"key": str(ids.uuid7(ctx.now)), "orderer": own or pcp},
    )
    page = FormPage(
        title="Refer or order", place="referrals", action=reverse("refer", args=[id]), form=form, verb="Make it", band=band(view, acts=()),
        back=reverse("patient", args=[id]), hint="It then stands under Referrals until the report is back and the patient was told.",
    )  # fmt: skip
    if request.method != "POST":
        return render_page(request, page)
    if not form.is_valid():
        return render_page(request, page, 422)
    said = form.cleaned_data
    wish = ReferralWish(
        patient=id, orderer_name=dict(staff).get(said["orderer"], ""), documents=tuple(said.get("documents", ())),
        **{name: said[name] for name in ("what", "orderer", "urgency", "reason", "department", "place", "specialty", "phone", "fax", "key")},
    )  # fmt: skip
    try:
        made = actions.refer(ctx, wish)
    except Problem as problem:
        return render_page(request, page, form.refuse(problem))
    done(request, "Referral made.", made.act, back=reverse("patient", args=[id]))
    return go_to(request, "referral", made.id)


@require_POST
def act(request: Request, id: str, do: str) -> HttpResponse:
    """Carry a referral one step on, or end it."""
    if do not in SAID:
        raise NotFound
    ctx = request.ctx
    scope, found, _ = queries.one(ctx, id)
    form = one.form_of(ctx, scope, found, do, local_day(ctx.now, ctx.zone), request.POST)
    if not form.is_valid():
        return one.show(request, id, do=do, failed=form, status=422)
    try:
        made = _do(request, id, do, form.cleaned_data, dict(practitioners(scope)))
    except Problem as problem:
        return one.show(request, id, do=do, failed=form, status=form.refuse(problem))
    done(request, SAID[do], made.act)
    return go_to(request, "referral", id)


def _do(request: Request, id: str, do: str, said: dict[str, Any], names: dict[str, str]) -> Version:
    if do == "report":
        return actions.report_back(request.ctx, id, said["document"], expect=said["expect"])
    if do == "end":
        by = said["decided"]
        return actions.end(request.ctx, EndWish(id, said["end"], said["reason"], by, names.get(by, ""), said["expect"], said["key"]))
    return actions.note_step(request.ctx, NoteWish(id, do, said["how"], said["on"], said["words"], said["expect"], said["key"]))


@require_GET
def letter(request: Request, id: str) -> HttpResponse:
    """Return the referral letter as PDF."""
    return pdf_answer(printed.referral_letter(request.ctx, id), "referral.pdf")


@require_GET
def packet(request: Request, id: str) -> HttpResponse:
    """Return the letter with the chart's pages and the documents that go along, as one PDF."""
    return pdf_answer(printed.referral_packet(request.ctx, id), "packet.pdf")


@require_GET
def as_fhir(request: Request, id: str) -> HttpResponse:
    """Return the referral as a transaction Bundle, to hand to another system."""
    printed.may_print(request.ctx, what=f"ServiceRequest/{id}")
    answer = HttpResponse(json.dumps(bundle.bundle(request.ctx, id), ensure_ascii=False), content_type="application/fhir+json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="referral.json"'
    answer["Cache-Control"] = "no-store"
    return answer
