"""Finding people, and knowing who might be taken for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from django.db import connection

from waypost.kernel.dates import say_date, say_day
from waypost.kernel.scope import Scope
from waypost.records import tenancy
from waypost.registry import limits
from waypost.registry.fhir import say_age, say_mrn, say_phone
from waypost.registry.matching import Asked, Known, fit, likely_same, mrn_keys, read_asked, steps
from waypost.registry.projections import hashed, ten_digits
from waypost.registry.sounds import plain
from waypost.terminology.languages import language_name

_FIELDS = (
    "id name preferred former words birth born sex mrn mrns phones language merged_into died active".split()
)
_SELECT = "SELECT " + ", ".join(_FIELDS) + " FROM registry_person"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the person index."""

    id: str
    name: str
    preferred: str
    former: tuple[str, ...]
    words: tuple[str, ...]
    birth: str
    born: date | None
    sex: str
    mrn: str
    mrns: tuple[str, ...]
    phones: tuple[str, ...]
    language: str
    merged_into: str | None
    died: bool
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One person found, in the words of the page: two identifiers and what tells look-alikes apart."""

    id: str
    name: str
    preferred: str
    former: str  # 'formerly Reyes, Marisol', or ''
    birth: str
    age: str
    sex: str
    mrn: str
    phone: str
    language: str
    alert: bool = False  # someone else's name looks or sounds like this one
    merged: str = ""  # the number that was asked for, where it was merged into this chart
    died: bool = False
    active: bool = True
    fit: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found. `read_as` says how dates and numbers were understood."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    read_as: str = ""
    did_you_mean: str = ""
    asked: Asked = field(default_factory=Asked)


def find(scope: Scope, text: str, *, today: date, count: int = limits.HITS_MAX) -> Found:
    """Return who is meant by the text of the find box, the best fit first.

    Whoever calls completes the audit with `access.scopes.found`.
    """
    asked = read_asked(text, today)
    if asked.empty or scope.where == "false":
        return Found(asked=asked)
    people = _candidates(scope, asked)
    survivors = _survivors(scope, [p for p in people if p.merged_into])
    best: dict[str, tuple[float, Person, str]] = {}
    for person in people:
        value = fit(asked, _known(person))
        shown = survivors.get(person.id, person)
        via = person.mrn if shown is not person else ""
        if shown.id not in best or value > best[shown.id][0]:
            best[shown.id] = (value, shown, via)
    ranked = sorted(best.values(), key=lambda each: (-each[0], each[1].name, each[1].id))
    good = [each for each in ranked if each[0] >= limits.FIT_MIN]
    if good:
        good = [each for each in good if each[0] >= good[0][0] - limits.FIT_SPREAD_MAX]
    shown_now = good[:count]
    alerts = alike_ids(scope, [each[1] for each in shown_now])
    hits = tuple(
        _hit(person, today, alert=person.id in alerts, merged=via, value=value)
        for value, person, via in shown_now
    )
    return Found(hits=hits, more=len(good) > count, read_as=_read_as(asked), asked=asked,
                 did_you_mean="" if hits or not ranked else ranked[0][1].name)  # fmt: skip


def duplicates(
    scope: Scope, names: Sequence[str], born: date | None, phones: Sequence[str], *, today: date
) -> tuple[Hit, ...]:
    """Return people who are likely the one about to be registered, the likeliest first."""
    words = tuple(dict.fromkeys(word for name in names for word in plain(name).split()))[
        : limits.ASKED_WORDS_MAX
    ]
    asked = Asked(
        words=words, dates=(born,) if born else (), phones=tuple(ten_digits(p) for p in phones if p)
    )
    if not words or scope.where == "false":
        return ()
    judged = [
        (likely_same(asked, _known(one)), one) for one in _candidates(scope, asked) if not one.merged_into
    ]
    best = sorted(((value, one) for value, one in judged if value), key=lambda each: (-each[0], each[1].name))
    return tuple(
        _hit(one, today, alert=False, merged="", value=value) for value, one in best[: limits.DUPLICATES_MAX]
    )


def person(scope: Scope, patient_id: str) -> Person | None:
    """Return one row of the index."""
    return next(
        iter(_rows(scope, f"{_SELECT} WHERE tenant = %s AND id = %s", [scope.tenant, patient_id])), None
    )


def people(scope: Scope, ids: Iterable[str]) -> dict[str, Person]:
    """Return the rows of these Patients, by id: names and identifiers for lists."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = _rows(scope, f"{_SELECT} WHERE tenant = %s AND id = ANY(%s)", [scope.tenant, wanted])
    return {each.id: each for each in found}


