"""Which name is measured by which function, and the run over all of them."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import bulk, clinic, desk, fhir_door, life, live, schedule
from bench.clinic import Clinic, Say
from bench.result import Result

BY_NAME: dict[str, Callable[[Clinic], list[Result]]] = {
    "read": fhir_door.read,
    "create": fhir_door.create,
    "search-name": fhir_door.search_name,
    "search-code": fhir_door.search_code,
    "import": bulk.import_,
    "slots-day": schedule.slots_day,
    "find-times": schedule.find_times,
    "book": schedule.book,
    "page-find": desk.find,
    "page-patient": desk.patient,
    "page-today": desk.today,
    "page-board": desk.board,
    "live": live.live,
    "audit": life.audit,
    "start": life.start,
    "memory": life.memory,
    "page-today-10000": desk.today_long,  # last: it leaves the clinic with a queue
}

# What makes clinics of its own.
APART: dict[str, Callable[[int, Say], list[Result]]] = {"growth": life.growth}


def measure(names: list[str], patients: int, *, quiet: bool) -> list[dict[str, Any]]:
    """Measure each name on one copy of the clinic; print a line as soon as it is known."""

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    results: list[Result] = []

    def attempt(name: str, work: Callable[[], list[Result]]) -> None:
        for result in attempted(name, work):
            results.append(result)
            if not quiet:
                print(result.line(), flush=True)

    for name in (each for each in names if each in APART):
        attempt(name, partial(APART[name], patients, say))
    inside = [each for each in names if each in BY_NAME]
    if inside:
        with clinic.opened(patients, say) as here:
            for name in inside:
                attempt(name, partial(BY_NAME[name], here))
    return [result.facts() for result in results]


def attempted(name: str, work: Callable[[], list[Result]]) -> list[Result]:
    """Measure one name; what fails says so in its place and the rest goes on."""
    try:
        return work()
    except (SystemExit, Exception) as error:
        return [Result(name, 0, "failed", note=f"not measured: {type(error).__name__}: {str(error)[:300]}")]
