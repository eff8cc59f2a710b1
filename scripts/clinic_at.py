"""A demo clinic of its own at one hour of a working day, so that what is shown or counted of it is the same whenever it is made."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from scripts.hands import Hands, say, then
from scripts.setup import find_browser
from tests.running import SOURCE, Running, waypost

from waypost.ops import postgres

MORNING = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)  # Tuesday, 10:22 AM at the clinic
MADE_BEFORE = timedelta(minutes=3)
PATIENTS, SEED = 200, 1
PASSWORD = "waypost-demo"
CLOCK = """\
import os
from datetime import UTC, datetime, timedelta

from waypost.kernel import clock

AHEAD = timedelta(seconds=float(os.environ["CLINIC_AHEAD_SECONDS"]))
clock.SystemClock.now = lambda self: datetime.now(UTC) + AHEAD
"""


@dataclass
class ClinicAt:
    """A running clinic, its record to be read, and a browser."""

    base: str
    browser: Browser
    db: "psycopg.Connection[tuple[Any, ...]]"

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the resources of a type, the one that was filed last first."""
        rows = self.db.execute(
            "SELECT v.body::jsonb FROM records_current c JOIN records_version v USING (tenant, type, id, version)"
            " WHERE c.type = %s AND NOT c.deleted ORDER BY v.seq DESC",
            [kind],
        )
        return [body for (body,) in rows]

    def newest(self, kind: str) -> dict[str, Any]:
        return self.all(kind)[0]

    def versions(self, kind: str, id: str) -> list[dict[str, Any]]:
        """Return all versions of a resource, the oldest first."""
        rows = self.db.execute("SELECT body::jsonb FROM records_version WHERE type = %s AND id = %s ORDER BY version", [kind, id])
        return [body for (body,) in rows]

    def read(self, kind: str, id: str) -> dict[str, Any]:
        """Return a resource as it stands; an empty one where there is none."""
        return next(iter(reversed(self.versions(kind, id))), {})


def sign_in(clinic: ClinicAt, page: Page, role: str) -> None:
    page.goto(f"{clinic.base}/sign-in/")
    Hands(page).do((say(role, "Tab"), say(PASSWORD), then("Enter", page=True)))


def _environment(place: str, at: datetime) -> dict[str, Any]:
    """Return what makes a program believe that it is `at` now."""
    ahead = str((at - datetime.now(UTC)).total_seconds())
    return {"PYTHONPATH": os.pathsep.join([place, str(SOURCE), str(SOURCE.parent)]), "CLINIC_AHEAD_SECONDS": ahead}


@contextlib.contextmanager
def opened(at: datetime = MORNING, patients: int = PATIENTS, *, browser: Browser | None = None) -> Iterator[ClinicAt]:
    """Make the clinic in a folder that is gone afterwards, and serve it from that moment on; in a browser of its own where none is given."""
    with tempfile.TemporaryDirectory(prefix="waypost-") as place:
        (Path(place) / "sitecustomize.py").write_text(CLOCK)
        folder = Path(place) / "clinic"
        before = _environment(place, at - MADE_BEFORE)
        waypost("demo", "--prepare", "--patients", str(patients), "--seed", str(SEED), data_dir=folder, **before)
        with (
            Running(folder, **_environment(place, at)) as running,
            postgres.attach_or_start(folder) as connections,
            psycopg.connect(connections.admin, dbname="waypost", autocommit=True) as db,
            contextlib.nullcontext(browser) if browser else _chromium() as used,
        ):
            yield ClinicAt(f"http://127.0.0.1:{running.port}", used, db)


@contextlib.contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()
