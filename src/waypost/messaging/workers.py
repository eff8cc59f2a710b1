"""Doing the jobs."""

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from waypost.access.models import Tenant
from waypost.kernel.clock import SystemClock
from waypost.kernel.context import Context, system_actor
from waypost.messaging import carrying
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
    for tenant in Tenant.objects.values_list("id", flat=True):
        carrying.sweep(_context(tenant)[0])


def _context(tenant: int) -> tuple[Context, carrying.Organization]:
    row = Tenant.objects.get(pk=tenant)
    ctx = Context(system_actor("worker"), tenant, row.zone, SystemClock(), "worker")
    return ctx, carrying.Organization(row.name, row.phone, row.zone)
