"""The data folder: where things stand in it, and whether it can be used."""

import errno
import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from waypost.ops import limits
from waypost.ops.problems import FolderUnusable


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths inside one data folder."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def connection_file(self) -> Path:
        return self.postgres / "connection.json"

    @property
    def secret_key_file(self) -> Path:
        return self.root / "secret.key"

    @property
    def lock(self) -> Path:
        return self.root / "start.lock"

    @property
    def users(self) -> Path:
        return self.root / "users.lock"


def prepare(data_dir: Path) -> DataFolder:
    """Make the data folder if need be and see that it can be used."""
    root = Path(os.path.abspath(data_dir.expanduser()))  # noqa: PTH100 - resolve() would follow a link that may move
    if len(os.fsencode(root)) > limits.DATA_PATH_BYTES_MAX:
        raise FolderUnusable(
            f"The path of the data folder is longer than {limits.DATA_PATH_BYTES_MAX} bytes; choose a shorter one with --data-dir."
        )
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = root / f".probe-{os.getpid()}"
        probe.write_bytes(b"waypost")
        probe.unlink()
    except OSError as error:
        raise FolderUnusable(explain(root, error)) from error
    see_that_disk_has_room(root)
    return DataFolder(root)


def see_that_disk_has_room(root: Path) -> None:
    """Raise FolderUnusable where the disk is full, or nearly."""
    free_mb = shutil.disk_usage(root).free // 2**20
    if free_mb < limits.FREE_DISK_MB_MIN:
        raise FolderUnusable(
            f"The disk that holds {root} has {free_mb} MB left; free at least {limits.FREE_DISK_MB_MIN} MB or choose another disk with --data-dir."
        )


def explain(path: Path, error: OSError) -> str:
    """Say in one sentence what is wrong with a folder and what mends it."""
    if error.errno == errno.EROFS:
        return f"{path} is on a read-only disk; choose a folder that can be written with --data-dir."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"{path} cannot be written by this user; give it to them or choose another folder with --data-dir."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk that holds {path} is full; free some space or choose another disk with --data-dir."
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return f"{path} is in the way of the data folder because it is a file; choose another folder with --data-dir."
    if error.errno == errno.ENAMETOOLONG:
        return f"{path} is too long a path for this disk; choose a shorter one with --data-dir."
    return f"{path} cannot be used ({error.strerror}); choose another folder with --data-dir."


def socket_dir(root: Path) -> Path:
    """Return a folder whose socket path fits in 107 bytes: inside the data folder, else in /tmp under its name's hash."""
    inside = root / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= limits.SOCKET_PATH_BYTES_MAX:
        return inside
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return Path("/tmp") / f"waypost-{os.getuid()}-{name}"  # noqa: S108 - made 0700 and its owner checked below


def make_private(folder: Path, owner: int | None = None) -> None:
    """Make a folder that only its owner can enter, and refuse one that somebody else has made."""
    owner = os.getuid() if owner is None else owner
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.getuid()}:
        raise FolderUnusable(
            f"{folder} belongs to somebody else; remove it or choose another data folder with --data-dir."
        )
    if found.st_uid != owner:
        os.chown(folder, owner, -1)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
