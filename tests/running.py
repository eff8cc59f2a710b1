"""A real Waypost on a data folder of its own: its processes, its address, a token."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
START_SECONDS_MAX = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_", "WAYPOST_", "DJANGO_")) or name == "WAYPOST_ASSETS_DIR"
    }
    return {**kept, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(SOURCE.parent)]), **more}


def waypost(*words, data_dir, check=True, **more):
    """Run one command to its end."""
    command = [sys.executable, "-m", "waypost", *words, "--data-dir", str(data_dir)]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert not check or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


class Running:
    """`waypost serve` on one data folder; `first` is Python that its process runs before anything else, `more` its environment."""

    def __init__(self, data_dir, *, log=None, first="pass", **more):
        self.data_dir, self.port, self.first, self.more = Path(data_dir), free_port(), first, more
        self.log = log or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with self.log.open("ab") as log:
            command = [
                sys.executable,
                "-c",
                f"{self.first}\nfrom waypost.cli.main import main\nraise SystemExit(main())",
                "serve",
                "--port",
                str(self.port),
                "--data-dir",
                str(self.data_dir),
            ]
            self.process = subprocess.Popen(
                command,
                env=environment(**self.more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}"
                )
            with contextlib.suppress(OSError):
                if self.get("/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server was not ready:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def kill(self):
        """kill -9 of the server: its first process, whose children must follow by themselves."""
        self.process.kill()
        self.process.wait()

    def get(self, path, **headers):
        return self.send("GET", path, headers=headers)

    def send(self, method, path, body=None, headers=None, timeout=30):
        """Return status, headers and text of one answer."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, dict(refusal.headers), refusal.read().decode()


ACCOUNTS = """
import sys
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from waypost.access import accounts
    for role in ("supervisor", "client"):
        accounts.make_account(accounts.tenant_named(None), role, "a long enough passphrase", [role])
"""


def make_clinic(folder):
    """Make a clinic with an administrator, a supervisor and a client program."""
    waypost("init", "--name", "Test Clinic", data_dir=folder)
    run_python(ACCOUNTS, folder)


def run_python(program, folder, *arguments):
    """Run a program of a few lines on a data folder, in a process of its own; return what it printed."""
    env = environment(WAYPOST_DATA_DIR=str(folder))
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def token(folder, username):
    return waypost("token", "--as", username, data_dir=folder).stdout.strip()


def copy_clinic(source, target):
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("run", "*.lock"))
    return target
