"""Check-in: one list for one visit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.flow import steps
from waypost.coordination.flow.checkin import actions, money, msp, payments, queries, reading
from waypost.coordination.flow.checkin.money import Taken
from waypost.coordination.flow.checkin.payments import Payment
from waypost.coordination.flow.checkin.queries import CheckIn
from waypost.coordination.flow.problems import NotAPicture
from waypost.coordination.flow.queries import bounds, day, rooms
from waypost.coordination.patients import PatientView
from waypost.kernel import ids
from waypost.kernel.dates import local_day, say_day, say_short, say_time
from waypost.kernel.problem import Problem
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling.queries.clinic import clinic
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.documents.adding import read_paper
from waypost.web.flow.acts import refused
from waypost.web.flow.cards import Around, Press, presses_of
from waypost.web.flow.checkin_forms import ConsentForm, MedicareForm, NotTakenForm, PaymentForm
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band, Status
from waypost.web.schedule.visits import read_visit


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: whether it is done, and what is known of it."""

    code: str
    title: str
    status: Status
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInPage(Page):
    template: ClassVar[str] = "waypost/flow/check_in.html"
    place: str = "schedule"
    id: str  # the patient's
    visit: str
    band: Band
    view: PatientView
    seen: CheckIn
    lines: dict[str, Line]
    first: str  # the line to be done next, which is ready to be pressed
    left: str
    step: str
    press: Press | None
    here: str
    back: str
    may: frozenset[str]
    identity: Sequence[tuple[str, str]]
    consents: Sequence[tuple[str, str, Status, str]]
    consent_form: DeskForm
    medicare: DeskForm
    medicare_said: str
    payment: DeskForm
    not_taken: DeskForm
    taken: Sequence[tuple[Payment, str, str]]
    said: Sequence[tuple[str, str]]
    work: Sequence[tuple[str, str, str]]
    slip_url: str
    labels_url: str
    link_url: str
    done: bool


@require_http_methods(["GET", "POST"])
def check_in(request: Request, id: str) -> HttpResponse:
    """Show the check-in of one patient for one visit, or do one line of it."""
    found = read_visit(request.ctx, id)
    patient = asked.id_(request.POST if request.method == "POST" else request.GET, "patient")
    seen = queries.check_in(request.ctx, found, patient)
    if request.method == "GET":
        return render_page(request, page_of(request, seen))
    name, _, arg = asked.text(request.POST, "do", 60).partition(":")
    do = _DOES.get(name)
    if do is None:
        return go_to(request, address(seen))
    try:
        made = do(request, seen, arg)
    except Problem as problem:
        return refused(request, problem)
    if isinstance(made, DeskForm):
        return render_page(request, page_of(request, seen, form=made), 422)
    done(request, "Noted.", None if made.type == "PaymentNotice" else made.act)
    line = asked.key(request.POST, "line") or name
    return go_to(request, f"{address(seen)}#{line}")


def address(seen: CheckIn) -> str:
    return f"{reverse('check-in', args=[seen.one.visit.id])}?{urlencode({'patient': seen.one.patient})}"


# ---------------------------------------------------------------- what a press does

Done = Version | DeskForm
Do = Callable[[Request, CheckIn, str], Done]


def _identity(request: Request, seen: CheckIn, code: str) -> Done:
    if code not in reading.IDENTITY:
        raise NotFound
    return actions.tick(request.ctx, seen.one.visit.id, seen.one.patient, "identity", code, reading.IDENTITY[code])


def _ticked(line: str, code: str, display: str) -> Do:
    return lambda request, seen, _: actions.tick(request.ctx, seen.one.visit.id, seen.one.patient, line, code, display)


def _consent(request: Request, seen: CheckIn, kind: str, *, signed: bool) -> Done:
    form = ConsentForm(request.POST, prefix="consent")
    if kind not in reading.CONSENTS:
        raise NotFound
    if not form.is_valid():
        return form
    return actions.sign(request.ctx, seen.one.visit.id, seen.one.patient, kind, signed=signed, until=form.cleaned_data["until"])


