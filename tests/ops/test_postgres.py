"""The embedded server: shared, recovered, stopped by the last who leaves."""

import json
import os
import signal
import subprocess
import sys

import psycopg
import pytest

from waypost.ops import folders, limits, memory, postgres
from waypost.ops.problems import FolderUnusable


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "clinic"


def test_roles_are_ordinary_and_own_nothing_they_should_not(data_dir):
    with postgres.attach_or_start(data_dir, fsync=False) as connections:
        with psycopg.connect(connections.app) as app:
            assert app.execute(
                "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == ("waypost", False, False)
            assert app.execute(
                "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
            ).fetchone() == ("waypost_owner",)
            assert {row[0] for row in app.execute("SELECT extname FROM pg_extension")} >= set(
                postgres.EXTENSIONS
            )
            assert app.execute("SHOW listen_addresses").fetchone() == ("",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE public.mine (a int)")


def test_two_programs_share_one_server_and_the_last_stops_it(data_dir):
    with postgres.attach_or_start(data_dir, fsync=False) as first:
        program = "import sys; from pathlib import Path; from waypost.ops import postgres\nwith postgres.attach_or_start(Path(sys.argv[1]), fsync=False) as c: print(c.app)"
        other = subprocess.run(
            [sys.executable, "-c", program, str(data_dir)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert other.stdout.strip() == first.app
        psycopg.connect(first.app).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.app)


def test_a_killed_server_comes_back_with_what_was_committed(data_dir):
    with postgres.attach_or_start(data_dir) as connections:
        with psycopg.connect(connections.owner) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 41 AS a")
        os.kill(postgres.Server(folders.prepare(data_dir)).pid(), signal.SIGKILL)
        with postgres.attach_or_start(data_dir) as again, psycopg.connect(again.owner) as owner:
            assert owner.execute("SELECT a FROM kept").fetchone() == (41,)


def test_a_half_finished_set_up_is_finished(data_dir):
    with postgres.attach_or_start(data_dir, fsync=False):
        pass
    secrets = data_dir / "postgres" / "passwords.json"
    kept = json.loads(secrets.read_text())
    kept.pop("ready")
    secrets.write_text(json.dumps(kept))
    (data_dir / "postgres" / "data.draft").mkdir()
    with postgres.attach_or_start(data_dir, fsync=False) as connections:
        psycopg.connect(connections.app).close()


def test_a_long_path_simply_works(tmp_path):
    with postgres.attach_or_start(tmp_path / ("long" * 30) / "clinic", fsync=False) as connections:
        psycopg.connect(connections.app).close()


def test_a_file_in_the_way_is_one_sentence(tmp_path):
    (tmp_path / "clinic").write_text("")
    with (
        pytest.raises(
            FolderUnusable, match=r"because it is a file; choose another folder with --data-dir\.$"
        ),
        postgres.attach_or_start(tmp_path / "clinic"),
    ):
        pass


def test_passwords_are_nobody_elses(data_dir):
    with postgres.attach_or_start(data_dir, fsync=False):
        for name in ("passwords.json", "connection.json"):
            assert (data_dir / "postgres" / name).stat().st_mode & 0o777 == 0o600


GB = 2**30


@pytest.mark.parametrize(
    ("database", "machine", "mb"),
    [(0, 16 * GB, 128), (GB // 4, 16 * GB, 128), (4 * GB, 16 * GB, 1024), (40 * GB, 16 * GB, 2048), (40 * GB, GB // 2, 128)],
)
def test_the_database_keeps_a_quarter_of_itself_in_memory_within_bounds(database, machine, mb):
    assert memory.shared_buffers_mb(database, machine) == mb


def test_a_larger_database_is_started_with_more_memory(data_dir, monkeypatch):
    with postgres.attach_or_start(data_dir, fsync=False) as connections, psycopg.connect(connections.app) as app:
        assert app.execute("SHOW shared_buffers").fetchone() == (f"{limits.SHARED_BUFFERS_MB_MIN}MB",)
    monkeypatch.setattr(limits, "SHARED_BUFFERS_MB_MIN", 1)
    with postgres.attach_or_start(data_dir, fsync=False) as connections, psycopg.connect(connections.app) as app:
        kept = memory.of_database(next(data_dir.glob("postgres/**/base")).parent)
        assert app.execute("SHOW shared_buffers").fetchone() == (f"{kept // memory.MB // 4}MB",)
