"""Once a day: bytes that no version holds leave the folder of documents."""

from procrastinate.contrib.django import app

from waypost.records import outside


@app.periodic(cron="20 3 * * *", periodic_id="records-sweep")
@app.task(name="records.sweep", queueing_lock="records.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """`timestamp` is the minute this run stands for, in seconds since the epoch."""
    outside.sweep(float(timestamp))
