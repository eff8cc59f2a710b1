"""Every command: help, exit codes, one sentence when something is in the way."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from tests.running import environment, make_clinic, waypost

from waypost.cli import main
from waypost.config.known import SETTINGS


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands") / "clinic"
    make_clinic(folder)
    return folder


def run(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "waypost", *words],
        capture_output=True,
        text=True,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_help_and_a_page(name):
    shown = run(name, "--help")
    assert shown.returncode == 0, shown.stderr
    assert f"usage: waypost {name}" in shown.stdout


def test_wrong_use_is_exit_code_2():
    assert run().returncode == 2
    assert run("serve", "--port", "many").returncode == 2
    wrong = run("dmeo")
    assert wrong.returncode == 2
    assert "Did you mean `waypost demo`?" in wrong.stderr


def test_a_folder_without_a_clinic_says_what_to_do(tmp_path):
    done = waypost("token", "--as", "anybody", data_dir=tmp_path / "nothing", check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "waypost init" in done.stderr


def test_init_refuses_a_second_clinic_of_the_same_name(clinic):
    done = waypost("init", "--name", "Test Clinic", data_dir=clinic, check=False)
    assert done.returncode == 1
    assert "already" in done.stderr


@pytest.mark.parametrize(("setting", "value", "words"), [
    ("DATABASE_URL", "mysql://somewhere/x", "must begin with postgresql://"),
    ("WAYPOST_BASE_URL", "waypost.example.org", "must be an address"),
    ("EMAIL_URL", "mail.example.org", "must be an address"),
    ("WAYPOST_PG_BIN", "/nowhere", "holds no initdb"),
    ("WAYPOST_SECRET_KEY_FILE", "/nowhere", "is no file"),
])  # fmt: skip
def test_a_wrong_setting_is_named_before_the_start(tmp_path, setting, value, words):
    done = waypost("serve", data_dir=tmp_path / "clinic", check=False, **{setting: value})
    assert done.returncode == 1
    assert setting in done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_owners_role_is_refused(clinic):
    url = json.loads((clinic / "postgres" / "connection.json").read_text())
    from waypost.ops import postgres

    with postgres.attach_or_start(clinic):
        done = waypost("serve", data_dir=clinic, check=False, DATABASE_URL=url["owner"])
        assert done.returncode == 1
        assert "owns the tables" in done.stderr
        done = waypost(
            "worker", data_dir=clinic, check=False, DATABASE_URL=url["admin"].rsplit("/", 1)[0] + "/waypost"
        )
        assert "is superuser" in done.stderr


def test_check_upgrade_and_audit_report_as_json(clinic):
    assert json.loads(waypost("check", "--json", data_dir=clinic).stdout)["ok"]
    assert json.loads(waypost("upgrade", "--json", data_dir=clinic).stdout)["changes"] == []
    verified = json.loads(waypost("audit", "verify", "--json", data_dir=clinic).stdout)
    assert verified["findings"] == []
    assert verified["anchors"]  # set-up wrote the first; no worker ran yet
    assert json.loads(waypost("rules", "CAL-4", "--json", data_dir=clinic).stdout)["rules"]


def test_every_setting_stands_in_its_page():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    assert all(f"`{one.name}`" in page for one in SETTINGS)


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root to become somebody else"
)
def test_a_read_only_folder_and_a_uid_without_a_name_are_one_sentence(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o755)
    source = tmp_path / "source"
    shutil.copytree(environment()["PYTHONPATH"].split(os.pathsep)[0], source)
    for place in (tmp_path, *tmp_path.parents[:2]):
        place.chmod(0o755)
    command = [
        "setpriv",
        "--reuid",
        "54321",
        "--regid",
        "54321",
        "--clear-groups",
        sys.executable,
        "-m",
        "waypost",
        "demo",
        "--data-dir",
        str(closed / "clinic"),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment(PYTHONPATH=str(source), HOME="/"),
    )
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("this Python cannot be reached by another user")
    assert done.returncode == 1, done.stderr
    assert "cannot be written by this user" in done.stderr
    assert done.stderr.count("\n") == 1
