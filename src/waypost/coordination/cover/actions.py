"""Lend one's work until a moment; take it back before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.cover import queries
from waypost.coordination.cover.reading import Cover, read, write
from waypost.coordination.once import once
from waypost.coordination.problems import (
    ColleagueOnLeave,
    CoverChain,
    CoverNeedsColleague,
    CoverStands,
    CoverTooLong,
    NotYours,
)
from waypost.coordination.worklist.kinds import pools_of
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_moment, say_short
from waypost.records import actions as records
from waypost.records import queries as kept
from waypost.records.versions import Version
from waypost.scheduling.queries import templates

COVER_DAYS_MAX = 60


@dataclass(frozen=True, slots=True)
class CoverWish:
    """To whom one's promises, call-backs and pools go until a moment; `everything`: all that is one's own."""

    to: str
    to_name: str
    until: datetime
    everything: bool = False
    key: str = ""


@action(Permission.TASK_WORK)
def lend(ctx: Context, wish: CoverWish) -> Version:
    """Lend one's work to a colleague until a moment. Refused in words where that would make a chain or reach nobody."""
    me = ctx.actor.practitioner or ""
    if not me or not wish.to or wish.to == me:
        raise CoverNeedsColleague(expression=["Basic.extension"])
    if wish.until <= ctx.now or wish.until - ctx.now > timedelta(days=COVER_DAYS_MAX):
        raise CoverTooLong(expression=["Basic.extension"])
    scope = scopes.for_staff(ctx, what="Basic")
    _refuse_chain(ctx, me, wish, queries.of(scope, ctx.now, wish.until))
    _refuse_leave(ctx, wish)
    one = Cover("", 0, me, wish.to, ctx.now, wish.until, wish.everything, pools_of(ctx.actor.roles), ctx.actor.name, wish.to_name)
    return once(ctx, f"cover:{wish.key}" if wish.key else "", lambda: records.file(ctx, write(one)))


@action(Permission.TASK_WORK)
def take_back(ctx: Context, id: str) -> Version:
    """End a cover now: the lender takes back, or the colleague gives back."""
    scope = scopes.for_staff(ctx, what=f"Basic/{id}")
    version = kept.read(scope, "Basic", id)
    one = read(version.resource)
    if one is None or ctx.actor.practitioner not in {one.whose, one.by}:
        raise NotYours
    if one.ends <= ctx.now:
        return version
    return records.file(ctx, write(replace(one, ends=max(ctx.now, one.starts)), id), id=id, expect=version.version)


def _refuse_chain(ctx: Context, me: str, wish: CoverWish, others: list[Cover]) -> None:
    """Refuse what would lend on what is lent: work is never further than one hand away."""
    today = local_day(ctx.now, ctx.zone)
    for one in others:
        until = say_moment(one.ends, ctx.zone, today=today)
        if one.whose == me:
            raise CoverStands(f"{one.by_name or 'A colleague'} covers you until {until}.")
        if one.by == me:
            raise CoverChain(f"You cover {one.whose_name or 'a colleague'} until {until}.")
        if one.whose == wish.to:
            raise CoverChain(f"{wish.to_name} is covered by {one.by_name or 'someone else'} until {until}.")


def _refuse_leave(ctx: Context, wish: CoverWish) -> None:
    """Refuse a colleague whose calendar is closed on a whole day of the cover."""
    found = templates.calendar(scopes.for_staff(ctx, what="Calendar"), f"Practitioner/{wish.to}")
    first, last = local_day(ctx.now, ctx.zone), local_day(wish.until, ctx.zone)
    for one in (found.body or {}).get("exceptions", ()) if found else ():
        begins, ends = date.fromisoformat(one["from"]), date.fromisoformat(one.get("to") or one["from"])
        if one.get("closed") and not one.get("hours") and begins <= last and ends >= first:
            reason = f": {one['reason']}" if one.get("reason") else ""
            raise ColleagueOnLeave(f"{wish.to_name} is away {say_short(begins, today=first)} to {say_short(ends, today=first)}{reason}.")
