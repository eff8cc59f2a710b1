"""One imaginary visit in both languages, for tests of what goes out."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from waypost.messaging.rules.facts import Clinic, Recipient, Stop, Visit

ZONE = "America/New_York"
CLINIC = Clinic(
    "Riverside Community Health", "Riverside", ("1200 River Street", "Springfield, MA 01103"), "(202) 555-0100", ZONE, "visits@clinic.example"
)  # fmt: skip


def at(hour, minute=0, day=25):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def recipient(language):
    return Recipient("Marisol Castillo Reyes", "004 182", date(1957, 3, 12), language, ("44 Elm Street", "Springfield, MA 01105"))


def visit(language, **changes):
    spanish = language == "es"
    facts = dict(
        id="0190-visit", version=1, arrive_at=at(8, 15), starts=at(8, 30), ends=at(9, 40), status="booked",
        stops=(
            Stop(at(8, 30), at(9, 10), "Ecocardiograma" if spanish else "Echocardiogram", "Ultrasound 2", "Room 4"),
            Stop(at(9, 15), at(9, 40), "Consulta" if spanish else "Consult", "Dr. Lind", "Room 4"),
        ),
        preparation="No coma 4 horas antes. Puede beber agua." if spanish else "Do not eat for 4 hours before. You can drink water.",
        note="Traiga su peso de la mañana." if spanish else "Bring your morning weight.",
        interpreter="requested", interpreter_language="español" if spanish else "Spanish", ride="accepted",
        other_stops=(Stop(at(14), at(15), "Examen de ojos" if spanish else "Eye exam", "", "Northside Eye Center", "(202) 555-0177"),),
    )  # fmt: skip
    return Visit(**{**facts, **changes})
