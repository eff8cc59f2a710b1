"""Results: the newest figure of each kind, with a line that shows where it has been going."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.chart.rules.words import Json, Reading, codes, concept, number, quantity, said_by, unit_of
from waypost.kernel.dates import local_day, read_moment, say_short

WIDTH, HEIGHT, MARGIN = 90, 24, 3
STEADY_SHARE = 0.03  # a change below 3 % of the larger figure is no trend
FLAT_SHARE = 0.1  # the box is at least a tenth of the figure high, so that what is steady looks steady
POINTS_MAX = 12

LOINC = "http://loinc.org"
SYSTOLIC, DIASTOLIC = {"8480-6"}, {"8462-4"}
PRESSURE = {"85354-9", "55284-4"}
ASKED_MOST = (  # what a coordinator is asked about, in this order; others follow by date
    {"4548-4", "17856-6", "4549-2"},  # HbA1c
    PRESSURE,
    {"29463-7", "3141-9"},  # weight
    {"33914-3", "62238-1", "98979-8", "48642-3", "77147-7"},  # eGFR
    {"18262-6", "13457-7", "2089-1"},  # LDL
    {"6301-6", "34714-6"},  # INR
    {"718-7"},  # hemoglobin
    {"39156-5"},  # BMI
)
_ALERTS = {
    "HH": "critically high", "LL": "critically low", "H": "high", "L": "low", "A": "abnormal", "AA": "critical",
    "HU": "high", "LU": "low", "POS": "positive", "R": "resistant",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement."""

    id: str
    at: datetime
    day: str
    shown: str
    value: float | None
    unit: str
    by: str
    alert: str


@dataclass(frozen=True, slots=True)
class Result:
    """The newest figure of one kind, its trend and the figures behind it."""

    code: str
    name: str
    newest: Figure
    figures: tuple[Figure, ...]  # newest first
    points: str  # of an SVG polyline, '' where one figure makes no line
    sentence: str


def effective(resource: Json) -> str | None:
    """Return when an Observation was true, as written."""
    period = resource.get("effectivePeriod") or {}
    return (
        resource.get("effectiveDateTime")
        or resource.get("effectiveInstant")
        or period.get("start")
        or resource.get("issued")
    )


def figure(resource: Json, reading: Reading) -> Figure | None:
    """Return an Observation as a figure; None where it carries no value or is not to be believed."""
    at = read_moment(effective(resource), reading.zone)
    if at is None or resource.get("status") in {"entered-in-error", "cancelled"}:
        return None
    shown, value, unit = _value(resource)
    if not shown:
        return None
    alerts = [_ALERTS.get(code, "") for i in resource.get("interpretation", ()) for code in codes(i)]
    return Figure(
        id=resource.get("id", ""),
        at=at,
        day=say_short(local_day(at, reading.zone), today=reading.today),
        shown=shown,
        value=value,
        unit=unit,
        by=said_by(resource, reading),
        alert=next((a for a in alerts if a), ""),
    )


def _value(resource: Json) -> tuple[str, float | None, str]:
    if "valueQuantity" in resource:
        q = resource["valueQuantity"]
        value = q.get("value")
        return quantity(q), None if value is None else float(value), unit_of(q)
    pressure = _pressure(resource)
    if pressure:
        return pressure
    if "valueCodeableConcept" in resource:
        return concept(resource["valueCodeableConcept"]), None, ""
    if "valueInteger" in resource:
        return number(resource["valueInteger"]), float(resource["valueInteger"]), ""
    return str(resource.get("valueString", "")), None, ""


def _pressure(resource: Json) -> tuple[str, float, str] | None:
    upper = lower = None
    for part in resource.get("component", ()):
        value = part.get("valueQuantity", {}).get("value")
        if value is not None and codes(part.get("code")) & SYSTOLIC:
            upper = float(value)
        elif value is not None and codes(part.get("code")) & DIASTOLIC:
            lower = float(value)
    if upper is None or lower is None:
        return None
    return f"{number(round(upper))}/{number(round(lower))} mmHg", upper, "mmHg"


def key_of(resource: Json) -> str:
    """Return what makes two Observations the same kind: LOINC, else the first code, else the words."""
    loinc = codes(resource.get("code"), LOINC)
    return min(loinc or codes(resource.get("code")) or {concept(resource.get("code")).casefold()})


def results(observations: Iterable[Json], reading: Reading) -> tuple[Result, ...]:
    """Return one line a kind, what is asked most first, then the newest."""
    kinds: dict[str, list[Figure]] = {}
    words: dict[str, str] = {}
    for resource in observations:
        made = figure(resource, reading)
        if made is not None:
            key = key_of(resource)
            kinds.setdefault(key, []).append(made)
            words.setdefault(key, concept(resource.get("code")) or key)
    lines = [result(key, words[key], figures) for key, figures in kinds.items()]
    lines.sort(key=lambda r: (_rank(r.code), -r.newest.at.timestamp(), r.name))
    return tuple(lines)


def _rank(code: str) -> int:
    return next((i for i, kinds in enumerate(ASKED_MOST) if code in kinds), len(ASKED_MOST))


def result(code: str, name: str, figures: Sequence[Figure]) -> Result:
    """Return one kind of result with its trend over at most the last twelve figures in the newest one's unit."""
    ordered = sorted(figures, key=lambda f: f.at, reverse=True)
    newest = ordered[0]
    line = [f for f in reversed(ordered[:POINTS_MAX]) if f.value is not None and f.unit == newest.unit]
    return Result(code, name, newest, tuple(ordered), points(line), sentence(line))


def points(line: Sequence[Figure]) -> str:
    """Return polyline points in a box of 90 × 24, time to scale from left to right, high values on top."""
    if len(line) < 2 or line[0].at == line[-1].at:
        return ""
    values = [f.value or 0.0 for f in line]
    low, high = min(values), max(values)
    span = max(high - low, FLAT_SHARE * max(abs(high), abs(low)))
    begin, length = line[0].at, (line[-1].at - line[0].at).total_seconds()
    made = []
    for item, value in zip(line, values, strict=True):
        x = MARGIN + (WIDTH - 2 * MARGIN) * (item.at - begin).total_seconds() / length
        share = 0.5 + (value - (high + low) / 2) / span if span else 0.5
        made.append(f"{x:.0f},{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share:.0f}")
    return " ".join(made)


def sentence(line: Sequence[Figure]) -> str:
    """Return the trend in one sentence: 'Rising from 7.1 to 8.4 % over 18 months'."""
    if len(line) < 2 or line[0].at == line[-1].at:
        return "One figure, no trend yet"
    values = [f.value or 0.0 for f in line]
    begin, end, low, high = values[0], values[-1], min(values), max(values)
    span = _span((line[-1].at - line[0].at).days)
    unit = f" {line[-1].unit}" if line[-1].unit else ""
    step = STEADY_SHARE * max(abs(low), abs(high))
    if high - low <= step:
        return f"Steady at {number(end)}{unit} over {span}"
    if abs(end - begin) <= step or high - low > 2 * abs(end - begin):
        return f"Up and down between {number(low)} and {number(high)}{unit} over {span}"
    return f"{'Rising' if end > begin else 'Falling'} from {number(begin)} to {number(end)}{unit} over {span}"


def _span(days: int) -> str:
    if days < 2:
        return "1 day"
    if days < 61:
        return f"{days} days"
    if days < 731:
        return f"{round(days / 30.44)} months"
    return f"{round(days / 365.25)} years"
