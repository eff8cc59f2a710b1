"""Every write of the schedule. The ledger itself is written by the projection alone."""

from waypost.scheduling.actions.booking import book, book_many
from waypost.scheduling.actions.calendars import (
    block,
    outside,
    save_calendar,
    save_calendars,
    save_visit_type,
    save_visit_types,
)
from waypost.scheduling.actions.changes import cancel, confirm, join, move, set_status
from waypost.scheduling.actions.locking import lock, lock_act, resolved
from waypost.scheduling.actions.planning import VisitWish

__all__ = [
    "VisitWish",
    "block",
    "book",
    "book_many",
    "cancel",
    "confirm",
    "join",
    "lock",
    "lock_act",
    "move",
    "outside",
    "resolved",
    "save_calendar",
    "save_calendars",
    "save_visit_type",
    "save_visit_types",
    "set_status",
]
