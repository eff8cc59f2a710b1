"""Who may print what names patients."""

from typing import Any

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.context import Context


def may_print(ctx: Context, **fields: Any) -> None:
    """Refuse, and audit the refusal, where this role prints nothing. Raises NotPermitted."""
    if not allowed(ctx.actor.roles, Permission.PAPER_PRINT):
        scopes.refuse(ctx, NotPermitted(), **fields)
