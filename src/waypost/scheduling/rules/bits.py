"""Time as big integers: bit i stands for the i-th five minutes after the grid's base.

Ninety days are 25,920 bits, so that asking 200 calendars at once whether they are free is 200 ANDs of 3 KB.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from waypost.kernel.spans import Span
from waypost.scheduling.limits import CELL_MINUTES
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import DAY_MINUTES, Calendar, VisitType

CELL = timedelta(minutes=CELL_MINUTES)
DAY_CELLS = DAY_MINUTES // CELL_MINUTES


@dataclass(frozen=True, slots=True)
class Grid:
    """`days` days from `base`, a UTC midnight."""

    base: datetime
    days: int

    @property
    def cells(self) -> int:
        return self.days * DAY_CELLS

    @property
    def full(self) -> int:
        return (1 << self.cells) - 1

    @property
    def end(self) -> datetime:
        return self.base + timedelta(days=self.days)

    def floor(self, at: datetime) -> int:
        return min(max((at - self.base) // CELL, 0), self.cells)

    def ceil(self, at: datetime) -> int:
        return min(max(-((self.base - at) // CELL), 0), self.cells)

    def instant(self, cell: int) -> datetime:
        return self.base + cell * CELL

    def inner(self, spans: Iterable[Span]) -> int:
        """Return the cells that lie wholly within the spans: what is open."""
        return _fill((self.ceil(start), self.floor(end)) for start, end in spans)

    def outer(self, spans: Iterable[Span]) -> int:
        """Return the cells that the spans touch: what is busy."""
        return _fill((self.floor(start), self.ceil(end)) for start, end in spans)

    def since(self, at: datetime) -> int:
        """Return the cells that start at `at` or later."""
        low = self.ceil(at)
        return ((1 << (self.cells - low)) - 1) << low

    def until(self, at: datetime) -> int:
        """Return the cells that start before `at`."""
        return (1 << self.ceil(at)) - 1


def grid_around(now: datetime, days: int) -> Grid:
    """Return the grid whose first day is the UTC day before `now`, so that all of today is on it."""
    day = now.astimezone(UTC).date() - timedelta(days=1)
    return Grid(datetime(day.year, day.month, day.day, tzinfo=UTC), days + 3)


def _fill(ranges: Iterable[tuple[int, int]]) -> int:
    bits = 0
    for low, high in ranges:
        if low < high:
            bits |= ((1 << (high - low)) - 1) << low
    return bits


def erode(bits: int, length: int) -> int:
    """Return where `length` set bits begin: doubling shifts, so a visit of 70 minutes costs four ANDs."""
    assert length > 0
    done = 1
    while done * 2 <= length and bits:
        bits &= bits >> done
        done *= 2
    if done < length:
        bits &= bits >> (length - done)
    return bits


def lowest(bits: int) -> int:
    """Return the index of the lowest set bit."""
    return (bits & -bits).bit_length() - 1


def walk(bits: int) -> Iterator[int]:
    """Yield the indexes of the set bits, lowest first."""
    while bits:
        at = lowest(bits)
        yield at
        bits &= bits - 1


def held_cells(held_from: int, held_until: int) -> tuple[int, int]:
    """Return first cell and cell after the last that a hold touches, counted from the cell where the visit starts."""
    return held_from // CELL_MINUTES, -(-held_until // CELL_MINUTES)


def starts(free: int, held_from: int, held_until: int, full: int) -> int:
    """Return the cells at which a visit may start whose hold runs from..until minutes around its start."""
    low, high = held_cells(held_from, held_until)
    bits = erode(free, high - low)
    return bits >> low if low >= 0 else (bits << -low) & full


def whole_hold(kind: VisitType) -> int:
    """Return the cells from first set-up to last clean-up: two visits so far apart never meet."""
    low, high = held_cells(kind.held_from, kind.held_until)
    return high - low


@lru_cache(maxsize=256)
def day_starts(grid: Grid, zone: str) -> tuple[tuple[int, ...], tuple[date, ...]]:
    """Return the cell at which each local day begins, and which day it is; the first may lie before the grid."""
    first = (grid.base - timedelta(days=1)).date()
    days = tuple(first + timedelta(days=n) for n in range(grid.days + 3))
    cells: list[int] = []
    for day in days:
        spans = templates.to_utc(zone, [(day, 0, DAY_MINUTES)])
        at = (
            spans[0].start if spans else grid.instant(cells[-1] if cells else 0)
        )  # a day can be skipped whole
        cells.append(-((grid.base - at) // CELL))
    return tuple(cells), days


@lru_cache(maxsize=256)
def weekly_mask(grid: Grid, zone: str, weekdays: frozenset[int], hours: tuple[tuple[int, int], ...]) -> int:
    """Return the cells whose local wall clock stands on these weekdays and within these minutes of the day."""
    first, last = (grid.base - timedelta(days=1)).date(), (grid.end + timedelta(days=1)).date()
    local: list[tuple[date, int, int]] = []
    day = first
    while day <= last:
        if not weekdays or day.weekday() in weekdays:
            local += [(day, a, b) for a, b in (hours or ((0, DAY_MINUTES),))]
        day += timedelta(days=1)
    return grid.inner(templates.to_utc(zone, local))


@dataclass(slots=True)
class Bookable:
    """One calendar on the grid: when open, for what, and what is taken in each lane."""

    calendar: Calendar
    opens: tuple[tuple[frozenset[str] | None, int], ...]
    taken: tuple[int, ...]
    _memo: dict[tuple[str, int, int, int], int] = field(default_factory=dict[tuple[str, int, int, int], int])

    def open_for(self, visit_type: str) -> int:
        bits = 0
        for kinds, cells in self.opens:
            if kinds is None or visit_type in kinds:
                bits |= cells
        return bits

    def starts(self, visit_type: str, held_from: int, held_until: int, full: int) -> int:
        """Return where a hold of this shape fits into one lane; remembered until the calendar changes."""
        key = (visit_type, held_from, held_until, full.bit_length())
        found = self._memo.get(key)
        if found is None:
            opened = self.open_for(visit_type)
            found = 0
            for lane in self.taken:
                found |= starts(opened & ~lane, held_from, held_until, full)
            self._memo[key] = found
        return found

    @property
    def free(self) -> int:
        """The cells that are open for something and free in some lane."""
        opened = free = 0
        for _, cells in self.opens:
            opened |= cells
        for lane in self.taken:
            free |= opened & ~lane
        return free

    @property
    def load(self) -> int:
        return sum(lane.bit_count() for lane in self.taken)


def opens_on(grid: Grid, calendar: Calendar) -> tuple[tuple[frozenset[str] | None, int], ...]:
    """Return the calendar's open cells, apart by the visit types they are kept for."""
    return _opens(
        grid,
        replace(calendar, resource="", name="", site="", can=frozenset(), languages=frozenset(), gender=""),
    )


