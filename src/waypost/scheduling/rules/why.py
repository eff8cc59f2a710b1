"""One line that says why a time stands where it stands."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from waypost.scheduling.rules.types import CARE_ROLES
from waypost.scheduling.rules.wishes import FindWish, FoundTime

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "ar": "Arabic",
    "ht": "Haitian Creole",
}


def clock(hour: int, minute: int) -> str:
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


def why(time: FoundTime, wish: FindWish, *, first: bool) -> str:
    """Return the reason for a time: what part of the day, who gives it, what it saves, how it stands to the wish."""
    local = time.start.astimezone(ZoneInfo(time.zone))
    said: list[str] = ["Morning" if local.hour < 12 else "Afternoon" if local.hour < 17 else "Evening"]
    people = [part for part in time.parts if part.role in CARE_ROLES]
    person = next((part.name for part in people if part.role == "clinician"), people[0].name if people else "")
    if person:
        said.append(f"{person} knows the patient" if time.known else f"{person}, new to the patient")
    if time.trip is not None:
        at = time.trip.start.astimezone(ZoneInfo(time.zone))
        said.append(f"same trip as {clock(at.hour, at.minute)}")
    if wish.interpreter:
        language = LANGUAGES.get(wish.interpreter, wish.interpreter)
        said.append(
            {
                "speaks": f"speaks {language}",
                "on-site": f"{language} interpreter on site, to ask",
                "remote": f"{language} interpreter by phone or video, to ask",
            }[time.interpreter]
        )
    if wish.until is not None:
        last = (wish.until - timedelta(seconds=1)).astimezone(ZoneInfo(time.zone)).date()
        said.append("last day of the window" if local.date() == last else "within the window")
    elif first:
        said.append("best fit")
    return ", ".join(said)
