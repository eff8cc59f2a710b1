"""What hangs at a door: one large page of times and kinds of visit, without a patient."""

import io

import pytest
from pypdf import PdfReader

from tests.desk.test_schedule import booked, links
from tests.small_clinic import at
from waypost.coordination.printed import door_sheets
from waypost.kernel.dates import local_day
from waypost.kernel.spans import Span
from waypost.messaging import printing
from waypost.messaging.rules import door_sheets as rules
from waypost.scheduling import actions as scheduling

DAY = local_day(at(9), "America/New_York")


def test_times_kinds_and_with_whom_and_no_patient(clinic):
    booked(clinic, "echo", order_told="Dr Lind, today")
    scheduling.block(clinic.ctx, ["Location/room4"], Span(at(14), at(15)), "Father's funeral")
    for n in (0, 1):
        booked(clinic, "infusion", start=at(13), patient=n + 1)
    sheet = door_sheets.compose(clinic.ctx, DAY, "Location/room4")
    assert [(one.time, one.what) for one in sheet.lines] == [("9:00 AM – 10:10 AM", "Echocardiogram and consult"), ("2:00 PM – 3:00 PM", "Kept free")]
    assert "Ultrasound 2" in sheet.lines[0].with_whom
    assert "Castillo" not in str(sheet)
    assert "funeral" not in str(sheet)
    assert [one.what for one in door_sheets.compose(clinic.ctx, DAY, "Location/chairs").lines] == ["Infusion × 2"]


@pytest.mark.parametrize("many", [0, 1, 14, 40])
def test_a_day_is_one_page_however_full(clinic, many):
    lines = [rules.Line("10:30 AM – 11:10 AM", "Echocardiogram and consult", "Dr Constance Featherstonehaugh, Ultrasound 2")] * many
    sheet = rules.compose("Room 4", DAY, site="Riverside", hours="Open 8:00 AM – 5:00 PM", lines=lines, now=at(7), zone="America/New_York")
    assert len(PdfReader(io.BytesIO(printing.door_sheet(sheet))).pages) == 1


def test_it_is_reached_from_the_day_of_one_and_refused_to_whoever_prints_nothing(clinic, desk):
    client = desk("scheduler")
    assert not links(client.get("/schedule?day=2026-11-25&by=room"), "schedule/door")
    (address,) = links(client.get("/schedule?day=2026-11-25&by=room&who=Location/room4"), "schedule/door")
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert client.get("/schedule/door?who=Location/nowhere").status_code == 404
    assert client.get("/schedule/door?who=x&day=77").status_code == 404
    assert desk("auditor").get(address).status_code == 403
