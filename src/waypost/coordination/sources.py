"""Where what stands on the patient page comes from: when it came on record, and by whom."""

from collections.abc import Sequence

from waypost.access.queries import names_of
from waypost.chart import limits
from waypost.chart.rules import about
from waypost.chart.rules.words import Reading
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_short
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version


def history_of(scope: Scope, version: Version) -> tuple[Version, ...]:
    """Return the newest versions of a Patient; asked of the database only where there is more than the first."""
    if version.version == 1:
        return (version,)
    found = queries.history(scope, version.type, version.id, count=limits.ABOUT_VERSIONS_MAX)
    return tuple(one for one in found if not one.deleted and one.version <= version.version) or (version,)


def said_by(ctx: Context, versions: Sequence[Version], reading: Reading) -> list[str]:
    """Return 'Nov 24 by Ana Ruiz' for each version, in one query."""
    who = names_of(ctx.tenant, {v.actor for v in versions})
    return [
        f"{say_short(local_day(v.at, reading.zone), today=reading.today)} by {who.get(v.actor, v.actor)}"
        for v in versions
    ]


def about_patient(
    ctx: Context, history: Sequence[Version], accounts: Sequence[Version], reading: Reading
) -> tuple[str, about.About, about.Guarantor | None]:
    """Return when the record was last changed and by whom, what is known about the patient, and who pays the rest."""
    said = said_by(ctx, [*history, *accounts], reading)
    newest, account = history[0], accounts[0] if accounts else None
    changed = f"{'Recorded' if newest.version == 1 else 'Last changed'} {said[0]}"
    card = about.about_of([(v.resource, source) for v, source in zip(history, said, strict=False)])
    pays = about.guarantor(newest.id, account.resource if account else None, said[-1], reading)
    return changed, card, pays
