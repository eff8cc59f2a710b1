"""Dates, times and lists as people read and say them, in the two languages of our letters."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
}  # fmt: skip
_LANGUAGE_NAMES = {
    "en": {"en": "English", "es": "Spanish", "zh": "Chinese", "vi": "Vietnamese", "ht": "Haitian Creole", "ar": "Arabic", "fr": "French",
           "pt": "Portuguese", "ru": "Russian", "ko": "Korean", "tl": "Tagalog", "am": "Amharic", "so": "Somali", "ase": "sign language",
           "sgn": "sign language", "ne": "Nepali", "fa": "Farsi", "uk": "Ukrainian", "pl": "Polish", "hi": "Hindi", "bn": "Bengali"},
    "es": {"en": "inglés", "es": "español", "zh": "chino", "vi": "vietnamita", "ht": "criollo haitiano", "ar": "árabe", "fr": "francés",
           "pt": "portugués", "ru": "ruso", "ko": "coreano", "tl": "tagalo", "am": "amárico", "so": "somalí", "ase": "señas",
           "sgn": "señas", "ne": "nepalí", "fa": "persa", "uk": "ucraniano", "pl": "polaco", "hi": "hindi", "bn": "bengalí"},
}  # fmt: skip


def language_name(code: str, language: str) -> str:
    """Return the name of the language `code` in `language`; the code itself where we have no name."""
    return _LANGUAGE_NAMES[language].get(
        code.lower(), _LANGUAGE_NAMES[language].get(code.lower().split("-")[0], code)
    )


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def clock_time(at: datetime, zone: str, language: str = "en") -> str:
    """Return '8:15 AM' or '8:15 a. m.', the form either reader knows."""
    moment = local(at, zone)
    hour = moment.hour % 12 or 12
    half = {"en": ("AM", "PM"), "es": ("a. m.", "p. m.")}[language][moment.hour >= 12]
    return f"{hour}:{moment.minute:02d} {half}"


def day_long(day: date, language: str = "en", *, year: bool = True) -> str:
    """Return 'Wednesday, November 25, 2026' or 'miércoles, 25 de noviembre de 2026'."""
    name, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{name}, {day.day} de {month}" + (f" de {day.year}" if year else "")
    return f"{name}, {month} {day.day}" + (f", {day.year}" if year else "")


def day_plain(day: date, language: str = "en") -> str:
    """Return a birth date or the date of a letter: 'March 12, 1957' or '12 de marzo de 1957'."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{month} {day.day}, {day.year}"


def day_short(day: date, language: str = "en") -> str:
    """Return 'Wed, Nov 25' or 'mié, 25 nov'."""
    name, month = _DAYS[language][day.weekday()][:3], _MONTHS[language][day.month - 1][:3]
    return f"{name}, {day.day} {month}" if language == "es" else f"{name}, {month} {day.day}"


def listed(items: Sequence[str], language: str = "en") -> str:
    """Return 'a, b and c' or 'a, b y c'."""
    if len(items) < 2:
        return "".join(items)
    joint = {"en": "and", "es": "e" if items[-1].lower().startswith(("i", "hi")) else "y"}[language]
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spoken_time(at: datetime, zone: str, language: str = "en") -> str:
    """Return '8:15 in the morning' or 'a las 8:15 de la mañana'."""
    moment = local(at, zone)
    hour = moment.hour % 12 or 12
    if moment.hour == 12 and moment.minute == 0:
        return "noon" if language == "en" else "al mediodía"
    digits = f"{hour}:{moment.minute:02d}" if moment.minute else str(hour)
    if language == "es":
        part = "de la mañana" if moment.hour < 12 else "de la tarde" if moment.hour < 20 else "de la noche"
        return f"{'a la' if hour == 1 else 'a las'} {digits} {part}"
    part = (
        "in the morning" if moment.hour < 12 else "in the afternoon" if moment.hour < 18 else "in the evening"
    )
    return f"{digits} {part}"


def read_back(
    *,
    arrive_at: datetime,
    zone: str,
    site: str,
    room: str = "",
    provider: str = "",
    language: str = "en",
    telehealth: bool = False,
    home: str = "",
) -> str:
    """Return the sentence to say to the patient before the call ends; `home` is the zone in which the patient lives."""
    from waypost.messaging.rules.home_zones import told_in

    told = told_in(arrive_at, zone, home, remote=telehealth)
    day = local(arrive_at, told.zone).date()
    when = told.clock(arrive_at, language, spoken_time)
    if language == "es":
        head = f"{_DAYS['es'][day.weekday()].capitalize()}, {day.day} de {_MONTHS['es'][day.month - 1]}."
        if telehealth:
            return f"{head} Por video, {when}{f', con {provider}' if provider else ''}."
        place = ", ".join(p for p in (site, room.lower() if room.startswith(("Sala", "Room")) else room) if p)
        return f"{head} Llegue {when}, {place}{f', con {provider}' if provider else ''}."
    head = f"{_DAYS['en'][day.weekday()]}, {_MONTHS['en'][day.month - 1]} {ordinal(day.day)}."
    if telehealth:
        return f"{head} By video at {when}{f', with {provider}' if provider else ''}."
    place = ", ".join(
        p for p in (site, room[:1].lower() + room[1:] if room.startswith("Room") else room) if p
    )
    return f"{head} Please arrive at {when}, {place}{f', with {provider}' if provider else ''}."
