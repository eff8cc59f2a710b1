"""Every write of the schedule. The ledger itself is written by the projection alone."""

from waypost.scheduling.actions.booking import book, book_many
from waypost.scheduling.actions.calendars import block, confirm_block, end_block, outside
from waypost.scheduling.actions.changes import (
    cancel,
    change_outside,
    check_status,
    confirm,
    current,
    grace_of,
    join,
    move,
    set_status,
    take_rows,
)
from waypost.scheduling.actions.lengths import resize
from waypost.scheduling.actions.locking import free_as_it_was, lock, lock_act, resolved
from waypost.scheduling.actions.planning import VisitWish
from waypost.scheduling.actions.templates import (
    restore_templates,
    save_calendar,
    save_calendars,
    save_visit_type,
    save_visit_types,
    templates_of,
)

__all__ = [
    "VisitWish",
    "block",
    "book",
    "book_many",
    "cancel",
    "change_outside",
    "check_status",
    "confirm",
    "confirm_block",
    "current",
    "end_block",
    "free_as_it_was",
    "grace_of",
    "join",
    "lock",
    "lock_act",
    "move",
    "outside",
    "resize",
    "resolved",
    "restore_templates",
    "save_calendar",
    "save_calendars",
    "save_visit_type",
    "save_visit_types",
    "set_status",
    "take_rows",
    "templates_of",
]
