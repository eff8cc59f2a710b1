"""Calendar, list, check-in and day sheet of one day name the same visits at the same local times, on the days when clocks change.

The twin counts quarter hours from the first instant of the local day and reads the wall clock of each by the time zone alone.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import small_clinic

from waypost.access import scopes
from waypost.coordination.flow.checkin.queries import check_in
from waypost.coordination.printed import day_sheets
from waypost.kernel.dates import say_time
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.acts import act
from waypost.records.versions import Filing
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries.clinic import clinic
from waypost.web.flow import board as flow
from waypost.web.schedule.board_rows import Asked, look

QUARTER = timedelta(minutes=15)
CHANGES = [
    ("America/New_York", date(2027, 3, 14), -60), ("America/New_York", date(2027, 11, 7), 60),
    ("Europe/Madrid", date(2027, 3, 28), -60), ("Europe/Madrid", date(2027, 10, 31), 60),
    ("Australia/Lord_Howe", date(2027, 10, 3), -30), ("Australia/Lord_Howe", date(2027, 4, 4), 30),
]  # fmt: skip
AROUND = st.integers(0, 19)  # quarters of the night in which the clocks change
quarters = st.sets(st.one_of(AROUND, AROUND, st.integers(0, 91)), min_size=1, max_size=7)


def first_of(day, zone):
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def visit(number, start):
    return {
        "resourceType": "Appointment", "id": f"v{number}", "status": "booked", "start": start.isoformat(), "end": (start + QUARTER).isoformat(),
        "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": "talk"}]}],
        "participant": [{"actor": {"reference": f"Patient/p{number}"}, "status": "accepted"},
                        {"actor": {"reference": "Practitioner/lind"}, "status": "accepted"}],
    }  # fmt: skip


def furnish(ctx, zone, starts):
    scheduling.save_visit_types(ctx, [small_clinic.TALK])
    kept = [{"resourceType": "Practitioner", "id": "lind", "name": [{"family": "Lind"}]}]
    kept += [{"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"Person{n}", "given": ["A"]}]} for n in starts]
    kept += [visit(n, start) for n, start in starts.items()]
    with act(ctx) as running:
        records.file_many(running.ctx, [Filing(one, one["resourceType"], one["id"]) for one in kept])
    scheduling.save_calendars(ctx, [small_clinic.calendar("Practitioner/lind", "clinician", "Dr Lind", zone=zone)])


def on_the_calendar(ctx, day, span):
    seen = look(ctx, Asked(day=day, by="provider", span=span, site="", dept="", who="Practitioner/lind"), scopes.for_staff(ctx))
    columns = [one for one in seen.drawn.columns if one.day in {"", day.isoformat()}]
    cards = [card for column in columns for card in column.visits]
    return {card.key: (card.minute, card.said.partition(" to ")[0].rpartition(", ")[2]) for card in cards}


def on_the_list(ctx, day):
    since, _ = flow.queries.bounds(day, ctx.zone)
    drawn, _ = flow.drawn_of(scopes.for_flow(ctx, since), flow.Key(site="", day=day), clinic(ctx.tenant, ctx.now), ctx.now)
    return {card.url.rpartition("/")[2]: card.at for column in drawn.columns for card in (*column.cards, *column.rest)}


def on_the_sheet(ctx, day):
    sheet = day_sheets.compose(ctx, day, resources=["Practitioner/lind"])
    return {f"v{line.name.partition(',')[0].removeprefix('Person')}": line.time.partition(" – ")[0] for part in sheet.parts for line in part.lines}


@pytest.mark.parametrize(("zone", "day", "longer"), CHANGES)
@given(chosen=quarters)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_calendar_and_list_of_a_day_agree_across_daylight_saving(new_tenant, context, zone, day, longer, chosen):
    ctx, first, after = context(at=new_tenant(zone=zone)), first_of(day, zone), first_of(day + timedelta(days=1), zone)
    assert after - first == timedelta(days=1, minutes=longer)
    starts = {n: first + n * QUARTER for n in sorted(chosen)}
    outside = {900: first - QUARTER, 901: after}  # the last of the day before, the first of the day after
    furnish(ctx, zone, starts | outside)
    twin = {f"v{n}": start.astimezone(ZoneInfo(zone)) for n, start in starts.items()}
    said = {id_: say_time(at, zone) for id_, at in twin.items()}
    assert all(at.date() == day for at in twin.values())

    assert on_the_list(ctx, day) == said
    assert on_the_sheet(ctx, day) == said
    for span in ("day", "week"):
        assert on_the_calendar(ctx, day, span) == {id_: (at.hour * 60 + at.minute, said[id_]) for id_, at in twin.items()}
    scope = scopes.everything(ctx)
    assert {id_: say_time(check_in(ctx, queries.read(scope, "Appointment", id_)).one.start, zone) for id_ in twin} == said
