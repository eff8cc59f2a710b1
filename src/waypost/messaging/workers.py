"""Doing the jobs."""

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from waypost.kernel.clock import SystemClock
from waypost.kernel.context import Context, system_actor
from waypost.messaging import carrying, queries
from waypost.messaging.jobs import DELIVER, QUEUE


@app.task(name=DELIVER, queue=QUEUE)
def deliver(tenant: int, delivery: str) -> None:
    """Carry one delivery."""
    ctx, organization = _context(tenant)
    carrying.carry(ctx, UUID(delivery), organization)


@app.periodic(cron="* * * * *")
@app.task(name="messaging.sweep", queue=QUEUE, queueing_lock="messaging.sweep")
def sweep(timestamp: int, **_: Any) -> None:
    """Once a minute: what has no ending becomes 'unknown', what is overdue is deferred again."""
    for tenant in queries.tenants():
        carrying.sweep(_context(tenant)[0])


def _context(tenant: int) -> tuple[Context, queries.Organization]:
    organization = queries.organization(tenant)
    return Context(system_actor("worker"), tenant, organization.zone, SystemClock(), "worker"), organization
