"""The FHIR door's callers race too."""

from tests.doors.conftest import door_for

__all__ = ["door_for"]
