"""In whose zone a time is told: the patient's by video, with the clinic's beside it; the clinic's by name in person."""

import pytest
from tests.rules.letters_cases import CLINIC, ZONE, at, recipient, visit

from waypost.messaging.rules import emails, home_zones, letters, wording

CHICAGO, PHOENIX = "America/Chicago", "America/Phoenix"


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ({"state": "CO", "postal": "80202"}, "America/Denver"),
        ({"state": "az"}, PHOENIX),
        ({"state": "FL", "postal": "32501"}, CHICAGO),
        ({"state": "FL", "postal": "33101"}, ZONE),
        ({"state": "FL"}, ""),
        ({"state": "TX", "postal": "79901"}, "America/Denver"),
        ({"state": "TN", "postal": "37902"}, ZONE),
        ({"state": "ON", "country": "CA"}, ""),
        ({}, ""),
        ({"state": "CO", "recorded": "Pacific/Honolulu"}, "Pacific/Honolulu"),
    ],
)
def test_out_5_a_recorded_zone_goes_before_the_address_and_nobody_guesses(address, zone):
    assert home_zones.zone_of(**address) == zone


def words(language="en", **changes):
    facts = visit(language, **changes)
    letter = letters.compose(CLINIC, recipient(language), facts, kind="booked", written_on=at(8).date())
    mail = emails.compose(CLINIC, facts, kind="booked", language=language)
    return letter, mail.text


def test_where_the_clocks_agree_no_zone_is_named():
    for home in ("", ZONE, "America/Detroit"):
        letter, mail = words(home_zone=home)
        assert "time" not in letter.panel[1][1]
        assert letter.stops[0].time == "8:30 AM"
        assert "time)" not in mail


def test_by_video_the_patients_clock_comes_first_and_the_clinics_beside_it():
    letter, mail = words(telehealth=True, home_zone=CHICAGO)
    assert letter.panel[1][1] == "7:15 AM Central time (8:15 AM Eastern time)"
    assert letter.stops[0].time == "7:30 AM Central time (8:30 AM Eastern time)"
    assert letter.stops[-1].time == "2:00 PM Eastern time"  # the eye exam is in person
    assert "7:15 AM Central time (8:15 AM Eastern time)" in mail


def test_in_person_the_clinics_clock_has_its_name():
    letter, mail = words("es", home_zone=PHOENIX)
    assert letter.panel[1][1] == "8:15 a. m. hora del Este"
    assert "8:15 a. m. hora del Este" in mail


def test_a_day_that_differs_is_the_patients_own():
    early = dict(telehealth=True, home_zone="Pacific/Honolulu", arrive_at=at(1), starts=at(1), ends=at(2), stops=())
    letter, mail = words(**early)
    assert letter.panel[0][1] == "Tuesday, November 24, 2026"
    assert "Tuesday, November 24, 2026" in mail


@pytest.mark.parametrize(
    ("language", "telehealth", "sentence"),
    [
        ("en", True, "Wednesday, November 25th. By video at 7:15 in the morning Central time (8:15 AM Eastern time)."),
        ("en", False, "Wednesday, November 25th. Please arrive at 8:15 in the morning Eastern time, Riverside."),
        ("es", True, "Miércoles, 25 de noviembre. Por video, a las 7:15 de la mañana hora del Centro (8:15 a. m. hora del Este)."),
    ],
)
def test_the_sentence_to_read_back_names_the_zone(language, telehealth, sentence):
    told = wording.read_back(arrive_at=at(8, 15), zone=ZONE, site="Riverside", language=language, telehealth=telehealth, home=CHICAGO)
    assert told == sentence