def told_of(scope: Scope, numbers: Sequence[str], dates: Sequence[date], words: Sequence[str]) -> tuple[Person, ...]:
    """Return whom a text may be about that holds these record numbers, dates and words: by number, or by birth date with
    a word of the name. A merged person is the one who goes on.
    """
    by_number = [hashed(mrn_keys(numbers))] if numbers else []
    by_birth = [hashed(f"d{day:%Y%m%d}" for day in dates), hashed(f"={word}" for word in words)] if dates and words else []
    looks = [look for look in (by_number, by_birth) if look]
    if not looks or scope.where == "false":
        return ()
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_FIELDS)} FROM registry_find(%s, %s::json, %s, %s)",
            [scope.tenant, orjson.dumps(looks).decode(), [limits.CANDIDATES_MAX] * len(looks), limits.CANDIDATES_MAX],
        )
        found = [_person(row) for row in cursor.fetchall()]
    survivors = _survivors(scope, [one for one in found if one.merged_into])
    return tuple({one.id: one for one in (survivors.get(each.id, each) for each in found)}.values())


def say_birth(one: Person) -> str:
    """Return a birth date as a list shows it."""
    return say_date(one.birth) or "birth date not known"


def look_alikes(scope: Scope, patient_id: str, count: int = 5) -> tuple[Person, ...]:
    """Return others whose name sounds the same, or who share family name and birth date (twins)."""
    return tuple(
        _rows(
            scope,
            f"{_SELECT} WHERE tenant = %s AND id <> %s AND merged_into IS NULL AND ("
            " alike = (SELECT nullif(alike, '') FROM registry_person WHERE tenant = %s AND id = %s)"
            " OR kin = (SELECT nullif(kin, '') FROM registry_person WHERE tenant = %s AND id = %s)) ORDER BY name, id LIMIT %s",
            [scope.tenant, patient_id, scope.tenant, patient_id, scope.tenant, patient_id, count],
        )
    )


def alike_ids(scope: Scope, those: Sequence[Person]) -> set[str]:
    """Return the ids of those for whom a name alert stands: another person has a name or birth date to take for theirs."""
    if not those:
        return set()
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM registry_person p WHERE p.tenant = %s AND p.id = ANY(%s) AND ("
            " EXISTS (SELECT 1 FROM registry_person o WHERE o.tenant = p.tenant AND o.alike = p.alike AND o.alike <> ''"
            "         AND o.id <> p.id AND o.merged_into IS NULL)"
            " OR EXISTS (SELECT 1 FROM registry_person o WHERE o.tenant = p.tenant AND o.kin = p.kin AND o.kin <> ''"
            "         AND o.id <> p.id AND o.merged_into IS NULL))",
            [scope.tenant, [each.id for each in those]],
        )
        return {row[0] for row in cursor.fetchall()}


def survivor_of(scope: Scope, patient_id: str) -> str:
    """Return the id of the chart that goes on: the same one, or the one it was merged into."""
    seen = {patient_id}
    for _ in range(limits.MERGE_CHAIN_MAX):
        here = person(scope, patient_id)
        if here is None or not here.merged_into or here.merged_into in seen:
            break
        patient_id = here.merged_into
        seen.add(patient_id)
    return patient_id


def hit_of(one: Person, today: date, *, alert: bool = False) -> Hit:
    return _hit(one, today, alert=alert, merged="", value=1.0)


def _candidates(scope: Scope, asked: Asked) -> list[Person]:
    looks = steps(asked)
    groups = [[hashed(group) for group in look.groups] for look in looks]
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_FIELDS)} FROM registry_find(%s, %s::json, %s, %s)",
            [
                scope.tenant,
                orjson.dumps(groups).decode(),
                [look.enough for look in looks],
                limits.CANDIDATES_MAX,
            ],
        )
        return [_person(row) for row in cursor.fetchall()]


def _survivors(scope: Scope, merged: Sequence[Person]) -> dict[str, Person]:
    """Return, for each merged person, the one who goes on."""
    found: dict[str, Person] = {}
    for each in merged:
        last = person(scope, survivor_of(scope, each.id))
        if last is not None:
            found[each.id] = last
    return found


def _rows(scope: Scope, sql: str, params: Sequence[Any]) -> list[Person]:
    if scope.where == "false":
        return []
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return [_person(row) for row in cursor.fetchall()]


def _person(row: Sequence[Any]) -> Person:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Person(*values)


def _known(one: Person) -> Known:
    return Known(one.words, one.born, one.birth, one.phones, tuple(m.zfill(limits.MRN_DIGITS) for m in one.mrns),
                 gone=one.died or not one.active)  # fmt: skip


def _hit(one: Person, today: date, *, alert: bool, merged: str, value: float) -> Hit:
    return Hit(
        id=one.id,
        name=one.name,
        preferred=one.preferred,
        former=f"formerly {'; '.join(one.former)}" if one.former else "",
        birth=say_date(one.birth) or "birth date not known",
        age="" if one.died else say_age(one.born, today),
        sex=one.sex,
        mrn=say_mrn(one.mrn),
        phone=say_phone(one.phones[0]) if one.phones else "",
        language="" if one.language.startswith("en") else language_name(one.language),
        alert=alert,
        merged=say_mrn(merged),
        died=one.died,
        active=one.active,
        fit=value,
    )


def _read_as(asked: Asked) -> str:
    if asked.dates:
        return f"Birth date {say_day(asked.dates[0])}"
    return ""
