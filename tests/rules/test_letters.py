"""The letter and itinerary, the e-mail and the calendar file, as pure composition."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from letters_cases import CLINIC, ZONE, at, recipient, visit

from waypost.messaging import printing
from waypost.messaging.rules import calendars, emails, letters, readability, wording, zones
from waypost.messaging.rules.texts import TEXTS, said

WRITTEN = date(2026, 11, 24)


def compose(language, kind="booked", **changes):
    return letters.compose(
        CLINIC, recipient(language), visit(language, **changes), kind=kind, written_on=WRITTEN
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", letters.KINDS)
def test_out_12_every_letter_reads_at_grade_6(language, kind):
    assert compose(language, kind).reading.easy


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_out_12_every_sentence_has_both_languages_and_is_easy(language, name):
    words = {field: "it" for field in ("day", "phone", "language", "site", "time")}
    text = said(name, language, **words)
    assert text
    if len(text.split()) > 4:
        assert readability.measure(text, language).easy, text


def test_the_letter_says_what_the_patient_must_know():
    letter = compose("en")
    assert dict(letter.identifiers) == {"Born": "March 12, 1957", "Record number": "004 182"}
    assert dict(letter.panel)["Arrive at"] == "8:15 AM"
    assert [row.time for row in letter.stops] == ["8:30 AM", "9:15 AM", "2:00 PM"]
    assert [section.title for section in letter.sections] == [
        "A note for you", "Get ready", "Bring", "Help we set up", "If you cannot come",
    ]  # fmt: skip


def test_the_letter_of_a_day_asks_to_arrive_for_the_first_visit():
    assert dict(compose("en", day_begins=at(7, 30)).panel)["Arrive at"] == "7:30 AM"
    assert dict(compose("en", day_begins=at(11)).panel)["Arrive at"] == "8:15 AM"


def test_the_letter_in_spanish():
    letter = compose("es")
    assert letter.title == "Su cita del miércoles, 25 de noviembre"
    assert dict(letter.panel)["Llegue a"] == "8:15 a. m."
    assert "Pedimos un intérprete de español. Es gratis." in letter.sections[3].lines


def test_a_preparation_without_a_translation_is_never_sent_in_the_wrong_language():
    letter = compose("es", preparation=None)
    assert any("Pregunte cómo prepararse" in line for section in letter.sections for line in section.lines)


def test_a_cancelled_visit_asks_for_nothing():
    letter = compose("en", "cancelled")
    assert letter.stops == ()
    assert [section.title for section in letter.sections] == ["If you have a question"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_letter_is_one_tagged_page_however_long_the_day(language):
    stops = tuple(s for n in range(9) for s in visit(language).stops[:1])
    long_note = "Bring the blue folder that we gave you. " * 7
    data = printing.pdf(
        compose(language, stops=stops, note=long_note, preparation="\n".join(["Do not eat for 4 hours."] * 8))
    )
    assert data.startswith(b"%PDF-")
    assert b"/Count 1" in data
    assert b"/StructTreeRoot" in data
    assert b"/MarkInfo" in data


def test_out_7_the_e_mail_tells_date_time_place_and_phone_alone():
    mail = emails.compose(CLINIC, visit("en"), kind="booked", language="en")
    assert "8:15 AM" in mail.text
    assert "(202) 555-0100" in mail.text
    assert "1200 River Street" in mail.text
    for secret in (
        "Marisol",
        "Castillo",
        "Lind",
        "Echo",
        "Ultrasound",
        "Room 4",
        "Consult",
        "004",
        "weight",
        "interpreter",
    ):
        assert secret not in mail.text + mail.subject


@pytest.mark.parametrize(
    ("boxes", "more", "address"),
    [
        ([], {}, ""),
        ([emails.Mailbox("a@x.example", allowed=False)], {}, ""),
        ([emails.Mailbox("a@x.example", allowed=True)], {}, "a@x.example"),
        ([emails.Mailbox("a@x.example", allowed=True, current=False)], {}, ""),
        (
            [
                emails.Mailbox("a@x.example", allowed=True),
                emails.Mailbox("b@x.example", allowed=True, confidential=True),
            ],
            {},
            "b@x.example",
        ),
        (
            [
                emails.Mailbox("a@x.example", allowed=True),
                emails.Mailbox("b@x.example", allowed=False, confidential=True),
            ],
            {},
            "",
        ),
        ([emails.Mailbox("a@x.example", allowed=True)], {"confidential_elsewhere": True}, ""),
        ([emails.Mailbox("a@x.example", allowed=True)], {"deceased": True}, ""),
        ([emails.Mailbox("a@x.example", allowed=True)], {"merged": True}, ""),
    ],
)
def test_out_8_recorded_preference_and_confidential_channel_decide(boxes, more, address):
    choice = emails.choose(boxes, **more)
    assert choice.address == address
    assert bool(choice.reason) != bool(address)


def read(data):
    return next(c for c in Calendar.from_ical(data).walk("VEVENT"))


def test_the_calendar_file_keeps_its_uid_and_counts_up():
    first = read(calendars.calendar(CLINIC, visit("en"), language="en", made_at=at(7)))
    moved = read(
        calendars.calendar(
            CLINIC, visit("en", version=3, arrive_at=at(10), ends=at(11)), language="en", made_at=at(7)
        )
    )
    off = Calendar.from_ical(
        calendars.calendar(CLINIC, visit("en", version=4), language="en", made_at=at(7), cancelled=True)
    )
    assert first["UID"] == moved["UID"] == read(off.to_ical())["UID"]
    assert (first["SEQUENCE"], moved["SEQUENCE"], read(off.to_ical())["SEQUENCE"]) == (0, 2, 3)
    assert off["METHOD"] == "CANCEL"
    assert read(off.to_ical())["STATUS"] == "CANCELLED"
    assert first["DTSTART"].dt == at(8, 15)
    assert "Lind" not in first.to_ical().decode()


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "America/Phoenix", "Europe/Dublin", "Australia/Lord_Howe", "America/St_Johns"],
)
@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_vtimezone_gives_the_offsets_of_the_zone_database(zone, year):
    since, until = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    parts = sorted(
        (part["DTSTART"].dt - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td)
        for part in zones.timezone(zone, since, until).subcomponents
    )
    moment = since
    while moment < until:
        expected = moment.astimezone(ZoneInfo(zone)).utcoffset()
        told = [offset for onset, offset in parts if onset <= moment.replace(tzinfo=None)][-1]
        assert told == expected, moment
        moment += timedelta(hours=1)


@given(moment=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
@settings(max_examples=100, deadline=None)
def test_times_are_the_clinics(moment):
    local = moment.astimezone(ZoneInfo(ZONE))
    assert wording.clock_time(moment, ZONE) == local.strftime("%I:%M %p").lstrip("0")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Wednesday, November 25th. Please arrive at 8:15 in the morning, Riverside, room 4, with Dr. Lind.",
        ),
        (
            "es",
            "Miércoles, 25 de noviembre. Llegue a las 8:15 de la mañana, Riverside, room 4, con Dr. Lind.",
        ),
    ],
)
def test_the_sentence_to_read_back(language, sentence):
    told = wording.read_back(
        arrive_at=at(8, 15),
        zone=ZONE,
        site="Riverside",
        room="Room 4",
        provider="Dr. Lind",
        language=language,
    )
    assert told == sentence


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (25, "25th")]
)
def test_ordinals(number, word):
    assert wording.ordinal(number) == word
