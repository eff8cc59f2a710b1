"""The patient's own part of a check-in, on their phone or on the clinic's tablet: one question a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import accounts
from waypost.coordination.flow.checkin import own, queries
from waypost.coordination.flow.checkin.own import Asked
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.registry import fhir as people
from waypost.registry.dates import read_date
from waypost.web import asked as asking
from waypost.web.flow import links
from waypost.web.flow.checkin import address
from waypost.web.pages import Page, Request, go_to, render_page
from waypost.web.schedule.visits import read_visit

WORDS = {
    "en": {
        "title": "Check in for your visit", "birth": "Your birth date", "birth_hint": "For instance 3/12/1957", "go": "Go on", "yes": "Yes, that is right",
        "no": "No", "new": "What is right?", "save": "Save", "skip": "Nothing to add", "known_none": "We have nothing written down.",
        "wrong": "That is not the birth date we have. Try again, or ask at the desk.", "locked": "Too many tries. Ask at the desk; they will help you.",
        "done": "Thank you. You are all set.", "number": "We call you by number", "desk": "Please tell the desk that you are here.",
        "emergency": "If this is an emergency, tell someone now or call 911.", "other": "Español", "phone": "Our phone", "step": "Question {} of {}", "back": "Finish",
        "tell": "Your words", "over": "This link no longer works. The desk can check you in.",
    },
    "es": {
        "title": "Regístrese para su visita", "birth": "Su fecha de nacimiento", "birth_hint": "Por ejemplo 3/12/1957 (mes/día/año)", "go": "Seguir",
        "yes": "Sí, está bien", "no": "No", "new": "¿Cuál es el correcto?", "save": "Guardar", "skip": "Nada más", "known_none": "No tenemos nada anotado.",
        "wrong": "Esa no es la fecha que tenemos. Pruebe otra vez o pregunte en la recepción.",
        "locked": "Demasiados intentos. Pregunte en la recepción; le ayudarán.", "done": "Gracias. Ya terminó.", "number": "Le llamamos con el número",
        "desk": "Avise en la recepción que ya llegó.", "emergency": "Si es una emergencia, avise ahora o llame al 911.", "other": "English",
        "phone": "Nuestro teléfono", "step": "Pregunta {} de {}", "back": "Terminar", "tell": "Sus palabras",
        "over": "Este enlace ya no funciona. La recepción le puede ayudar.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage(Page):
    template: ClassVar[str] = "waypost/flow/own.html"
    lang: str
    say: dict[str, str]
    token: str
    clinic: str
    phone: str
    asks_birth: bool = False
    error: str = ""
    locked: bool = False
    greeting: str = ""
    time: str = ""
    question: Asked | None = None
    text: str = ""
    choices: Sequence[tuple[str, str]] = ()
    step: str = ""
    done: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage(Page):
    template: ClassVar[str] = "waypost/flow/link.html"
    place: str = "schedule"
    url: str
    hours: int
    back: str


@require_safe
def link(request: Request, id: str) -> HttpResponse:
    """Give the link to a patient's own part: to be opened on the clinic's tablet, or sent as they prefer."""
    seen = queries.check_in(request.ctx, read_visit(request.ctx, id), asking.id_(request.GET, "patient"))
    token = links.here_token(request.ctx.tenant, id, seen.one.patient)
    url = request.build_absolute_uri(reverse("here", args=[token]))
    return render_page(request, LinkPage(title="The patient’s own part", url=url, hours=links.HERE_HOURS, back=address(seen)))


@require_http_methods(["GET", "POST"])
def here(request: Request, token: str) -> HttpResponse:
    """Ask the birth date, then one question a screen, in the patient's language."""
    opened = links.read_here(token)
    ctx = links.patients_context(opened)
    part = own.open_own(ctx, opened.patient, opened.visit)
    spoken = (people.written_language(part.patient) or people.spoken_language(part.patient))[:2]
    given = request.GET.get("lang") or request.POST.get("lang") or spoken
    lang = given if given in WORDS else "en"
    if not links.proven(request, token):
        return _prove(request, token, ctx, part, lang)
    if request.method == "POST":
        return _answered(request, token, ctx, opened, part, lang)
    return _show(request, token, ctx, part, lang)


def _prove(request: Request, token: str, ctx: Context, part: own.Own, lang: str) -> HttpResponse:
    say, locked = WORDS[lang], links.tries_left(token) <= 0
    error = ""
    if request.method == "POST" and not locked:
        typed = read_date(asking.text(request.POST, "birth", 40), today=local_day(ctx.now, ctx.zone), prefer="past")
        if own.born_on(part.patient, typed):
            answer = go_to(request, f"{reverse('here', args=[token])}?lang={lang}")
            links.prove(answer, token, secure=request.is_secure())
            return answer
        links.failed(token)
        error, locked = say["wrong"], links.tries_left(token) <= 0
    return _page(request, token, ctx, lang, status=422 if error else 200, asks_birth=True, error=say["locked"] if locked else error, locked=locked)


def _answered(request: Request, token: str, ctx: Context, opened: links.Here, part: own.Own, lang: str) -> HttpResponse:
    code = asking.key(request.POST, "question")
    one = next((each for each in part.asked if each.code == code), None)
    if request.POST.get("do") == "finish":
        answer = go_to(request, f"{reverse('here', args=[token])}?lang={lang}")
        links.forget(answer)
        return answer
    said, new = asking.key(request.POST, "said"), asking.text(request.POST, "new", own.ANSWER_CHARACTERS_MAX)
    if one is not None and said == own.WRONG and not new and not one.choices:
        return _show(request, token, ctx, part, lang, one=one, wants_new=True)
    if one is not None and (said or one.free):
        own.answer(ctx, opened.patient, opened.visit, code, said, new)
        if own.open_own(ctx, opened.patient, opened.visit).next is None:
            own.finish(ctx, opened.patient, opened.visit)
    return go_to(request, f"{reverse('here', args=[token])}?lang={lang}")


def _show(request: Request, token: str, ctx: Context, part: own.Own, lang: str, *, one: Asked | None = None, wants_new: bool = False) -> HttpResponse:
    one = one or part.next
    greeting = next(iter(people.legal_name(part.patient).get("given", ())), "")
    if one is None:
        return _page(request, token, ctx, lang, greeting=greeting, time=part.start, done=True, number=str(part.number or ""))
    at = [each.code for each in part.asked].index(one.code) + 1
    return _page(
        request, token, ctx, lang,
        greeting=greeting, time=part.start, question=one, text=one.es if lang == "es" else one.en,
        choices=[(code, spanish if lang == "es" else english) for code, english, spanish in one.choices],
        step=WORDS[lang]["step"].format(at, len(part.asked)), error=WORDS[lang]["new"] if wants_new else "",
    )  # fmt: skip


def _page(request: Request, token: str, ctx: Context, lang: str, status: int = 200, **more: object) -> HttpResponse:
    tenant = next(one for one in accounts.tenants() if one.pk == ctx.tenant)
    made = OwnPage(title=WORDS[lang]["title"], lang=lang, say=WORDS[lang], token=token, clinic=tenant.name, phone=tenant.phone, **more)  # type: ignore[arg-type]
    return render_page(request, made, status)
