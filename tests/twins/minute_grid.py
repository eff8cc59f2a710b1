"""The finder's twin: every minute of every calendar, every combination of who might serve, nothing clever.

It shares with the finder only the shapes of what goes in and comes out.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from waypost.scheduling.rules.types import Calendar, VisitType
from waypost.scheduling.rules.wishes import FindWish, Trip

MINUTE = timedelta(minutes=1)
PEOPLE = ("clinician", "nurse", "technician", "interpreter")
WITHOUT = {
    "site": {"site": None},
    "who": {"who": frozenset()},
    "until": {"until": None},
    "hours": {"hours": ()},
    "weekdays": {"weekdays": frozenset()},
    "one_trip": {"one_trip": False},
    "gender": {"gender": None},
    "language": {"language": None},
    "interpreter": {"interpreter_on_site": False},
    "wheelchair": {"wheelchair": False},
    "telehealth": {"telehealth": False},
}


@lru_cache(maxsize=64)
def wall(zone: str, base: datetime, minutes: int) -> tuple[tuple[date, int, int], ...]:
    """What the clock on the wall says at each minute: day, minute of the day, and whether for the second time."""
    tz = ZoneInfo(zone)
    found = []
    for n in range(minutes):
        local = (base + n * MINUTE).astimezone(tz)
        found.append((local.date(), local.hour * 60 + local.minute, local.fold))
    return tuple(found)


def day_minutes(calendar: Calendar, day: date, visit_type: str) -> bytearray:
    minutes = bytearray(1440)
    rule = None
    for one in calendar.exceptions:
        if one.first <= day <= one.last:
            rule = one
    if rule is not None and not rule.closed:
        for a, b in rule.hours:
            minutes[a:b] = b"\1" * (b - a)
        return minutes
    if rule is not None and not rule.hours:
        return minutes
    for h in calendar.weekly:
        in_force = (h.valid_from or day) <= day <= (h.valid_until or day)
        if day.weekday() in h.days and in_force and (h.visit_types is None or visit_type in h.visit_types):
            minutes[h.start : h.end] = b"\1" * (h.end - h.start)
    for h in calendar.closed:
        if day.weekday() in h.days and (h.valid_from or day) <= day <= (h.valid_until or day):
            minutes[h.start : h.end] = bytes(h.end - h.start)
    if rule is not None:
        for a, b in rule.hours:
            minutes[a:b] = bytes(b - a)
    return minutes


class Twin:
    """One random clinic over `days` days from `base`."""

    def __init__(self, base, days, now, calendars, rows, kind: VisitType, patient_busy, trips, known):
        self.base, self.minutes, self.now = base, days * 1440, now
        self.calendars, self.kind, self.trips, self.known = calendars, kind, trips, known
        self.free = {c.resource: list(self._lanes(c, rows.get(c.resource, ()))) for c in calendars}
        self.patient = bytearray(b"\1" * self.minutes)
        for start, end in patient_busy:
            self._blot(self.patient, start, end)
        self.starts = range(0, self.minutes, 5)
        self.memo: dict[tuple[str, int, int], frozenset[int]] = {}

    def _at(self, instant: datetime) -> int:
        return int((instant - self.base) / MINUTE)

    def _blot(self, minutes: bytearray, start: datetime, end: datetime) -> None:
        a, b = self._at(start), -int((self.base - end) // MINUTE)
        a, b = a // 5 * 5, -(-b // 5) * 5  # visits start on five minutes, so what is touched is gone
        a, b = max(a, 0), min(b, self.minutes)
        if a < b:
            minutes[a:b] = bytes(b - a)

    def _lanes(self, calendar: Calendar, rows) -> Iterator[bytearray]:
        read = wall(calendar.zone, self.base, self.minutes)
        days = {day: day_minutes(calendar, day, self.kind.code) for day in {r[0] for r in read}}
        opened = bytearray(days[day][minute] if not fold else 0 for day, minute, fold in read)
        for lane in range(calendar.capacity):
            minutes = bytearray(opened)
            for start, end, in_lane in rows:
                if in_lane is None or in_lane >= calendar.capacity or in_lane == lane:
                    self._blot(minutes, start, end)
            yield minutes

    def fits(self, calendar: Calendar, a: int, b: int) -> frozenset[int]:
        """The minutes at which a visit may start for which this calendar is held from a until b."""
        a, b = a // 5 * 5, -(-b // 5) * 5
        key = (calendar.resource, a, b)
        if key not in self.memo:
            whole = b"\1" * (b - a)
            lanes = self.free[calendar.resource]
            self.memo[key] = frozenset(
                s for s in self.starts if s + a >= 0 and any(lane[s + a : s + b] == whole for lane in lanes)
            )
        return self.memo[key]

    def feasible(self, wish: FindWish) -> set[tuple[str, str, int]]:
        """Every (site, main resource, start) that some choice of the others completes."""
        kind = self.kind
        if wish.telehealth and not kind.telehealth:
            return set()
        steps = [s for s in kind.steps if s.role in PEOPLE or not wish.telehealth]
        main = next((s for s in steps if s.role == "clinician"), None) or next(
            (s for s in steps if s.role in PEOPLE), steps[0] if steps else None
        )
        found = set()
        if main is None:
            return found
        named = {r.split("/")[0] for r in wish.who}
        able_anywhere = {
            c.resource for s in steps for c in self.able(s, main, replace(wish, who=frozenset()))
        }
        if any(not {r for r in wish.who if r.split("/")[0] == k} & able_anywhere for k in named):
            return found
        for site in {c.site for c in self.calendars}:
            choices = [[c for c in self.able(s, main, wish) if c.site == site] for s in steps]
            zone = next((c.zone for c in self.calendars if c.site == site), "UTC")
            allowed = {s for s in self.starts if self.allowed(wish, site, zone, s)}
            for team in product(*choices):
                if any(
                    team[i] is team[j]
                    and steps[i].start - steps[i].before < steps[j].start + steps[j].minutes + steps[j].after
                    and steps[j].start - steps[j].before < steps[i].start + steps[i].minutes + steps[i].after
                    for i in range(len(team))
                    for j in range(i)
                ):
                    continue
                both = set(allowed)
                for one, step in zip(team, steps, strict=True):
                    both &= self.fits(one, step.start - step.before, step.start + step.minutes + step.after)
                found |= {(site, team[steps.index(main)].resource, s) for s in both}
        return found

    def able(self, step, main, wish: FindWish) -> list[Calendar]:
        able = []
        for c in self.calendars:
            if c.role != step.role or not step.can <= c.can or (wish.site and c.site != wish.site):
                continue
            able.append(c)
        if wish.who & {c.resource for c in able}:
            able = [c for c in able if c.resource in wish.who]
        if step is main and step.role in PEOPLE:
            able = [c for c in able if not wish.gender or c.gender == wish.gender]
            able = [c for c in able if not wish.language or wish.language in c.languages]
        if step.role == "room" and wish.wheelchair:
            able = [c for c in able if c.wheelchair]
        return able

    def allowed(self, wish: FindWish, site: str, zone: str, start: int) -> bool:
        at = self.base + start * MINUTE
        if at < self.now or (wish.since and at < wish.since) or (wish.until and at >= wish.until):
            return False
        length = -(-self.kind.minutes // 5) * 5
        if self.patient[start : start + length] != b"\1" * length:
            return False
        day, minute, fold = wall(zone, self.base, self.minutes)[start]
        if wish.weekdays or wish.hours:
            if fold or (wish.weekdays and day.weekday() not in wish.weekdays):
                return False
            if wish.hours and not any(a <= minute < b for a, b in wish.hours):
                return False
        if wish.one_trip and (site, day) not in {(t.site, t.day) for t in self.trips}:
            return False
        if wish.interpreter_on_site and wish.interpreter:
            return self.interpreter(wish, site, start)
        return True

    def interpreter(self, wish: FindWish, site: str, start: int) -> bool:
        return any(
            c.role == "interpreter"
            and c.site == site
            and wish.interpreter in c.languages
            and start in self.fits(c, 0, self.kind.minutes)
            for c in self.calendars
        )

    def apart(self) -> int:
        low = min([0, *(s.start - s.before for s in self.kind.steps)]) // 5 * 5
        high = (
            -(-max([self.kind.minutes, *(s.start + s.minutes + s.after for s in self.kind.steps)]) // 5) * 5
        )
        return high - low

    def count(self, wish: FindWish) -> tuple[int, int | None]:
        count, first = 0, None
        by_site: dict[str, set[int]] = {}
        for site, _, start in self.feasible(wish):
            by_site.setdefault(site, set()).add(start)
        for starts in by_site.values():
            after = -1
            for start in sorted(starts):
                if start >= after:
                    count, after = min(count + 1, 99), start + self.apart()
                    first = start if first is None else min(first, start)
        return count, first

    def times(self, wish: FindWish) -> list[tuple[datetime, str, str]]:
        feasible = self.feasible(wish)
        order = {c.resource: n for n, c in enumerate(self.calendars)}
        ranked = []
        for site in {f[0] for f in feasible}:
            zone = next(c.zone for c in self.calendars if c.site == site)
            for known in (True, False):
                for on_trip in (True, False):
                    by_start: dict[int, list[str]] = {}
                    for where, who, start in feasible:
                        day = wall(zone, self.base, self.minutes)[start][0]
                        trip = (site, day) in {(t.site, t.day) for t in self.trips}
                        if where == site and (who in self.known) is known and trip is on_trip:
                            by_start.setdefault(start, []).append(who)
                    cost = (0 if known else 7 * 288) + (0 if on_trip else 3 * 288)
                    after, per_day = -1, {}
                    for start in sorted(by_start):
                        day = wall(zone, self.base, self.minutes)[start][0]
                        if start < after or per_day.get(day, 0) >= 6:
                            continue
                        per_day[day] = per_day.get(day, 0) + 1
                        after = start + self.apart()
                        who = min(by_start[start], key=order.__getitem__)
                        ranked.append((start // 5 + cost, start, site, not known, not on_trip, who))
        ranked.sort()
        return [(self.base + start * MINUTE, site, who) for _, start, site, _, _, who in ranked[: wish.limit]]

    def relax(self, wish: FindWish) -> list[tuple[str, int, datetime]]:
        count, _ = self.count(wish)
        found = []
        for name, change in WITHOUT.items():
            wider = replace(wish, **change)
            if wider != wish:
                more, first = self.count(wider)
                if more > count:
                    found.append((name, more - count, self.base + first * MINUTE))
        return sorted(found, key=lambda r: (-r[1], r[2]))


def trips_of(visits, zone_of) -> tuple[Trip, ...]:
    return tuple(
        Trip(start.astimezone(ZoneInfo(zone_of[site])).date(), site, start) for site, start in visits
    )
