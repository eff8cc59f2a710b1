"""The chips of Find times: what may be narrowed, for this visit and this patient. Only what makes a difference is shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from waypost.kernel.dates import read_day, say_day
from waypost.scheduling.rules.types import CARE_ROLES, VisitType
from waypost.terminology.languages import language_name
from waypost.web.schedule.choices import Choices, last_day
from waypost.web.schedule.pages import Chip, ChipGroup

DAY_WORDS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WITHIN = (("3", "3 days"), ("7", "a week"), ("14", "2 weeks"), ("30", "a month"), ("60", "2 months"))
FROM_WEEKS = (1, 2, 4, 6, 8, 12)


def groups(
    choices: Choices,
    kind: VisitType,
    *,
    address: str,
    today: date,
    sites: Mapping[str, str],
    open_days: frozenset[int],
    speaks: str = "",
    interpreter: bool = False,
    has_trips: bool = False,
    hours: str = "",
) -> list[ChipGroup]:
    """Return the groups of chips, each a link that changes one choice."""

    def chip(label: str, field: str, value: str) -> Chip:
        on = getattr(choices, field) == value
        off = "0" if field == "video" and choices.move else ""  # in person: said, since the visit may have been by video
        changed = off if on else value
        return Chip(label, f"{address}?{choices.query(chosen='', **{field: changed})}", on)

    found = [
        ChipGroup("From, in weeks", tuple(_from(choices, address, today))),
        ChipGroup(
            "Within",
            (
                *(chip(word, "within", value) for value, word in _within(choices, today)),
                _any(choices, address),
            ),
        ),
        ChipGroup("Time of day", tuple(_part(choices, address, hours))),
        ChipGroup("Days", tuple(_day(choices, address, day) for day in sorted(open_days))),
    ]
    if len(sites) > 1:
        found.append(
            ChipGroup(
                "Where",
                tuple(chip(name, "site", ref.partition("/")[2]) for ref, name in sites.items() if name),
            )
        )
    found.append(
        ChipGroup(
            "Prefers",
            tuple(_prefers(chip, kind, speaks=speaks, interpreter=interpreter, has_trips=has_trips)),
        )
    )
    return [group for group in found if group.chips]


def _within(choices: Choices, today: date) -> Sequence[tuple[str, str]]:
    last = last_day(choices, today)
    own = (
        [(choices.within, f"by {say_day(last, today=today)}")]
        if last and choices.within not in dict(WITHIN)
        else []
    )
    return (*own, *WITHIN)


def _any(choices: Choices, address: str) -> Chip:
    return Chip("any", f"{address}?{choices.query(chosen='', within='')}", not choices.within)


def _from(choices: Choices, address: str, today: date) -> Sequence[Chip]:
    """Return from when on: now, in so many weeks, or the day that was typed."""

    def chip(label: str, day: date | None) -> Chip:
        since = day.isoformat() if day else ""
        on = choices.since == since and not (choices.at and not day)
        return Chip(label, f"{address}?{choices.query(chosen='', at='', since=since)}", on)

    weeks = [(str(n), today + timedelta(weeks=n)) for n in FROM_WEEKS]
    typed = read_day(choices.since)
    own = [chip(say_day(typed, today=today), typed)] if typed and typed not in dict(weeks).values() else []
    return [*own, chip("now", None), *(chip(label, day) for label, day in weeks)]


def _part(choices: Choices, address: str, hours: str) -> Sequence[Chip]:
    """Return mornings and afternoons, and the hours that were typed; pressed again, they are let go."""

    def chip(label: str, part: str, *, on: bool) -> Chip:
        return Chip(label, f"{address}?{choices.query(chosen='', hours='', part='' if on else part)}", on)

    own = [chip(hours, "", on=True)] if choices.hours else []
    parts = (("mornings", "am"), ("afternoons", "pm"))
    return [*own, *(chip(label, part, on=choices.part == part) for label, part in parts)]


def _day(choices: Choices, address: str, day: int) -> Chip:
    return Chip(
        DAY_WORDS[day],
        f"{address}?{choices.query(chosen='', days=choices.toggled_day(day))}",
        day in choices.weekdays,
    )


def _prefers(make: Callable[[str, str, str], Chip], kind: VisitType, *, speaks: str, interpreter: bool, has_trips: bool) -> list[Chip]:
    found: list[Chip] = []
    if any(step.role in CARE_ROLES for step in kind.steps):
        found += [make("woman provider", "gender", "female"), make("man provider", "gender", "male")]
        if speaks and speaks != "en":
            found.append(make(f"speaks {language_name(speaks)}", "speaks", speaks))
    if interpreter:
        found.append(make("interpreter on site", "interpreter", "1"))
    if any(step.role == "room" for step in kind.steps):
        found.append(make("wheelchair access", "wheelchair", "1"))
    if kind.telehealth:
        found.append(make("by video", "video", "1"))
    if has_trips:
        found.append(make("one trip", "trip", "1"))
    return found
