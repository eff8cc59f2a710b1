"""Words shared by the chart's rules: concepts, references, sources, quantities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waypost.kernel.dates import local_day, read_moment, say_date, say_short

Json = dict[str, Any]

NOT_SAID = "source not recorded"

UNITS = {  # UCUM as people write it
    "mm[Hg]": "mmHg", "mmHg": "mmHg", "kg/m2": "kg/m²", "Cel": "°C", "[degF]": "°F", "/min": "per min", "{score}": "",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²", "mL/min/1.73m2": "mL/min/1.73 m²", "10*3/uL": "×10³/µL", "10*6/uL": "×10⁶/µL",
    "[lb_av]": "lb", "[in_i]": "in", "ug/dL": "µg/dL", "ug/L": "µg/L", "{nominal}": "", "1": "", "{#}": "",
}  # fmt: skip

_AUTHORS = (
    "recorder",
    "asserter",
    "informationSource",
    "requester",
    "author",
    "performer",
    "sender",
    "insurer",
    "provider",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader of resources needs besides them: today, the zone, and names for what they refer to."""

    today: date
    zone: str = "UTC"
    names: Mapping[str, str] = field(default_factory=dict)

    def day(self, text: str | None) -> str:
        """Return the day of a FHIR date or dateTime on the clinic's calendar, as exactly as it is known."""
        if text and "T" in text:
            at = read_moment(text, self.zone)
            return say_short(local_day(at, self.zone), today=self.today) if at else ""
        return say_date(text, today=self.today)

    def name(self, reference: Json | None) -> str:
        """Return the name of what a reference leads to: as written there, else as we know it, else ''."""
        if not reference:
            return ""
        return reference.get("display") or self.names.get(reference.get("reference", ""), "")


def concept(value: Json | None) -> str:
    """Return a CodeableConcept in words: its text, else a display, else a code."""
    if not value:
        return ""
    if value.get("text"):
        return value["text"]
    codings = value.get("coding", ())
    return next(
        (c["display"] for c in codings if c.get("display")), next((c.get("code", "") for c in codings), "")
    )


def codes(value: Json | None, system: str | None = None) -> set[str]:
    """Return the codes of a CodeableConcept, of one system where it is named."""
    codings = (value or {}).get("coding", ())
    return {c["code"] for c in codings if c.get("code") and (system is None or c.get("system") == system)}


def first(value: Any) -> Any:
    """Return the first of a list, or the thing itself."""
    return (value[0] if value else None) if isinstance(value, list) else value


def author(resource: Json, reading: Reading) -> str:
    """Return who said it, or ''."""
    for key in _AUTHORS:
        value = first(resource.get(key))
        if isinstance(value, dict):
            name = reading.name(value.get("actor") or value)
            if name:
                return name
    return ""


def source(resource: Json, dated: str | None, reading: Reading) -> str:
    """Return where a figure comes from and of when it is: 'Dr Osei, Sep 2'; what is not recorded is said to be."""
    by = said_by(resource, reading)
    day = reading.day(dated or resource.get("meta", {}).get("lastUpdated"))
    return f"{by}, {day}" if day else by


def said_by(resource: Json, reading: Reading) -> str:
    """Return who a figure comes from, or that nobody recorded it."""
    return author(resource, reading) or extension_source(resource) or NOT_SAID


def extension_source(resource: Json) -> str:
    """Return a source system's name where `meta.source` is a readable one."""
    uri = resource.get("meta", {}).get("source", "")
    return uri.rpartition("/")[2].rpartition(":")[2].replace("-", " ") if uri else ""


def number(value: float) -> str:
    """Return a figure without digits nobody measured: 27.48388 is 27.5, 8.4 stays, 412 stays."""
    if value == int(value):
        return f"{int(value):,}"
    places = 1 if abs(value) >= 10 else 2
    return f"{round(value, places):,}".removesuffix(".0")


def quantity(value: Json | None) -> str:
    """Return '8.4 %' or '79 kg'; comparators stay in front."""
    if not value or value.get("value") is None:
        return ""
    unit = unit_of(value)
    figure = f"{value.get('comparator', '')}{number(float(value['value']))}"
    return f"{figure} {unit}".strip()


def unit_of(value: Json) -> str:
    raw = value.get("unit") or value.get("code") or ""
    return UNITS.get(raw, raw)


def count(many: int, one: str, more: str = "") -> str:
    """Return '1 visit' or '3 visits'."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def listed(parts: list[str]) -> str:
    """Return 'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
