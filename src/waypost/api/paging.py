"""What the pages of a history and of $everything are asked for: how many, since when, after what."""

from collections.abc import Sequence
from datetime import datetime

from waypost.api import problems
from waypost.api.search import controls, values


def count_of(value: str, most: int) -> int:
    """Return `_count`, at most `most`."""
    if not (value.isascii() and value.isdigit() and len(value) < 9 and int(value)):
        raise problems.ParameterUnsuitable("_count is a whole number above 0.", expression=["http._count"])
    return min(int(value), most)


def since_of(value: str) -> datetime:
    """Return `_since` as the first moment that it can mean."""
    try:
        return values.date_range(value)[0]
    except values.Unreadable as unreadable:
        raise problems.ParameterUnsuitable(f"_since: {unreadable}.", expression=["http._since"]) from None


def cursor_of(value: str, marks: int) -> Sequence[str]:
    """Return what `_cursor` holds: as many marks as this kind of page has."""
    found = controls.cursor_values(value)
    whole = [mark for mark in found if mark is not None]
    if len(found) != marks or len(whole) != marks:
        raise problems.ParameterUnsuitable("This page does not belong here.", expression=["http._cursor"])
    return whole
