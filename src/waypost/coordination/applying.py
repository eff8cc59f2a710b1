"""A transaction Bundle: one act. All of it is filed, or nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination import appointments, filing, owners
from waypost.coordination.problems import ConditionUnmet, TooManyMatches
from waypost.formats.fhir import text as fhir_text
from waypost.formats.fhir.references import references, repoint
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.records.search.plan import Plan
from waypost.records.versions import Filing, Version

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry that writes. `place` is where it stands in the Bundle; `full_url` is what others call it by."""

    place: int
    method: str  # POST | PUT | DELETE
    kind: str
    id: str | None = None
    text: str = ""
    full_url: str = ""
    expect: int | None = None
    condition: Plan | None = None  # If-None-Exist of a POST, criteria of a PUT
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an entry; `made` says whether a resource came into being."""

    place: int
    version: Version | None
    made: bool = False


@dataclass(slots=True)
class _Work:
    wishes: list[Wish]
    done: dict[int, Done] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)


@action(Permission.RECORD_FILE)
def apply_all(
    ctx: Context, wishes: Sequence[Wish], *, plan_of: Callable[[str], Plan], reads: Callable[[Context], Read]
) -> tuple[list[Done], Read]:
    """File everything a transaction asks for, in FHIR's order: DELETE, POST, PUT, then what it reads."""
    work = _Work(list(wishes))
    _settle_identities(ctx, work)
    texts = _resolved(ctx, work, plan_of)
    visits = [w for w in work.wishes if w.kind == "Appointment" and w.place not in work.done]
    if visits:
        appointments.lock_all(
            ctx,
            [texts[w.place] for w in visits if w.place in texts],
            [w.id for w in visits if w.id is not None],
        )
    for one in (w for w in work.wishes if w.method == "DELETE"):
        assert one.id is not None
        gone = owners.of(one.kind).delete(ctx, one.kind, one.id, one.expect)
        work.done[one.place] = Done(one.place, gone)
    open_ = [w for w in work.wishes if w.method != "DELETE" and w.place not in work.done]
    for group in _in_order(open_, texts):
        _file(ctx, work, group, texts)
    answers = reads(ctx)
    return [work.done[one.place] for one in sorted(work.wishes, key=lambda w: w.place)], answers


def _settle_identities(ctx: Context, work: _Work) -> None:
    """Give every entry its id, so that references among them can be written."""
    settled: list[Wish] = []
    taken: set[tuple[str, str]] = set()
    for one in work.wishes:
        if one.method == "DELETE":
            settled.append(one)
            continue
        found = filing.matched(ctx, one.condition) if one.condition is not None else None
        if found is not None and one.method == "POST":
            work.done[one.place] = Done(one.place, found)
        id_ = found.id if found is not None else one.id
        if id_ is None or (one.method == "POST" and found is None):
            id_ = str(ids.uuid7(ctx.now))
        if (one.kind, id_) in taken and one.place not in work.done:
            raise TooManyMatches(
                "Two entries of the transaction mean the same resource.",
                expression=[f"Bundle.entry[{one.place}]"],
            )
        taken.add((one.kind, id_))
        settled.append(replace(one, id=id_))
        if one.full_url:
            work.moved[one.full_url] = f"{one.kind}/{id_}"
    work.wishes = settled


def _resolved(ctx: Context, work: _Work, plan_of: Callable[[str], Plan]) -> dict[int, str]:
    """Return each entry's text with its references resolved: to other entries, and by condition."""
    texts: dict[int, str] = {}
    conditional: dict[str, str] = {}
    for one in work.wishes:
        if not one.text:
            continue
        if "?" in one.text:
            for place, written in references(fhir_text.parse(one.text)):
                head = written.partition("?")[0]
                if "?" not in written or not head.isalpha() or written in conditional:
                    continue
                found = filing.matched(ctx, plan_of(written))
                if found is None:
                    raise ConditionUnmet(
                        expression=[f"Bundle.entry[{one.place}].resource.{place.partition('.')[2]}"]
                    )
                conditional[written] = found.reference
        texts[one.place] = repoint(one.text, work.moved | conditional)
    return texts


def _in_order(wishes: Iterable[Wish], texts: dict[int, str]) -> list[list[Wish]]:
    """Return the entries in groups: what a room books itself stands apart from what is filed many at a time.

    Within the transaction, what an owned resource refers to comes before it, and what refers to it comes after.
    """
    found = list(wishes)
    owned = [w for w in found if not owners.plain(w.kind, texts[w.place])]
    if not owned:
        return [found] if found else []
    named = {f"{w.kind}/{w.id}" for w in owned}
    plain = [w for w in found if owners.plain(w.kind, texts[w.place])]
    late: list[Wish] = []
    for _ in range(len(plain)):
        more = [
            w
            for w in plain
            if any(target in named for _, target in references(fhir_text.parse(texts[w.place])))
        ]
        if not more:
            break
        late += more
        named |= {f"{w.kind}/{w.id}" for w in more}
        plain = [w for w in plain if w not in more]
    return [group for group in (plain, *([w] for w in owned), late) if group]


def _file(ctx: Context, work: _Work, group: list[Wish], texts: dict[int, str]) -> None:
    if len(group) == 1 and not owners.plain(group[0].kind, texts[group[0].place]):
        one = group[0]
        owner = owners.of(one.kind)
        assert one.id is not None
        version = owner.update(
            ctx, texts[one.place], one.kind, one.id, one.expect, only_new=one.method == "POST"
        )
        work.done[one.place] = Done(one.place, version, made=version.version == 1)
        return
    filings = [
        Filing(texts[w.place], w.kind, w.id, expect=0 if w.only_new or w.method == "POST" else w.expect)
        for w in group
    ]
    expecting = next((w.expect for w in group if w.expect is not None), None)
    with filing.precondition(expecting):
        versions = filing.file_all(ctx, filings)
    for one, version in zip(group, versions, strict=True):
        work.done[one.place] = Done(one.place, version, made=version.version == 1)
