"""Undo: what one act changed is put back; ledger, calendars and record together."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from waypost.access import Permission, action
from waypost.coordination import limits, living
from waypost.coordination.flow.problems import MoneyStays
from waypost.coordination.problems import NotYours, UndoTooLate
from waypost.coordination.worklist.engine import switching
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling


@action(Permission.UNDO)
def undo_act(ctx: Context, act: UUID) -> list[Version]:
    """Put back what an act of the same actor's changed, all of it or nothing.

    A death alone is taken back in any case: what can no longer return of what it stopped becomes work to book it anew.
    Raises SlotTaken where the time has been given to someone else, Stale where any of it was changed since, and MoneyStays:
    what was taken at the desk has a receipt, and is taken back with a reason.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, max(at) FROM (SELECT actor, at FROM records_version WHERE tenant = %(t)s AND act = %(act)s"
            " UNION ALL SELECT actor, at FROM scheduling_template_version WHERE tenant = %(t)s AND act = %(act)s"
            " UNION ALL SELECT actor, at FROM coordination_rule WHERE tenant = %(t)s AND act = %(act)s AND NOT withdrawn) AS all_of_it"
            " GROUP BY actor",
            {"t": ctx.tenant, "act": act},
        )
        for actor, at in cursor.fetchall():
            if actor != ctx.actor.key:
                raise NotYours
            if at + timedelta(minutes=limits.UNDO_MINUTES) < ctx.now:
                raise UndoTooLate
        cursor.execute("SELECT EXISTS (SELECT 1 FROM records_version WHERE tenant = %s AND act = %s AND type = 'PaymentNotice')", [ctx.tenant, act])
        if cursor.fetchone()[0]:
            raise MoneyStays
    scheduling.lock_act(ctx, act)
    died = living.recorded_by(ctx, act)
    if died and not living.comes_back_whole(ctx, died, act):
        return [living.mark_living(ctx, died)]
    switched = switching.withdraw(ctx, act)
    templates = scheduling.restore_templates(ctx, act)
    return records.restore(ctx, act, may_be_empty=bool(templates or switched))
