"""The auditor's look at the audit: permitted, audited itself, and verified from the page."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.models import Account
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.audit import queries, reading
from waypost.audit.entries import entry
from waypost.audit.reading import Asked, Check, Seen
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import acts, tenancy


def look(ctx: Context, asked: Asked, count: int, *, export: bool = False) -> tuple[Scope, list[Seen]]:
    """Return entries newest first, and the scope in which those they are about may be named.

    Raises NotPermitted for all but auditors. The look is an entry too: what was asked for, never what was found.
    """
    if not allowed(ctx.actor.roles, Permission.AUDIT_READ):
        scopes.refuse(ctx, NotPermitted(), what="AuditEvent")
    detail = {"since": asked.since.isoformat(), "until": asked.until.isoformat(), "actor": asked.actor, "actions": list(asked.actions)}
    scope = scopes.for_staff(ctx, "export-audit" if export else "read-audit", what="AuditEvent", patient=asked.patient or None,
                             detail={name: value for name, value in detail.items() if value})  # fmt: skip
    tenancy.enter(ctx.tenant)
    return scope, reading.page(ctx.tenant, asked, count)


def last_check(ctx: Context) -> Check | None:
    tenancy.enter(ctx.tenant)
    return reading.last_check(ctx.tenant)


def verify(ctx: Context) -> tuple[Check, Sequence[queries.Finding]]:
    """Walk the clinic's chains as they stand now, and keep what came of it."""
    if not allowed(ctx.actor.roles, Permission.AUDIT_READ):
        scopes.refuse(ctx, NotPermitted(), what="AuditEvent")
    tenancy.enter(ctx.tenant)
    now = ctx.now
    anchors = Path(settings.WAYPOST_AUDIT_ANCHORS)
    checked, findings = queries.verify(anchors if anchors.exists() else None, "default", ctx.tenant)
    check = Check(now, ctx.actor.key, checked, len(findings), anchors.exists())
    _keep_check(ctx, check)
    return check, findings


@action(Permission.AUDIT_READ)
def _keep_check(ctx: Context, check: Check) -> None:
    reading.keep_check(ctx.tenant, check)
    detail = {"checked": check.checked, "findings": check.findings}
    acts.note(ctx, entry(ctx, "verify-audit", what="AuditEvent", detail=detail))


def actors(ctx: Context) -> list[tuple[str, str]]:
    """Return who can stand in an entry: every account's key and name."""
    found = Account.objects.filter(tenant_id=ctx.tenant).order_by("display", "username")
    return [(f"{'client' if 'client' in one.roles else 'staff'}:{one.pk}", one.shown_name) for one in found]
