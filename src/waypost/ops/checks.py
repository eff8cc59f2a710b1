"""What `waypost check` looks at. Also run, the errors only, before the server and the worker start."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waypost.config.database import data_dir, urls
from waypost.config.known import SETTINGS
from waypost.kernel.problem import Problem
from waypost.ops import binaries, folders
from waypost.ops.problems import SettingWrong

SERVER_VERSION_MIN = 150_000


@dataclass(frozen=True, slots=True)
class Finding:
    level: str  # ok | warning | error
    what: str
    words: str


def every(*, read_documents: bool = False) -> list[Finding]:
    """Return all findings; one that fails does not hide the next. `read_documents` reads each byte of them too."""
    findings: list[Finding] = []

    def database() -> Iterator[Finding]:
        yield from _database(read_documents=read_documents)

    for look in (settings, folder, zones, database):
        try:
            findings.extend(look())
        except Problem as problem:
            findings.append(Finding("error", look.__name__, problem.detail or str(problem.title)))
    return findings


def refuse_wrong_settings() -> None:
    """Refuse to start on a setting that cannot work, naming it."""
    wrong = [finding for finding in settings() if finding.level == "error"]
    if wrong:
        raise SettingWrong(f"{wrong[0].what} {wrong[0].words}.")


def refuse_extraordinary_role() -> None:
    """Refuse to start as a role that row-level security does not bind, or when the database does not answer."""
    for finding in _role(urls()[0]):
        if finding.level == "error":
            raise SettingWrong(f"{finding.what} {finding.words}.")


def settings() -> Iterator[Finding]:
    """Check each setting that is made, and that what goes together is together."""
    for setting in SETTINGS:
        value = os.environ.get(setting.name)
        if value is None:
            continue
        wrong = setting.wrong(value)
        secret = setting.name.endswith("_URL") and "@" in value
        yield Finding(
            "error" if wrong else "ok", setting.name, wrong or ("is set" if secret else f"is {value}")
        )
    known = {setting.name for setting in SETTINGS} | {
        "WAYPOST_DEMO",
        "WAYPOST_SOAK",
        "WAYPOST_BROWSER",
        "WAYPOST_DIE_WITH_PARENT",
    }
    for name in sorted(os.environ):
        if name.startswith("WAYPOST_") and name not in known:
            yield Finding("warning", name, "is no setting of Waypost's; docs/settings.md lists them")
    if os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_OWNER_URL"):
        yield Finding(
            "warning",
            "DATABASE_OWNER_URL",
            "is not set, so `waypost init` and `waypost upgrade` cannot change tables",
        )


def folder() -> Iterator[Finding]:
    """Check that the data folder can be used."""
    found = folders.prepare(data_dir())
    yield Finding("ok", "data folder", f"{found.root} can be written")
    if not os.environ.get("DATABASE_URL"):
        yield Finding("ok", "PostgreSQL", f"programs in {binaries.runner().folder}")


def zones() -> Iterator[Finding]:
    """Check that time zones are known to this Python."""
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        yield Finding("error", "time zones", "are missing; install the package tzdata")
    else:
        yield Finding("ok", "time zones", "are known")


def _database(*, read_documents: bool) -> Iterator[Finding]:
    """Check that the database answers, that its role is ordinary, that its tables are this release's, and its documents."""
    from waypost.ops import database as opening

    with opening.opened(data_dir()):
        yield from _role(urls()[0])
        opening.set_up_django()
        found = list(_tables())
        yield from found
        if all(finding.level == "ok" for finding in found):
            yield from _documents(read=read_documents)


def _documents(*, read: bool) -> Iterator[Finding]:
    """Check that what is kept beside the database is there."""
    from waypost.access import accounts
    from waypost.records import outside

    looked = [outside.check(tenant.pk, read=read) for tenant in accounts.tenants()]
    astray = [digest for one in looked for digest in one.astray]
    many, size = sum(one.many for one in looked), sum(one.size for one in looked)
    if astray:
        words = f"{len(astray)} of {many} beside the database are missing or altered, such as {astray[0][:12]}…; bring the folder back from a backup"
        yield Finding("error", "documents", words)
    else:
        what = "each byte of them as it was" if read else "all there"
        yield Finding("ok", "documents", f"{many} beside the database ({size / 2**20:.1f} MB), {what}")


def _role(url: str) -> Iterator[Finding]:
    import psycopg

    try:
        connection = psycopg.connect(url, connect_timeout=5)
    except psycopg.OperationalError as error:
        yield Finding("error", "database", f"cannot be reached ({binaries.last_line(str(error))})")
        return
    with connection:
        version = connection.info.server_version
        yield Finding(
            "ok" if version >= SERVER_VERSION_MIN else "error",
            "database",
            f"PostgreSQL {version // 10000}"
            + ("" if version >= SERVER_VERSION_MIN else "; Waypost needs 15 or newer"),
        )
        yield ordinary(connection.execute)


def ordinary(execute: Callable[..., Any]) -> Finding:
    """Say whether the role of DATABASE_URL is one that row-level security binds."""
    row = execute(
        "SELECT rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid AND relname = 'records_version')"
        " FROM pg_roles r WHERE rolname = current_user"
    ).fetchone()
    for flag, words in zip(row, ("is superuser", "has BYPASSRLS", "owns the tables"), strict=True):
        if flag:
            return Finding(
                "error",
                "DATABASE_URL",
                f"names a role that {words}; name an ordinary one, so that tenants stay apart",
            )
    return Finding("ok", "role", "is ordinary, so row-level security binds it")


def _tables() -> Iterator[Finding]:
    from waypost.ops import database as opening
    from waypost.ops.problems import NotSetUp

    try:
        opening.see_that_there_is_a_clinic()
    except NotSetUp:
        yield Finding("warning", "tables", "are not there yet; run `waypost init` or `waypost demo`")
        return
    missing = opening.pending_migrations()
    yield Finding(
        "error" if missing else "ok",
        "tables",
        f"lack {len(missing)} changes; run `waypost upgrade`" if missing else "are this release's",
    )