@lru_cache(maxsize=512)  # the rooms of a site, say, share their hours
def _opens(grid: Grid, calendar: Calendar) -> tuple[tuple[frozenset[str] | None, int], ...]:
    first, last = (grid.base - timedelta(days=1)).date(), (grid.end + timedelta(days=1)).date()
    by_kind = templates.open_by_kind(calendar, first, last)
    return tuple((kinds, grid.inner(spans)) for kinds, spans in by_kind.items())


def taken_on(
    grid: Grid, capacity: int, rows: Iterable[tuple[datetime, datetime, int | None]]
) -> tuple[int, ...]:
    """Return the busy cells of each lane; a row without a lane (booked elsewhere) is busy in all of them.

    A row in an override's lane (beyond the capacity) is somebody all the same: it too keeps every lane busy.
    """
    lanes: list[list[Span]] = [[] for _ in range(capacity)]
    for start, end, lane in rows:
        span = Span(start, end)
        for index in range(capacity) if lane is None or lane >= capacity else (lane,):
            lanes[index].append(span)
    return tuple(grid.outer(lane) for lane in lanes)


def taken_cells(grid: Grid, capacity: int, rows: Iterable[tuple[int | None, str]]) -> tuple[int, ...]:
    """Do as `taken_on`, from cells written as '12-17,40-41': a page of digits is quicker to fill than a big integer."""
    lanes = [bytearray(b"0") * grid.cells for _ in range(capacity)]
    for lane, cells in rows:
        wanted = range(capacity) if lane is None or lane >= capacity else (lane,)
        for pair in cells.split(","):
            low_text, _, high_text = pair.rpartition("-")
            low, high = max(int(low_text), 0), min(int(high_text), grid.cells)
            if low < high:
                for index in wanted:
                    lanes[index][low:high] = b"1" * (high - low)
    return tuple(int(bytes(reversed(page)), 2) for page in lanes)
