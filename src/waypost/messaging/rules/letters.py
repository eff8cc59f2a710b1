"""The confirmation letter, which is also the itinerary of the day: one page, in the patient's written language."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from waypost.messaging.limits import STOPS_MAX
from waypost.messaging.rules import readability, wording
from waypost.messaging.rules.facts import Clinic, Recipient, Stop, Visit
from waypost.messaging.rules.home_zones import Told, told_in
from waypost.messaging.rules.texts import said

KINDS = ("booked", "moved", "cancelled")


@dataclass(frozen=True, slots=True)
class Row:
    time: str
    what: str
    with_whom: str
    where: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed letter: every word that will stand on the page, and how hard it is to read."""

    language: str
    title: str
    written: str
    head: tuple[str, ...]
    to: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    intro: str
    panel: tuple[tuple[str, str], ...]
    stops_title: str
    stops_head: tuple[str, ...]
    stops: tuple[Row, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    reading: readability.Reading

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compose(clinic: Clinic, recipient: Recipient, visit: Visit, *, kind: str, written_on: date) -> Letter:
    """Return the letter for one visit and everything else the patient has that day."""
    assert kind in KINDS
    tongue = recipient.language
    told = _told(clinic, visit)
    day = wording.day_long(wording.local(visit.arrive_at, told.zone).date(), tongue)
    suffix = "" if kind == "booked" else f"_{kind}"
    rows = () if kind == "cancelled" else stop_rows(clinic, visit, tongue)
    sections = _question(clinic, tongue) if kind == "cancelled" else _sections(clinic, visit, tongue)
    letter = Letter(
        language=tongue,
        title=said(f"title{suffix}", tongue, day=_no_year(visit, clinic, tongue)),
        written=wording.day_plain(written_on, tongue),
        head=(clinic.name, *clinic.address, clinic.phone),
        to=(recipient.name, *recipient.address),
        identifiers=identifiers(recipient),
        intro=said(f"intro{suffix}", tongue),
        panel=_panel(clinic, visit, tongue, day, cancelled=kind == "cancelled"),
        stops_title=said("stops", tongue) if rows else "",
        stops_head=tuple(said(name, tongue) for name in ("time", "what", "with", "where")),
        stops=rows,
        sections=sections,
        foot=(
            said("emergency", tongue),
            *(said("language_help", other, phone=clinic.phone) for other in _other_first(tongue)),
        ),
        reading=readability.Reading(0, 0, 0, 0.0),
    )
    return _measured(letter, clinic, recipient, visit)


def _no_year(visit: Visit, clinic: Clinic, tongue: str) -> str:
    return wording.day_long(wording.local(visit.arrive_at, _told(clinic, visit).zone).date(), tongue, year=False)


def _told(clinic: Clinic, visit: Visit) -> Told:
    return told_in(visit.arrive_at, clinic.zone, visit.home_zone, remote=visit.telehealth)


def _other_first(tongue: str) -> tuple[str, str]:
    return ("es", "en") if tongue == "en" else ("en", "es")


def identifiers(recipient: Recipient) -> tuple[tuple[str, str], ...]:
    tongue = recipient.language
    born = wording.day_plain(recipient.born, tongue) if recipient.born else said("born_unknown", tongue)
    return ((said("born", tongue), born), (said("mrn", tongue), recipient.mrn))


def _panel(
    clinic: Clinic, visit: Visit, tongue: str, day: str, *, cancelled: bool
) -> tuple[tuple[str, str], ...]:
    time = _told(clinic, visit).clock(visit.first_arrival, tongue)
    rows = [(said("day", tongue), day)]
    if cancelled:
        return (*rows, (said("phone", tongue), clinic.phone))
    rows.append((said("join" if visit.telehealth else "arrive", tongue), time))
    if visit.telehealth:
        rows.append((said("place", tongue), said("video", tongue)))
    else:
        rows.append((said("place", tongue), ", ".join((clinic.site, *clinic.address))))
    return (*rows, (said("phone", tongue), clinic.phone))


def stop_rows(clinic: Clinic, visit: Visit, tongue: str) -> tuple[Row, ...]:
    stops = sorted((*visit.stops, *visit.other_stops), key=lambda stop: (stop.starts, stop.ends))[:STOPS_MAX]
    own, here = _told(clinic, visit), told_in(visit.arrive_at, clinic.zone, visit.home_zone, remote=False)
    return tuple(_row(stop, own if stop in visit.stops else here, tongue) for stop in stops)


def _row(stop: Stop, told: Told, tongue: str) -> Row:
    phone = stop.phone.replace(" ", "\u00a0").replace(
        "-", "\u2011"
    )  # a number is never broken over two lines
    where = f"{stop.where}, {phone}" if phone and stop.where else stop.where or phone
    return Row(told.clock(stop.starts, tongue), stop.what, stop.with_whom, where)


def _sections(clinic: Clinic, visit: Visit, tongue: str) -> tuple[Section, ...]:
    found: list[Section] = []
    if visit.note:
        found.append(Section(said("note", tongue), (visit.note,)))
    if visit.preparation is None:
        found.append(Section(said("ready", tongue), (said("ask_us", tongue, phone=clinic.phone),)))
    elif visit.preparation:
        lines = tuple(line.strip() for line in visit.preparation.splitlines() if line.strip())
        found.append(Section(said("ready", tongue), lines))
    if not visit.telehealth:
        bring = ("bring_mail", "bring_id", "bring_card", "bring_pills")
        found.append(Section(said("bring", tongue), tuple(said(name, tongue) for name in bring)))
    helps = _helps(visit, tongue)
    if helps:
        found.append(Section(said("help", tongue), helps))
    return (*found, *_change(clinic, tongue))


def _helps(visit: Visit, tongue: str) -> tuple[str, ...]:
    lines: list[str] = []
    if visit.interpreter in {"requested", "accepted", "rejected"}:
        lines.append(said(f"interpreter_{visit.interpreter}", tongue, language=visit.interpreter_language))
    if visit.ride in {"requested", "accepted", "rejected"}:
        lines.append(said(f"ride_{visit.ride}", tongue))
    return tuple(lines)


def _change(clinic: Clinic, tongue: str) -> tuple[Section, ...]:
    return (
        Section(
            said("change", tongue), (said("change_how", tongue, phone=clinic.phone), said("late", tongue))
        ),
    )


def _question(clinic: Clinic, tongue: str) -> tuple[Section, ...]:
    return (Section(said("question", tongue), (said("question_how", tongue, phone=clinic.phone),)),)


def _measured(letter: Letter, clinic: Clinic, recipient: Recipient, visit: Visit) -> Letter:
    """Score every sentence a reader must understand; names, places, dates and numbers are facts."""
    lines = [letter.intro, *(line for section in letter.sections for line in section.lines), *letter.foot[:1]]
    facts = [
        clinic.name,
        clinic.site,
        clinic.phone,
        recipient.name,
        visit.interpreter_language,
        *clinic.address,
    ]
    text = "\n".join(lines)
    reading = readability.measure(text, letter.language, facts=facts)
    return replace(letter, reading=reading)
