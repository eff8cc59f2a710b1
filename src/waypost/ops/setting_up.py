"""What a data folder needs before anything can run on it: keys, tables, static files. Safe to repeat."""

import hashlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from waypost import __version__
from waypost.config.database import data_dir
from waypost.ops import assets, folders
from waypost.ops.problems import CannotRun


def make_keys() -> None:
    """Make the key that signs sessions, once."""
    named = os.environ.get("WAYPOST_SECRET_KEY_FILE")
    path = Path(named) if named else data_dir() / "keys" / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folders.write_private(path, secrets.token_urlsafe(48))


def use_static_folder() -> Path:
    """Choose this release's folder of hashed static files; to be called before Django is ready."""
    folder = Path(os.environ.get("WAYPOST_STATIC_ROOT") or data_dir() / "static" / __version__)
    os.environ["WAYPOST_STATIC_ROOT"] = str(folder)
    return folder


def collect_static(folder: Path) -> bool:
    """Copy static files under names that carry their hash, compressed, unless nothing has changed; say whether it did."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    assets.ensure()
    digest = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()  # type: ignore[attr-defined]
            digest.update(f"{name}:{found.st_size}:{found.st_mtime_ns};".encode())
    stamp = folder / ".fingerprint"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest.hexdigest())
    return True


def derive_anew() -> None:
    """Derive every clinic's projections again: a release may have added one."""
    from waypost.access import accounts, scopes
    from waypost.records import rebuilding

    for tenant in accounts.tenants():
        rebuilding.rebuild(scopes.everything(accounts.context_of(tenant, "upgrade"), "reindex"))


def close_connections() -> None:
    """Let go of every connection, as a process must before it forks."""
    from django.db import connections

    connections.close_all()


def set_copy_aside() -> Path:
    """Dump the database into the data folder's `backups`, readable by its owner only."""
    from waypost.config.database import urls

    return dump(data_dir() / "backups" / f"before-{__version__}-{secrets.token_hex(4)}.dump", urls()[1])


def dump(target: Path, url: str) -> Path:
    """Dump a database into a file that has its name only once it is whole."""
    from waypost.ops import binaries

    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(".part")
    command = [str(binaries.bin_folder() / "pg_dump"), "--format=custom", "--compress=6"]
    # The owner sees every row by a policy of its own; without this pg_dump refuses tables under row-level security.
    command += ["--enable-row-security", f"--file={draft}"]
    environ = {**os.environ, "PGAPPNAME": "waypost upgrade"}
    done = subprocess.run([*command, f"--dbname={url}"], capture_output=True, text=True, check=False, env=environ)
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        raise CannotRun(
            f"The copy before the upgrade failed ({binaries.last_line(done.stderr)}); mend that, or go on with --no-backup."
        )
    draft.chmod(0o600)
    return draft.rename(target)