def _medicare(request: Request, seen: CheckIn, _: str) -> Done:
    form = MedicareForm(request.POST, prefix="medicare")
    if not form.is_valid():
        return form
    answers = {code: answer for code, answer in form.cleaned_data.items() if answer}
    return actions.answer_medicare(request.ctx, seen.one.visit.id, seen.one.patient, answers)


def _pay(request: Request, seen: CheckIn, _: str) -> Done:
    form = PaymentForm(request.POST, prefix="pay")
    if not form.is_valid():
        return form
    said = form.cleaned_data
    taken = Taken(amount=said["amount"], method=said["method"], what=said["what"], key=said["key"])
    return money.take_payment(request.ctx, seen.one.visit.id, seen.one.patient, taken)


def _not_taken(request: Request, seen: CheckIn, _: str) -> Done:
    form = NotTakenForm(request.POST, prefix="none")
    if not form.is_valid():
        return form
    why = form.cleaned_data["why"]
    return actions.tick(request.ctx, seen.one.visit.id, seen.one.patient, "payment", why, reading.NOT_TAKEN[why])


def _photo(request: Request, seen: CheckIn, _: str) -> Done:
    given = request.FILES.get("picture")
    if given is None or isinstance(given, list):
        raise NotAPicture
    coverage, side = asked.id_(request.POST, "coverage"), asked.text(request.POST, "side", 5)
    return actions.photograph(request.ctx, seen.one.visit.id, seen.one.patient, coverage, side, read_paper(given))


def _finish(request: Request, seen: CheckIn, _: str) -> Done:
    return actions.finish(request.ctx, seen.one.visit.id, seen.one.patient)


_DOES: dict[str, Do] = {
    "identity": _identity,
    "demographics": _ticked("demographics", "read-back", "Read back, all right"),
    "printed": _ticked("printed", "printed", "Printed"),
    "no-card": _ticked("card", "no-card", "No card today"),
    "consent": lambda request, seen, kind: _consent(request, seen, kind, signed=True),
    "refuse": lambda request, seen, kind: _consent(request, seen, kind, signed=False),
    "medicare": _medicare,
    "pay": _pay,
    "not-taken": _not_taken,
    "photo": _photo,
    "finish": _finish,
}


# ---------------------------------------------------------------- the page


def page_of(request: Request, seen: CheckIn, *, form: DeskForm | None = None) -> CheckInPage:
    ctx = request.ctx
    view = patients.head_of(ctx, seen.one.patient)
    open_lines = seen.open_lines
    here = address(seen)
    visit = seen.one.visit
    first = "" if form is not None else next(iter(open_lines), "finish")
    return CheckInPage(
        title=f"Check-in, {say_time(seen.one.start, ctx.zone)}",
        id=seen.one.patient,
        visit=visit.id,
        band=band(view, acts=()),
        view=view,
        seen=seen,
        lines=_lines(seen, open_lines, ctx.zone),
        first=first,
        left="Everything is done." if not open_lines else f"{len(open_lines)} to do",
        step=steps.WORDS[seen.one.step],
        press=next(iter(press_of(request, seen)), None),
        here=here,
        back=here,
        may=frozenset({"phone", "email", "address", "zone", "language", "person", "coverage"}),
        identity=list(reading.IDENTITY.items()),
        consents=[(one.kind, one.word, *_consent_said(one, seen)) for one in seen.consents],
        consent_form=form if isinstance(form, ConsentForm) else ConsentForm(prefix="consent"),
        medicare=form if isinstance(form, MedicareForm) else _ready(MedicareForm(prefix="medicare", initial=seen.answers), first == "medicare"),
        medicare_said=_medicare_said(seen),
        payment=form if isinstance(form, PaymentForm) else _ready(PaymentForm(prefix="pay", initial={"key": str(ids.uuid7(ctx.now)), "method": "card"}), first == "payment"),
        not_taken=form if isinstance(form, NotTakenForm) else NotTakenForm(prefix="none"),
        taken=[(one, payments.say(one.amount), f"{reverse('receipt', args=[visit.id])}?payment={one.id}") for one in seen.payments],
        said=reading.said_by_patient(seen.part.resource if seen.part else None),
        work=work_of(seen, ctx.zone),
        slip_url=f"{reverse('visit-slip', args=[visit.id])}?{urlencode({'patient': seen.one.patient})}",
        labels_url=reverse("patient-labels", args=[seen.one.patient]),
        link_url=f"{reverse('kiosk-link', args=[visit.id])}?{urlencode({'patient': seen.one.patient})}",
        done=bool(seen.response and seen.response.resource.get("status") == "completed"),
    )


