"""Each minute the heads of all chains are written to a file outside the database."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from waypost.audit import queries


@app.periodic(cron="* * * * *", periodic_id="audit-anchor")
@app.task(name="audit.anchor", queueing_lock="audit.anchor", pass_context=False)
def anchor(timestamp: int) -> None:
    """`timestamp` is the minute this run stands for, in seconds since the epoch."""
    queries.anchor(Path(settings.WAYPOST_AUDIT_ANCHORS), datetime.fromtimestamp(timestamp, UTC).isoformat())
