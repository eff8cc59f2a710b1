"""The referral letter, and the packet: the letter with what the chart says and the documents that go along."""

from collections.abc import Iterator
from typing import Any

from waypost.access import scopes
from waypost.chart.documents import opening
from waypost.chart.documents import queries as papers
from waypost.chart.rules.documents import document
from waypost.coordination import patients
from waypost.coordination.printed.allowing import may_print
from waypost.coordination.referrals import queries, writing
from waypost.coordination.referrals.limits import PACKET_PAGES_MAX, PACKET_RESULTS_MAX
from waypost.coordination.referrals.state import urgency_of
from waypost.formats.papers import kinds
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment
from waypost.kernel.problem import Problem
from waypost.messaging import fhir, printing
from waypost.messaging import queries as messaging
from waypost.messaging.rules import referral_letters as rules
from waypost.registry import fhir as people
from waypost.terminology.languages import language_name

Json = dict[str, Any]
URGENCY = {"stat": "Emergent: today", "urgent": "Urgent: within 2 days", "asap": "Urgent: within 2 days", "routine": "Routine: within 14 days"}
PICTURES = {kinds.JPEG: "jpg", kinds.PNG: "png"}


def referral_letter(ctx: Context, referral: str) -> bytes:
    """Return the letter as tagged PDF, for whoever the patient is sent to. Audited as printed."""
    return printing.referral(_letter(ctx, referral, "referral letter")[0])


def referral_packet(ctx: Context, referral: str) -> bytes:
    """Return letter, problems, medications, allergies, newest results and the chosen documents as one PDF.

    Two identifiers stand on each page, those of another's PDF too. What cannot be printed is named as going apart.
    """
    letter, view, ids_ = _letter(ctx, referral, "referral packet")
    files: dict[str, bytes] = {}
    enclosures = tuple(_enclosures(ctx, view.who.id, ids_, files))
    made = rules.packet(letter, tuple(_parts(view)), enclosures)
    return printing.referral(made, files)


def _letter(ctx: Context, id_: str, paper: str) -> tuple[rules.ReferralLetter, patients.PatientView, list[str]]:
    may_print(ctx, what=f"ServiceRequest/{id_}")
    scope, _, facts = queries.one(ctx, id_)
    request = facts.request
    patient = request["subject"]["reference"].partition("/")[2]
    scopes.found(ctx, f"ServiceRequest/{id_}", [patient], action="print")
    view = patients.open_patient(ctx, patient)
    today = local_day(ctx.now, ctx.zone)
    organization = messaging.organization(ctx.tenant)
    clinic = fhir.clinic(None, name=organization.name, phone=organization.phone, zone=organization.zone)
    ordered = read_moment(request.get("authoredOn"), ctx.zone)
    asked = rules.Asked(
        what=writing.what_of(request),
        urgency=URGENCY[urgency_of(request)],
        reason=writing.reason_of(request),
        to=writing.to_of(request),
        specialty=writing.kind_of(request),
        phone=writing.extension_of(request, "phone") or "",
        fax=writing.extension_of(request, "fax") or "",
        orderer=(request.get("requester") or {}).get("display", ""),
        ordered=local_day(ordered, ctx.zone) if ordered else None,
    )
    ids_ = writing.documents_of(request)
    named = [document(v.resource, view.reading).name for v in queries.documents(scope, patient, ids_)] if ids_ else []
    letter = rules.compose(
        clinic, fhir.recipient(view.resource, today), asked, reach=_reach(view), needs=tuple(_needs(view)), enclosed=named, written_on=today
    )
    return letter, view, ids_


def _reach(view: patients.PatientView) -> str:
    if not view.phones:
        return ""
    first = view.phones[0]
    return ", ".join(part for part in (first.shown, first.leave) if part)


def _needs(view: patients.PatientView) -> Iterator[str]:
    spoken = people.spoken_language(view.resource)
    if people.interpreter_needed(view.resource):
        yield f"Speaks {language_name(spoken)}, needs an interpreter" if spoken else "Needs an interpreter"
    yield from view.needs


def _parts(view: patients.PatientView) -> Iterator[rules.Part]:
    """Say what the chart has, each with its date; what nobody asked is said as not asked."""
    chart = view.chart
    if chart is None:
        return
    problems = tuple(f"{one.name}{f', {one.since}' if one.since else ''}{' (unconfirmed)' if one.unconfirmed else ''}" for one in chart.problems if not one.ended)
    yield rules.Part("Problems", problems, "None recorded.")
    taken = {one.id: one for problem in chart.problems for one in problem.medications} | {one.id: one for one in chart.other_medications}
    lines = tuple(", ".join(part for part in (one.name, one.dose) if part) for one in taken.values())
    yield rules.Part("Medications", lines, "None recorded.")
    allergies = view.allergies
    every = tuple(", ".join(part for part in (one.name, one.reaction) if part) for one in allergies.every) if allergies else ()
    none = "No known allergies." if allergies and allergies.none_known else "Not asked yet."
    yield rules.Part("Allergies", every, none)
    newest = chart.results[:PACKET_RESULTS_MAX]
    shown = tuple(f"{one.name}: {one.newest.shown}{f' ({one.newest.alert})' if one.newest.alert else ''}, {one.newest.day}" for one in newest)
    yield rules.Part("Newest results", shown, "None recorded.")


def _enclosures(ctx: Context, patient: str, ids_: list[str], files: dict[str, bytes]) -> Iterator[rules.Enclosure]:
    pages = 0
    for place, id_ in enumerate(ids_):
        opened = papers.open_document(ctx, id_, patient=patient)
        title = document(opened.resource, patients.reading_of(ctx)).name
        look, refused = papers.look_at(opened)
        pages += look.pages if look else 0
        if look is None or refused is not None or pages > PACKET_PAGES_MAX:
            yield rules.Enclosure(title, "apart")
        elif look.mime == kinds.TEXT:
            yield rules.Enclosure(title, "text", text=opened.data.decode("utf-8", "replace"))
        elif look.mime in PICTURES:
            files[f"e{place}.{PICTURES[look.mime]}"] = opened.data
            yield rules.Enclosure(title, "picture", file=f"e{place}.{PICTURES[look.mime]}")
        else:
            yield from _pictured(title, place, opened.data, look.pages, files)


def _pictured(title: str, place: int, data: bytes, pages: int, files: dict[str, bytes]) -> Iterator[rules.Enclosure]:
    """Yield another's PDF or fax as pictures of its pages, made apart: nothing of what it carries goes along but its looks."""
    for page in range(pages):
        name = f"e{place}-{page}.png"
        try:
            files[name] = opening.picture(data, page)
        except Problem:
            yield rules.Enclosure(title, "apart")
            return
        yield rules.Enclosure(f"{title}, page {page + 1} of {pages}" if pages > 1 else title, "picture", file=name)