def _ready(form: DeskForm, here: bool) -> DeskForm:
    """Return the form, its first field ready to be typed into where it is the line to be done next."""
    if here:
        next(iter(form.fields.values())).widget.attrs["data-focus"] = True
    return form


def work_of(seen: CheckIn, zone: str) -> list[tuple[str, str, str]]:
    """Return the open work for the patient: what, why, and where it is."""
    found = []
    for one in seen.work:
        task = one.resource
        what = task.get("description") or (task.get("code") or {}).get("text", "") or "Work"
        found.append((what, (task.get("reasonCode") or {}).get("text", ""), reverse("work", args=[one.id])))
    return found


def press_of(request: Request, seen: CheckIn) -> list[Press]:
    """Return the next steps of the flow, as the board has them."""
    ctx, one = request.ctx, seen.one
    today = local_day(ctx.now, ctx.zone)
    if local_day(one.start, ctx.zone) != today:
        return []
    since, _ = bounds(today, ctx.zone)
    site = one.site
    people = day(scopes.for_flow(ctx, since, what="Appointment"), today, site=site)
    free = {room.ref: room for room in rooms(clinic(ctx.tenant, ctx.now), site, people)}
    around = Around(now=ctx.now, zone=ctx.zone, rooms=free, grace={}, today=True)
    return presses_of(one, "the patient", around)


def _lines(seen: CheckIn, open_lines: list[str], zone: str) -> dict[str, Line]:
    titles = {
        "identity": "Who it is", "demographics": "Read back", "card": "Insurance card", "consents": "Consents",
        "medicare": "Who pays before Medicare", "payment": "Copay or sliding fee", "printed": "Slip and labels",
    }  # fmt: skip
    found = {}
    for code, title in titles.items():
        ticked = seen.ticked.get(code)
        said = ""
        if ticked is not None:
            said = f"{_word(code, ticked.code)}, {say_time(ticked.at, zone)}, {ticked.by}"
        status = Status("soon", "To do") if code in open_lines else Status("ok", "Done")
        if code == "medicare" and not seen.medicare:
            continue
        if code == "card" and not seen.cards:
            status = Status("", "No coverage on record")
        found[code] = Line(code, title, status, said)
    return found


def _word(line: str, code: str) -> str:
    words = {"identity": reading.IDENTITY, "payment": reading.NOT_TAKEN}.get(line, {})
    return words.get(code, {"read-back": "Read back, all right", "no-card": "No card today", "printed": "Printed"}.get(code, code))


def _consent_said(one: reading.Signed, seen: CheckIn) -> tuple[Status, str]:
    until = say_short(one.until, today=seen.today) if one.until else ""
    match one.state:
        case "none":
            return Status("soon", "Not signed"), ""
        case "over":
            return Status("late", "Ran out"), f"ended {until}"
        case "refused":
            return Status("", "Refused"), f"on {say_short(one.on, today=seen.today)}" if one.on else ""
        case "soon":
            return Status("ok", "Signed"), f"ends soon, {until}"
        case _:
            return Status("ok", "Signed"), f"holds until {until}" if until else ""


def _medicare_said(seen: CheckIn) -> str:
    """Say what the answers suggest; a suggestion, the payers decide."""
    if not seen.answers:
        return ""
    found = msp.suggest(seen.answers)
    on = say_day(seen.msp_asked, today=seen.today) if seen.msp_asked else ""
    first = f"{found.first} may pay before Medicare: {found.why}." if found.first else f"Medicare seems to pay first. {found.why}"
    return f"{first}{'' if found.sure else ' Not sure: ask the payer.'} Asked {on}."
