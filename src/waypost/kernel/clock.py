"""Time is a collaborator: whoever needs the time is given a clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock; the only place that reads it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until told to move; for tests, demo data and simulation."""

    instant: datetime

    def __post_init__(self) -> None:
        assert self.instant.tzinfo is not None, "instants are aware"
        self.instant = self.instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        assert by >= timedelta(0), "time goes forward"
        self.instant += by
