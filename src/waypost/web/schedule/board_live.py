"""The board while it is open: its columns as parts of a live view, drawn once for all who have the same board."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import get_template
from django.utils.html import format_html

from waypost.access import scopes
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment
from waypost.records.watching import Change
from waypost.scheduling.queries.boards import when_booked
from waypost.web.live.views import Given, Shown, Touches, View, register
from waypost.web.schedule import board_rows
from waypost.web.schedule.board_rows import Asked, Seen

REQUESTS = frozenset({"interpreter", "ride"})
SHOWN_OF_PATIENT = ("name", "birthDate", "active", "link", "meta")


def shown(seen: Seen) -> Shown:
    """Return the board's parts: the line beside its title, its hours, and each column."""
    column_template = get_template("waypost/schedule/board_column.html")
    drawn = seen.drawn
    parts = {
        "board-note": format_html('<span class="note" id="board-note">{}</span>', seen.note),
        "board-hours": get_template("waypost/schedule/board_hours.html").render(
            {"board": drawn, "now_said": seen.now_said.rpartition(" ")[0]}
        ),
    }
    of_visit = {row.appointment: row.patients for row in seen.rows}
    patients: dict[str, list[str]] = {}
    for number, column in enumerate(drawn.columns, 1):
        id_ = f"lane{number}"
        parts[id_] = column_template.render({"column": column, "number": number, "height": drawn.height})
        patients[id_] = [who for visit in column.visits for who in of_visit.get(visit.key, ())]
    heads = (f"{one.key} {one.day} {one.title} {one.note}" for one in drawn.columns)
    return Shown(parts, patients, shape="\n".join([str(drawn.hour), *heads]))


def _key(ctx: Context, given: Given) -> Asked:
    scopes.for_search(ctx, "Schedule")  # refuses whoever may see no schedule; to all others it is the same
    found = board_rows.read(given, local_day(ctx.now, ctx.zone))
    return found if found.span in {"day", "week"} else replace(found, span="day")


def _render(ctx: Context, asked: Asked) -> Shown:
    return shown(board_rows.look(ctx, asked, scopes.for_search(ctx, "Schedule")))


def _touches(tenant: int, changes: Sequence[Change]) -> Touches:
    """Say whose days something has happened on; to the day and one beside it, since no zone is known here."""
    moments: list[datetime | None] = []
    visits: set[str] = set()
    people: set[str] = set()
    for change in changes:
        match change.type:
            case "Appointment":
                moments += [
                    read_moment(one.get(edge))
                    for one in (change.before, change.after)
                    for edge in ("start", "end")
                ]
            case "Task":
                visits |= {id_ for one in (change.before, change.after) if (id_ := _visit_of(one))}
            case _ if any(change.before.get(name) != change.after.get(name) for name in SHOWN_OF_PATIENT):
                people.add(change.id)
    moments += when_booked(tenant, visits, people)
    days = {moment.date() for moment in moments if moment}
    return lambda asked: any(
        first - timedelta(1) <= day <= last + timedelta(1) for day in days for first, last in [_span(asked)]
    )


def _span(asked: Asked) -> tuple[date, date]:
    days = board_rows.days_of(asked)
    return days[0], days[-1]


def _visit_of(task: dict[str, Any]) -> str:
    """Return the visit that a request for an interpreter or a ride belongs to."""
    codes = {coding.get("code") for coding in (task.get("code") or {}).get("coding", ())}
    head, _, id_ = ((task.get("focus") or {}).get("reference") or "").partition("/")
    return id_ if codes & REQUESTS and head == "Appointment" else ""


BOARD = register(
    View(
        name="board",
        what="Schedule",
        types=frozenset({"Appointment", "Patient", "Task"}),
        key=_key,
        render=_render,
        touches=_touches,
    )
)
