"""The database for a command: the one that the environment names, or the data folder's own server."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from waypost.config.database import data_dir
from waypost.ops import postgres
from waypost.ops.problems import NotSetUp, TooOld


def use_data_dir(named: str | None) -> Path:
    """Fix the data folder for this process and its children."""
    if named:
        os.environ["WAYPOST_DATA_DIR"] = os.path.abspath(Path(named).expanduser())  # noqa: PTH100
    return data_dir()


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Let Django reach the database for as long as the block runs."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with postgres.attach_or_start(folder) as connections:
        ours = {**connections.environment(), "DATABASE_URL_EMBEDDED": "1"}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                os.environ.pop(name, None)


def set_up_django() -> None:
    """Make Django ready in this process."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
    if not settings.configured or not _ready():
        django.setup()


def _ready() -> bool:
    from django.apps import apps

    return apps.ready


def pending_migrations() -> list[str]:
    """Return the names of migrations that this release has and the database has not."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def see_that_tables_are_there() -> None:
    """Refuse in one sentence when nothing was set up here, or an older release did it."""
    see_that_there_is_a_clinic()
    missing = pending_migrations()
    if missing:
        raise TooOld(
            f"This release has {len(missing)} changes that the database has not; run `waypost upgrade`."
        )


def migrate() -> int:
    """Bring the tables to this release, as the owner; return how many changes were made."""
    from waypost.config import schema

    missing = pending_migrations()
    if missing:
        schema.migrate()
    return len(missing)


def take_stock() -> None:
    """Let the server count its rows again after much has come in: until it has, it plans as if tables were empty.

    Only their owner may; where no owner is named, the server does so by itself within minutes.
    """
    from django.db import OperationalError, connections

    with contextlib.suppress(OperationalError), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("ANALYZE")


def see_that_there_is_a_clinic() -> None:
    """Refuse in one sentence when nothing was ever set up here."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            raise NotSetUp
