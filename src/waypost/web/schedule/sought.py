"""What a visit on the waitlist keeps of the choices of Find times, and the same in words."""

from collections.abc import Mapping
from datetime import date

from waypost.kernel.dates import read_day, say_day
from waypost.scheduling.queries.clinic import Clinic
from waypost.terminology.languages import language_name
from waypost.web.schedule.choices import Choices, last_day
from waypost.web.schedule.narrow import hours_said

KEPT = ("within", "since", "part", "hours", "days", "site", "who", "gender", "speaks", "interpreter", "wheelchair", "video", "trip")
DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def words(choices: Choices, here: Clinic, sites: Mapping[str, str], today: date) -> str:
    """Return what was asked for: 'mornings, Mondays or Wednesdays, with Dr Lind, by Fri, Dec 4'."""
    said = [{"am": "mornings", "pm": "afternoons"}.get(choices.part, "")]
    said.append(hours_said(choices))
    said.append(" or ".join(DAY_NAMES[day] for day in sorted(choices.weekdays)))
    site = sites.get(f"Location/{choices.site}", "") if choices.site else ""
    said.append(f"at {site}" if site else "")
    named = [c.name for r in choices.names if (c := here.calendar(r)) is not None]
    said.append(f"with {' or '.join(named)}" if named else "")
    said.append({"female": "a woman", "male": "a man"}.get(choices.gender, ""))
    said.append(f"who speaks {language_name(choices.speaks)}" if choices.speaks else "")
    for name, word in (("interpreter", "interpreter on site"), ("wheelchair", "wheelchair access"), ("by_video", "by video"), ("trip", "one trip")):
        said.append(word if getattr(choices, name) else "")
    first, last = read_day(choices.since), last_day(choices, today)
    said.append(f"from {say_day(first, today=today)}" if first and first > today else "")
    said.append(f"by {say_day(last, today=today)}" if last else "")
    return ", ".join(word for word in said if word)
