"""What the doors ask for in one act: a visit with its requests, notes and announcements."""

from waypost.coordination.actions.booking import book_visit
from waypost.coordination.actions.lengths import resize_visit
from waypost.coordination.actions.moving import move_visit
from waypost.coordination.actions.series import (
    add_outside_visit,
    add_to_group,
    book_series,
    change_outside_visit,
    remove_from_group,
)
from waypost.coordination.actions.visits import (
    arrive,
    cancel_visit,
    check_in,
    confirm_visit,
    fulfil,
    no_show,
)
from waypost.coordination.actions.waiting import put_on_waitlist
from waypost.coordination.wishes import BookingWish, CancelWish, MoveWish, SeatWish, SeriesWish, WaitWish

__all__ = [
    "BookingWish",
    "CancelWish",
    "MoveWish",
    "SeatWish",
    "SeriesWish",
    "WaitWish",
    "add_outside_visit",
    "add_to_group",
    "arrive",
    "book_series",
    "book_visit",
    "cancel_visit",
    "change_outside_visit",
    "check_in",
    "confirm_visit",
    "fulfil",
    "move_visit",
    "no_show",
    "put_on_waitlist",
    "remove_from_group",
    "resize_visit",
]
