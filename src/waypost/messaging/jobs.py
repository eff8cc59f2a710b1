"""What may be deferred. The job's row commits with the act and holds ids alone."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

DELIVER = "messaging.deliver"
QUEUE = "mail"


def defer_delivery(tenant: int, delivery: UUID, *, due_at: datetime) -> None:
    """Let a worker carry one delivery when it is due."""
    app.configure_task(DELIVER, queue=QUEUE, schedule_at=due_at).defer(tenant=tenant, delivery=str(delivery))
