"""Doing what comes round by itself."""

from typing import Any

from procrastinate.contrib.django import app

from waypost.access.models import Tenant
from waypost.coordination import of_age
from waypost.kernel.clock import SystemClock
from waypost.kernel.context import Context, system_actor


@app.periodic(cron="7 * * * *", periodic_id="coordination-of-age")
@app.task(name="coordination.of_age", queueing_lock="coordination.of_age", pass_context=False)
def come_of_age(timestamp: int, **_: Any) -> None:
    """Each hour, so that it is soon after midnight in every zone: leave that stood on a minority ends (AGE-1)."""
    for tenant in Tenant.objects.order_by("pk"):
        ctx = Context(system_actor("rules"), tenant.pk, tenant.zone, SystemClock(), "worker")
        for _done in of_age.sweep(ctx):
            pass
