"""One timeline of everything: each resource as one sentence with its time, place and kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from waypost.chart.rules.tellers import TELLERS
from waypost.chart.rules.words import Json, Reading, listed
from waypost.kernel.dates import local_day, read_moment, say_day, say_time

TYPES = {  # kind on the page -> FHIR types; the order is that of the filters
    "visits": ("Encounter", "Appointment"),
    "contacts": ("Communication",),
    "results": ("Observation", "DiagnosticReport"),
    "problems": ("Condition", "AllergyIntolerance"),
    "medications": ("MedicationRequest", "MedicationStatement", "Immunization"),
    "orders": ("ServiceRequest", "Procedure"),
    "documents": ("DocumentReference", "QuestionnaireResponse"),
    "tasks": ("Task",),
    "coverage": ("Coverage", "CoverageEligibilityResponse"),
}
KINDS = tuple(TYPES)
KIND_OF = {kind_type: kind for kind, every in TYPES.items() for kind_type in every}
ALL_TYPES = tuple(KIND_OF)

SHOWN_OF_A_GROUP = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, or will."""

    kind: str
    type: str
    id: str
    at: datetime | None
    when: str
    where: str
    lead: str  # said in bold, '' where the sentence is enough
    text: str
    state: str = ""  # late | soon | ok | info | quiet: shape and colour of `mark`
    mark: str = ""  # a word for what is unusual: Cancelled, Did not come
    parts: tuple[str, ...] = ()  # the whole list behind a shortened sentence


def entry(resource: Json, reading: Reading) -> Entry:
    """Return a resource as one line of the timeline."""
    told = TELLERS[resource["resourceType"]](resource, reading)
    dated = told.dated or resource.get("meta", {}).get("lastUpdated")
    at = read_moment(dated, reading.zone)
    return Entry(
        kind=KIND_OF[resource["resourceType"]],
        type=resource["resourceType"],
        id=resource.get("id", ""),
        at=at,
        when=say_when(dated, at, reading),
        where=told.where,
        lead=told.lead,
        text=told.text,
        state=told.state,
        mark=told.mark,
    )


def say_when(dated: str | None, at: datetime | None, reading: Reading) -> str:
    """Return 'Mon, Nov 23, 3:40 PM', only the day where no time was recorded, 'date not recorded' for none."""
    if at is None or dated is None:
        return "date not recorded"
    if "T" in dated:
        return f"{say_day(local_day(at, reading.zone), today=reading.today)}, {say_time(at, reading.zone)}"
    return (
        say_day(local_day(at, reading.zone), today=reading.today) if len(dated) == 10 else reading.day(dated)
    )


def entries(resources: Sequence[Json], reading: Reading) -> tuple[tuple[Entry, ...], tuple[int, ...]]:
    """Return lines for resources that come newest first, and how many resources each line stands for.

    Results that follow one another on one day are one line: nobody reads a blood count as twenty events.
    """
    lines: list[Entry] = []
    sizes: list[int] = []
    group: list[Entry] = []
    for resource in resources:
        made = entry(resource, reading)
        if group and not (made.type == "Observation" and _same_day(group[0], made, reading)):
            lines.append(_grouped(group))
            sizes.append(len(group))
            group = []
        if made.type == "Observation":
            group.append(made)
        else:
            lines.append(made)
            sizes.append(1)
    if group:
        lines.append(_grouped(group))
        sizes.append(len(group))
    return tuple(lines), tuple(sizes)


def _same_day(one: Entry, other: Entry, reading: Reading) -> bool:
    if one.at is None or other.at is None:
        return one.at is other.at
    return local_day(one.at, reading.zone) == local_day(other.at, reading.zone)


def _grouped(group: Sequence[Entry]) -> Entry:
    newest = group[0]
    if len(group) == 1:
        return newest
    said = list(dict.fromkeys(g.text for g in sorted(group, key=lambda g: not g.mark)))
    more = len(said) - SHOWN_OF_A_GROUP
    shown = said if more <= 1 else [*said[:SHOWN_OF_A_GROUP], f"{more} more"]
    marked = next((g for g in group if g.mark), None)
    return Entry(
        kind="results",
        type="Observation",
        id=newest.id,
        at=newest.at,
        when=newest.when,
        where=next((g.where for g in group if g.where), ""),
        lead=f"{len(group)} results",
        text=listed(shown),
        state=marked.state if marked else "",
        mark=marked.mark if marked else "",
        parts=tuple(said) if more > 1 else (),
    )


def newest_first(resources: Iterable[Json], reading: Reading) -> list[Json]:
    """Return resources newest first, as the timeline reads them; what has no date comes last."""
    early = datetime.min.replace(tzinfo=UTC)
    return sorted(resources, key=lambda r: entry(r, reading).at or early, reverse=True)
