"""`@action`: who may, one transaction, one audit."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.audit import actions as audit_actions
from waypost.audit.entries import entry
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.records import acts

Params = ParamSpec("Params")
Answer = TypeVar("Answer")
Acting = Callable[Concatenate[Context, Params], Answer]


def action(permission: Permission) -> Callable[[Acting[Params, Answer]], Acting[Params, Answer]]:
    """Make a function the one way to do a thing: its caller's role is checked, and it runs in one audited transaction.

    An action called by another joins the outer one and checks its own permission. What refuses the outermost is
    audited after its rollback.
    """

    def decorate(function: Acting[Params, Answer]) -> Acting[Params, Answer]:
        @wraps(function)
        def acting(ctx: Context, /, *args: Params.args, **kwargs: Params.kwargs) -> Answer:
            outermost = acts.running() is None
            try:
                if not allowed(ctx.actor.roles, permission):
                    raise NotPermitted
                with acts.act(ctx) as act:
                    return function(act.ctx, *args, **kwargs)
            except Problem as problem:
                if outermost:
                    audit_actions.append(ctx.tenant, [entry(
                        ctx, "refuse", outcome="refused", what=function.__name__, detail={"code": problem.code})])
                raise

        acting.permission = permission  # type: ignore[attr-defined]
        return acting

    return decorate
