"""A data folder's database is carried to the major release of PostgreSQL that this release of Waypost has.

The old server is started by its own programs, its database dumped, restored into a fresh cluster beside, and both compared:
every table's rows and their content. Only then the fresh one takes the other's place, which is kept. Nothing that is killed
on the way leaves more than a draft, which the next run throws away.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from waypost.ops import binaries, folders, limits, older, postgres, setting_up, swapping
from waypost.ops.folders import DataFolder
from waypost.ops.postgres import Connections, Server
from waypost.ops.problems import CannotRun, FolderUnusable

Tell = Callable[[str], None]
DIGEST = "coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)"  # whatever the rows' order


@dataclass(frozen=True, slots=True)
class Carried:
    """From which major to which; the dump from before, and the cluster that was replaced."""

    old: int
    new: int
    copy: Path
    kept: Path


def carry_over(data_dir: Path, tell: Tell, *, old_bin: Path | None = None, fsync: bool = True) -> Carried | None:
    """Carry the database over where an older major made it; None where there is nothing to do."""
    folder = folders.prepare(data_dir)
    with postgres.locked(folder.lock), _alone(folder):
        target = Server(folder, fsync=fsync)
        swapping.finish(target.data)
        major = swapping.major_of(target.data)
        if major is None or major >= target.how.major:
            return None
        _see_that_there_is_room(target.data)
        tell(f"PostgreSQL {major} to {target.how.major}: its programs")
        how = binaries.runner_of(older.programs_of(major, old_bin, folder.root))
        old, fresh = (
            Server(folder, fsync=fsync, how=how),
            Server(folder, fsync=fsync, place=swapping.NEXT, port=postgres.PORT + 1),
        )
        passwords = old.passwords()
        here, there = old.connections(passwords), fresh.connections(passwords)
        with _running(old, here):
            copy = _dumped(folder, here, major, tell)
            _make(fresh, passwords, there, here)
            with _running(fresh, there):
                postgres.make_roles(there, passwords)
                _restore(copy, there, tell)
                _compare(here, there, tell)
        kept = swapping.swap(target.data)
    return Carried(major, target.how.major, copy, kept)


def discard_kept(data_dir: Path) -> list[Path]:
    """Remove the clusters that were replaced, and return where they were."""
    gone = swapping.kept_beside(Server(folders.prepare(data_dir)).data)
    for cluster in gone:
        shutil.rmtree(cluster)
    return gone


@contextlib.contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    """See that no other program works on the folder, and keep it so."""
    descriptor = os.open(folder.users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not postgres.sole_user(descriptor):
            raise FolderUnusable(f"Waypost is running on {folder.root}; stop it and upgrade again.")
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _see_that_there_is_room(data: Path) -> None:
    kept = data.with_name(f"data.postgres-{swapping.major_of(data)}")
    if kept.exists():
        raise FolderUnusable(f"{kept} of an earlier upgrade is still there; move it away or run with --discard-old.")
    wanted = 2 * sum(file.stat().st_size for file in data.rglob("*") if file.is_file()) // 2**20
    free = shutil.disk_usage(data).free // 2**20
    if free < wanted + limits.FREE_DISK_MB_MIN:
        raise FolderUnusable(
            f"The upgrade needs {wanted + limits.FREE_DISK_MB_MIN:,} MB beside the database and {free:,} MB are free; free some space."
        )


@contextlib.contextmanager
def _running(server: Server, connections: Connections) -> Iterator[None]:
    """Start a server, or take the one that an interrupted run left, and stop it in the end."""
    if not server.answers(connections):
        server.start(connections)
    try:
        yield
    finally:
        server.stop()


def _dumped(folder: DataFolder, here: Connections, major: int, tell: Tell) -> Path:
    with psycopg.connect(here.admin) as admin:
        row = admin.execute("SELECT pg_size_pretty(pg_database_size(%s))", (postgres.DATABASE,)).fetchone()
    tell(f"copying {row[0] if row else 'the database'} to backups")
    for half in (folder.root / "backups").glob("*.part"):
        half.unlink()
    name = f"before-postgres-{binaries.runner().major}-from-{major}-{secrets.token_hex(4)}.dump"
    return setting_up.dump(folder.root / "backups" / name, _database(here))


def _make(fresh: Server, passwords: dict[str, str], there: Connections, here: Connections) -> None:
    """Make an empty cluster, in the place of whatever an interrupted run left."""
    leave = time.monotonic() + limits.DATABASE_RETRY_SECONDS
    while fresh.pid() is not None and time.monotonic() < leave:
        if fresh.answers(there):
            fresh.stop()
            break
        time.sleep(0.5)
    shutil.rmtree(fresh.data, ignore_errors=True)
    fresh.initialise(passwords["postgres"])
    # Rows remember the transaction that wrote them; the fresh cluster's numbers must all come after those.
    with psycopg.connect(here.admin) as admin:
        row = admin.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::numeric").fetchone()
    epoch = int(row[0] if row else 0) // 2**32 + 1
    done = fresh.how.run("pg_resetwal", f"--epoch={epoch}", f"--pgdata={fresh.data}")
    if done.returncode != 0:
        raise CannotRun(f"The new database could not be made ({binaries.last_line(done.stderr)}); the old one stays in use.")


def _restore(copy: Path, there: Connections, tell: Tell) -> None:
    tell("restoring")
    command = [str(binaries.bin_folder() / "pg_restore"), "--exit-on-error", "--jobs=2", f"--dbname={_database(there)}"]
    done = subprocess.run([*command, str(copy)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotRun(f"The copy could not be restored ({binaries.last_line(done.stderr)}); the old database stays in use.")
    with psycopg.connect(_database(there), autocommit=True) as admin:
        admin.execute("ANALYZE")


def _compare(here: Connections, there: Connections, tell: Tell) -> None:
    """Refuse to go on where any table or sequence is not what it was."""
    with psycopg.connect(_database(here)) as one, psycopg.connect(_database(there)) as other:
        tables = _tables(one)
        tell(f"comparing {len(tables)} tables")
        differ = set(tables) ^ set(_tables(other))
        for table in tables:
            if table not in differ and _content(one, table) != _content(other, table):
                differ.add(table)
        if _sequences(one) != _sequences(other):
            differ.add(("", "sequences"))
    if differ:
        names = ", ".join(sorted(name for _, name in differ))
        raise CannotRun(f"After the copy these differ: {names}; the old database stays in use.")


def _tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
        " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
    ).fetchall()


def _content(connection: psycopg.Connection, table: tuple[str, str]) -> object:
    query = sql.SQL("SELECT count(*), {} FROM {} t").format(sql.SQL(DIGEST), sql.Identifier(*table))
    return connection.execute(query).fetchone()


def _sequences(connection: psycopg.Connection) -> list[object]:
    return list(connection.execute("SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"))


def _database(connections: Connections) -> str:
    """The address of our database for the administrator, whom row-level security hides nothing."""
    return connections.admin.rpartition("/")[0] + "/" + postgres.DATABASE
