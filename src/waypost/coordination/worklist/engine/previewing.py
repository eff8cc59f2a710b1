"""What a rule would make, before anyone switches it on: now, and in the last thirty days as the record was then."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.audit.entries import entry
from waypost.coordination.worklist.engine import loading
from waypost.coordination.worklist.engine.following import ACTOR
from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.replaying import Came, Made, by_own_dates, replay
from waypost.kernel.context import Context, system_actor
from waypost.kernel.scope import Scope
from waypost.records import acts, queries
from waypost.records.versions import Version

DAYS = 30
PATIENTS_MAX = 2_000  # looked at; of a larger clinic a sample, always the same
BATCH = 200
SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """`now` and `month` are counts among the `looked_at` of `patients`; `made` lists the first of them."""

    now: int
    month: int
    looked_at: int
    patients: int
    made: tuple[Made, ...]
    young: int = 0  # patients whose record was filed here within the month: counted by the dates in it

    @property
    def whole(self) -> bool:
        return self.looked_at == self.patients

    def scaled(self, count: int) -> int:
        return count if self.whole else round(count * self.patients / max(self.looked_at, 1))


@action(Permission.RULE_SWITCH)
def preview(ctx: Context, one: InForce) -> Preview:
    """Ask one rule about everybody, or a sample, now and over the last thirty days. Nothing is filed."""
    acts.note(ctx, entry(ctx, "rule-preview", what=f"Rule/{one.rule.code}", detail=dict(one.figures)))
    scope = scopes.everything(replace(ctx, actor=system_actor(ACTOR)), "rule", what=f"Rule/{one.rule.code}")
    patients, total = _sample(scope)
    types, _ = loading.kinds_of_visit(scope)
    since = ctx.now - timedelta(days=DAYS)
    now: list[Made] = []
    month: list[Made] = []
    young = 0
    for start in range(0, len(patients), BATCH):
        some = patients[start : start + BATCH]
        for id_, loaded in loading.load(ctx, scope, some, types).items():
            now += [Made(ctx.now, id_, item) for item in ask(loaded.facts, [one]).items.get(one.rule.code, ())]
        for id_, came in _history(scope, some, one).items():
            came, dated = by_own_dates(came, since=since, zone=ctx.zone)
            young += dated
            month += replay(one, id_, came, since=since, until=ctx.now, zone=ctx.zone, visit_types=types)
    listed = sorted(month or now, key=lambda made: (made.at, made.patient), reverse=True)[:SHOWN_MAX]
    return Preview(len(now), len(month), len(patients), total, tuple(listed), young)


def _sample(scope: Scope) -> tuple[list[str], int]:
    total = queries.rows(scope, "SELECT count(*) FROM records_current c WHERE c.tenant = %s AND c.type = 'Patient' AND NOT c.deleted", [scope.tenant])[0][0]
    rows = queries.rows(
        scope,
        "SELECT c.id FROM records_current c WHERE c.tenant = %s AND c.type = 'Patient' AND NOT c.deleted"
        f" AND ({scope.where}) ORDER BY {'c.id' if total <= PATIENTS_MAX else 'hashtext(c.id)'} LIMIT %s",
        [scope.tenant, *scope.params, PATIENTS_MAX],
    )
    return [id_ for (id_,) in rows], total


def _history(scope: Scope, patients: list[str], one: InForce) -> Mapping[str, list[Came]]:
    """Return every version of what the rule reads of these patients."""
    kinds = sorted({"Patient", *one.rule.reads})
    rows = queries.rows(
        scope,
        "SELECT c.patient, " + queries.COLUMNS + " FROM unnest(%s::text[]) AS k(type) CROSS JOIN unnest(%s::text[]) AS p(id)"
        " JOIN records_current c ON c.tenant = %s AND c.patient = p.id AND c.type = k.type"
        " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id"
        f" WHERE NOT c.deleted AND (c.sort_at IS NULL OR c.type = 'Patient' OR c.sort_at >= now() - interval '400 days') AND ({scope.where})",
        [kinds, patients, scope.tenant, *scope.params],
    )
    found: dict[str, list[Came]] = defaultdict(list)
    for patient, *columns in rows:
        version = Version(*columns)
        found[patient].append(Came(version.at, (version.type, version.id), None if version.deleted else version.resource))
    return found
