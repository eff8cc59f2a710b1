"""The calendar file of a visit (RFC 5545, 5546): the same UID for its whole life, SEQUENCE rising with each version."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from waypost.messaging.rules import wording, zones
from waypost.messaging.rules.facts import Clinic, Visit
from waypost.messaging.rules.texts import said


def uid(visit_id: str) -> str:
    return f"{visit_id}@visit.waypost"


def calendar(
    clinic: Clinic, visit: Visit, *, language: str, made_at: datetime, cancelled: bool = False
) -> bytes:
    """Return the file. It says when, where and which number to call; never what for."""
    zone = ZoneInfo(clinic.zone)
    event = Event()
    event.add("uid", uid(visit.id))
    event.add("dtstamp", made_at)
    event.add("sequence", max(visit.version - 1, 0))
    event.add("summary", said("ics_title", language, site=clinic.site))
    event.add("dtstart", visit.arrive_at.astimezone(zone))
    event.add("dtend", max(visit.ends, visit.arrive_at + timedelta(minutes=5)).astimezone(zone))
    event.add(
        "location", said("video", language) if visit.telehealth else ", ".join((clinic.site, *clinic.address))
    )
    time = wording.clock_time(visit.arrive_at, clinic.zone, language)
    event.add("description", said("ics_text", language, time=time, phone=clinic.phone))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if clinic.email:
        organizer = vCalAddress(f"MAILTO:{clinic.email}")
        organizer.params["CN"] = clinic.name
        event["organizer"] = organizer
    if not cancelled:
        event.add_component(_reminder(said("ics_title", language, site=clinic.site)))
    found = Calendar()
    found.add("prodid", "-//Waypost//Visits//EN")
    found.add("version", "2.0")
    found.add("method", "CANCEL" if cancelled else "PUBLISH")
    found.add_component(
        zones.timezone(clinic.zone, visit.arrive_at - timedelta(days=370), visit.ends + timedelta(days=370))
    )
    found.add_component(event)
    return found.to_ical()


def _reminder(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", timedelta(hours=-24))
    return alarm
