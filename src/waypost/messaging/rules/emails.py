"""Whether an e-mail may go, to which address, and its words: date, time, place and phone alone (OUT-7, OUT-8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.messaging.rules import wording
from waypost.messaging.rules.facts import Clinic, Visit
from waypost.messaging.rules.home_zones import told_in
from waypost.messaging.rules.texts import said


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One e-mail address on record, with what was recorded about it."""

    address: str
    allowed: bool  # the patient said that visits may be told here
    confidential: bool = False  # asked for under 164.522(b): this one and no other
    current: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """The address to write to, or the reason why nobody is written to."""

    address: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Email:
    subject: str
    text: str
    language: str


def choose(
    mailboxes: Sequence[Mailbox],
    *,
    confidential_elsewhere: bool = False,
    deceased: bool = False,
    merged: bool = False,
) -> Choice:
    """Return where the e-mail goes. A confidential channel overrides every other; no recorded leave means no e-mail.

    >>> choose([Mailbox("a@example.org", allowed=False)]).reason
    'no leave for e-mail on record'
    """
    if deceased:
        return Choice(reason="the patient has died")
    if merged:
        return Choice(reason="the chart was merged into another")
    current = [box for box in mailboxes if box.current and box.address]
    confidential = [box for box in current if box.confidential]
    if not confidential and confidential_elsewhere:
        return Choice(reason="the patient asked to be told another way")
    pool = [box for box in (confidential or current) if box.allowed]
    if pool:
        return Choice(address=pool[0].address)
    return Choice(reason="no leave for e-mail on record" if current else "no e-mail address on record")


def compose(clinic: Clinic, visit: Visit, *, kind: str, language: str) -> Email:
    """Return the e-mail. No name, no provider, no kind of visit, no room: they could tell what for."""
    told = told_in(visit.arrive_at, clinic.zone, visit.home_zone, remote=visit.telehealth)
    local_day = wording.local(visit.arrive_at, told.zone).date()
    suffix = "" if kind == "booked" else f"_{kind}"
    day = wording.day_long(local_day, language)
    lines = [said("mail_hello", language), "", said(f"mail_{kind}", language), ""]
    lines.append(f"{said('day', language)}: {day}")
    if kind != "cancelled":
        label = "join" if visit.telehealth else "arrive"
        lines.append(f"{said(label, language)}: {told.clock(visit.arrive_at, language)}")
        place = said("video", language) if visit.telehealth else ", ".join((clinic.site, *clinic.address))
        lines.append(f"{said('place', language)}: {place}")
    lines.append(f"{said('phone', language)}: {clinic.phone}")
    lines += [
        "",
        said("mail_call_cancelled" if kind == "cancelled" else "mail_call", language),
        "",
        clinic.name,
    ]
    subject = said(f"mail_subject{suffix}", language, day=wording.day_long(local_day, language, year=False))
    return Email(subject, "\n".join(lines) + "\n", language)
