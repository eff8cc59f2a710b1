"""The FHIR door's callers, for twins that ask through it."""

from tests.doors.conftest import door, door_for

__all__ = ["door", "door_for"]
