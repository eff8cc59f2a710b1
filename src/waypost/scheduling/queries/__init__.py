"""Reading the schedule: times, slots, boards, calendars."""

from waypost.scheduling.queries.clinic import Clinic, clinic, forget, moved, seen, settled
from waypost.scheduling.queries.slots import Slot, free_slots, read_slot_id, schedule_id, slot_by_id, slot_id
from waypost.scheduling.queries.times import FindWish, FoundTimes, find_times, surroundings

__all__ = [
    "Clinic",
    "FindWish",
    "FoundTimes",
    "Slot",
    "clinic",
    "find_times",
    "forget",
    "free_slots",
    "moved",
    "read_slot_id",
    "schedule_id",
    "seen",
    "settled",
    "slot_by_id",
    "slot_id",
    "surroundings",
]
