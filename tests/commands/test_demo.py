"""`waypost demo` as a newcomer meets it: one command, twice, after a crash, and with something in the way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.running import environment, free_port, waypost

from waypost.ops import folders, postgres, processes

PATIENTS = "12"


class Demo:
    def __init__(self, folder, *more):
        self.port = free_port()
        command = [
            sys.executable,
            "-m",
            "waypost",
            "demo",
            "--patients",
            PATIENTS,
            "--port",
            str(self.port),
            "--data-dir",
            str(folder),
            *more,
        ]
        self.process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def ready(self, seconds=180):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if processes.healthy("127.0.0.1", self.port):
                return True
            time.sleep(0.1)
        return False

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=60)
        return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A demo clinic, made and stopped."""
    folder = tmp_path_factory.mktemp("demo") / "clinic"
    waypost("demo", "--prepare", "--patients", PATIENTS, data_dir=folder)
    return folder


def left_running(folder):
    """Return the programs that still work on a data folder."""
    found = []
    for pid in (p.name for p in Path("/proc").iterdir() if p.name.isdigit()):
        try:
            with open(f"/proc/{pid}/environ", "rb") as env, open(f"/proc/{pid}/cmdline", "rb") as line:
                if str(folder).encode() in env.read() + line.read():
                    found.append(int(pid))
        except OSError:
            continue
    return found


def wait_for_none(folder, seconds=15):
    deadline = time.monotonic() + seconds
    while left_running(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left_running(folder)


def test_ctrl_c_stops_everything_and_the_sign_ins_were_printed(folder):
    demo = Demo(folder)
    assert demo.ready()
    time.sleep(1)
    said = demo.end()
    assert demo.process.returncode == 0, said
    assert f"http://127.0.0.1:{demo.port}" in said
    for (
        name
    ) in "coordinator scheduler clinician nurse records billing supervisor administrator auditor".split():
        assert f"\n  {name} " in said
    assert "goes on from here" in said
    assert wait_for_none(folder) == []


def test_kill_nine_leaves_nothing_in_the_way_of_the_next_start(folder):
    demo = Demo(folder)
    assert demo.ready()
    demo.end(signal.SIGKILL)
    again = Demo(folder)
    assert again.ready()
    assert again.end()
    assert again.process.returncode == 0
    assert wait_for_none(folder) == []


def test_a_second_demo_on_the_same_folder_says_where_the_first_runs(folder):
    demo = Demo(folder)
    assert demo.ready()
    time.sleep(1)
    try:
        assert f"already runs at http://127.0.0.1:{demo.port}" in waypost("demo", data_dir=folder).stdout
    finally:
        demo.end()


def test_a_port_in_use_is_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = waypost("demo", "--port", str(port), data_dir=tmp_path / "clinic", check=False)
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == f"waypost: Port {port} is in use by another program; choose another with --port {port + 1}."
    )


def test_a_half_finished_set_up_is_finished(tmp_path):
    folder = tmp_path / "clinic"
    command = [
        sys.executable,
        "-m",
        "waypost",
        "demo",
        "--prepare",
        "--patients",
        PATIENTS,
        "--data-dir",
        str(folder),
    ]
    first = subprocess.Popen(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(5)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    pid = postgres.Server(folders.DataFolder(folder)).pid()
    if pid:
        os.kill(pid, signal.SIGKILL)
    waypost("demo", "--prepare", "--patients", PATIENTS, data_dir=folder)
    facts = json.loads(waypost("audit", "verify", "--json", data_dir=folder).stdout)
    assert facts["checked"]
    assert facts["findings"] == []


def test_a_child_whose_parent_was_killed_before_it_could_ask_ends_by_itself():
    orphan = "import os; from waypost.config.parent import die_with_parent; die_with_parent(os.getpid()); print('goes on')"
    done = subprocess.run(
        [sys.executable, "-c", orphan],
        check=False,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (1, "")
