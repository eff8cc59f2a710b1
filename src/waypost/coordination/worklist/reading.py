"""What the worklist reads in a Task, and writes into one. Pure."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.worklist.kinds import LANE_CODES, POOL, TASK, Lane, Outcome, kind_of
from waypost.coordination.worklist.ranking import PRIORITIES
from waypost.coordination.worklist.repeating import waits_for
from waypost.kernel.dates import read_moment

Json = dict[str, Any]

OPEN = frozenset({"draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"})
WATCHER = "urn:waypost:extension:watcher"
LANE_EXTENSION = "urn:waypost:extension:lane"
SLEEPS = "urn:waypost:extension:snoozed-until"
RULE = "urn:waypost:rule:"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def row_of(task: Json, zone: str) -> Json | None:
    """Return the row of a Task, or None where it is not open. It holds nothing that depends on the clock."""
    if task.get("status") not in OPEN:
        return None
    authored = (
        read_moment(task.get("authoredOn"), zone) or read_moment(task.get("lastModified"), zone) or LONG_AGO
    )
    kind = code_of(task.get("code"), TASK)
    return {
        "id": task["id"],
        "patient": id_of(task.get("for"), "Patient") or None,
        "kind": kind,
        "lane": int(lane_of(task, kind, authored.date())),
        "priority": PRIORITIES.index(task["priority"])
        if task.get("priority") in PRIORITIES
        else len(PRIORITIES) - 1,
        "due": _iso(due_of(task, zone)),
        "authored": _iso(authored),
        "owner": (task.get("owner") or {}).get("reference"),
        "pool": next((code for one in task.get("performerType", ()) if (code := code_of(one, POOL))), ""),
        "sleeps": _iso(read_moment(extension(task, SLEEPS).get("valueDateTime"), zone)),
        "watchers": [id_of(one.get("valueReference"), "Practitioner") for one in extensions(task, WATCHER)],
        "focus": (task.get("focus") or {}).get("reference", ""),
        "rule": (task.get("instantiatesUri") or "").removeprefix(RULE) if (task.get("instantiatesUri") or "").startswith(RULE) else "",
        "waits_for": waits_for(task) or None,
    }


def due_of(task: Json, zone: str) -> datetime | None:
    """Return the end of a Task's last moment; a bare date holds to the end of that day."""
    text = ((task.get("restriction") or {}).get("period") or task.get("executionPeriod") or {}).get("end")
    if text and "T" not in text:
        first = read_moment(text, zone)
        if first is None:
            return None
        after = first.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        return datetime.combine(after, time.min, ZoneInfo(zone)).astimezone(UTC)
    return read_moment(text, zone)


def lane_of(task: Json, kind: str, on: date) -> Lane:
    """Return what is at stake: as the Task itself says, else as its kind is."""
    said = extension(task, LANE_EXTENSION).get("valueCode", "")
    return LANE_CODES[said] if said in LANE_CODES else kind_of(kind, on).lane


def code_of(concept: Any, system: str) -> str:
    return next(
        (c.get("code", "") for c in (concept or {}).get("coding", ()) if c.get("system") == system), ""
    )


def id_of(reference: Any, kind: str) -> str:
    head, _, tail = ((reference or {}).get("reference") or "").partition("/")
    return tail if head == kind else ""


def extensions(task: Json, url: str) -> list[Json]:
    return [one for one in task.get("extension", ()) if one.get("url") == url]


def extension(task: Json, url: str) -> Json:
    return next(iter(extensions(task, url)), {})


def outcome_of(task: Json) -> str:
    """Return how it ended, in words, or ''."""
    said = [(one.get("valueCodeableConcept") or {}).get("text", "") for one in task.get("output", ())]
    return next((one for one in reversed(said) if one), "")


# ---------------------------------------------------------------- what acts write


def owned(task: Json, practitioner: str, name: str) -> Json:
    """Return the Task as someone's own; it is awake and accepted."""
    made = _awake(task)
    made["owner"] = {"reference": f"Practitioner/{practitioner}", "display": name}
    made["status"] = "accepted"
    return made


def pooled(task: Json, pool: str, name: str) -> Json:
    """Return the Task without an owner, waiting in a pool."""
    made = _awake(task)
    made.pop("owner", None)
    made["status"] = "requested"
    made["performerType"] = [{"coding": [{"system": POOL, "code": pool, "display": name}], "text": name}]
    return made


def snoozed(task: Json, until: datetime, reason: str) -> Json:
    """Return the Task as put off until a moment, with the reason why."""
    made = _awake(task)
    made["status"] = "on-hold"
    made["statusReason"] = {"text": reason}
    made.setdefault("extension", []).append({"url": SLEEPS, "valueDateTime": _iso(until)})
    return made


def woken(task: Json) -> Json:
    """Return the Task as open again."""
    made = _awake(task)
    made["status"] = "accepted" if made.get("owner") else "requested"
    return made


def ended(task: Json, outcome: Outcome, note: str, at: datetime) -> Json:
    """Return the Task as done, with its outcome."""
    made = _awake(task)
    made["status"] = "completed"
    made["lastModified"] = _iso(at)
    made["executionPeriod"] = {**made.get("executionPeriod", {}), "end": _iso(at)}
    made.setdefault("output", []).append({
        "type": {"text": "Outcome"},
        "valueCodeableConcept": {"coding": [{"system": "urn:waypost:outcome", "code": outcome.code, "display": outcome.word}],
                                 "text": f"{outcome.word}. {note}" if note else outcome.word},
    })  # fmt: skip
    return made


def watched(task: Json, practitioner: str, *, on: bool) -> Json:
    """Return the Task as watched by someone, or no longer."""
    made = deepcopy(task)
    reference = f"Practitioner/{practitioner}"
    kept = [one for one in made.get("extension", ()) if not (
        one.get("url") == WATCHER and (one.get("valueReference") or {}).get("reference") == reference)]  # fmt: skip
    if on:
        kept.append({"url": WATCHER, "valueReference": {"reference": reference}})
    _put(made, "extension", kept)
    return made


def with_note(task: Json, words: str, by: Mapping[str, Any], at: datetime) -> Json:
    made = deepcopy(task)
    made.setdefault("note", []).append({**by, "time": _iso(at), "text": words})
    return made


def _awake(task: Json) -> Json:
    made = deepcopy(task)
    made.pop("statusReason", None)
    _put(made, "extension", [one for one in made.get("extension", ()) if one.get("url") != SLEEPS])
    return made


def _put(made: Json, key: str, values: Iterable[Any]) -> None:
    kept = list(values)
    if kept:
        made[key] = kept
    else:
        made.pop(key, None)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
