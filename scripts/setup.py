"""Make `.venv` from the locked requirements. Needs nothing but Python itself; fast when there is nothing to do.

    python3 scripts/setup.py            what running Waypost needs
    python3 scripts/setup.py dev        and what working on it needs
    python3 scripts/setup.py browser    and a browser for the tests
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(words: str) -> None:
    print(f"setup: {words}", flush=True)


def stop(words: str) -> None:
    raise SystemExit(f"setup: {words}")


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment())
    if done.returncode != 0:
        stop(f"`{Path(command[0]).name} {' '.join(command[1:4])} …` failed (above is why); mend that and run make again, it goes on where it stopped.")


def environment() -> dict[str, str]:
    """Let uv use the package index that pip is set to use."""
    env = dict(os.environ)
    for key in [k for k in env if k in {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}]:
        del env[key]
    if env.get("PIP_INDEX_URL") and not (env.get("UV_INDEX_URL") or env.get("UV_DEFAULT_INDEX")):
        env["UV_DEFAULT_INDEX"] = env["PIP_INDEX_URL"]
    return env


def fingerprint(*names: str) -> str:
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_environment() -> None:
    if sys.version_info < (3, 11):
        stop(f"this is Python {sys.version.split()[0]}, Waypost needs 3.11 or newer; name one with `make PYTHON=python3.12 …`.")
    if not (VENV / "pyvenv.cfg").exists() or not PYTHON.exists():
        say("making .venv")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], cwd=ROOT, capture_output=True, text=True)
        if made.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            if "ensurepip" in made.stdout + made.stderr:
                stop("this Python cannot make virtual environments; install its venv package (Debian: apt-get install python3-venv).")
            stop((made.stderr or made.stdout).strip().splitlines()[-1])


def install(kind: str) -> None:
    """Install the locked packages of one kind, `app` or `dev`, if they are not there yet."""
    lock = f"requirements/{kind}.txt"
    stamp = VENV / f".waypost-{kind}"
    wanted = fingerprint(lock, "requirements/uv.txt", "pyproject.toml", "scripts/setup.py")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    make_environment()
    began = time.monotonic()
    count = sum(1 for line in (ROOT / lock).read_text().splitlines() if "==" in line)
    run(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "requirements/uv.txt")
    say(f"installing {count} packages from {lock}")
    run(str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "--require-hashes", "--quiet", "-r", lock)
    run(str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "--no-deps", "--quiet", "-r", "requirements/build.txt", "--require-hashes")
    run(str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "--no-deps", "--no-build-isolation", "--quiet", "--editable", ".")
    stamp.write_text(wanted)
    if kind == "dev":
        (VENV / ".waypost-app").write_text(fingerprint("requirements/app.txt", "requirements/uv.txt", "pyproject.toml", "scripts/setup.py"))
    say(f"packages ready after {time.monotonic() - began:.0f} s")


def find_browser() -> str | None:
    named = os.environ.get("WAYPOST_BROWSER")
    return named if named else next((found for name in BROWSERS if (found := shutil.which(name))), None)


def browser() -> None:
    """See that the tests find a browser; as root on Debian and its like, install one."""
    if find_browser():
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing chromium for the browser tests")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if find_browser():
            return
    say("no browser found; the browser tests are skipped until `sudo apt-get install chromium` (or set WAYPOST_BROWSER).")


def main(wanted: list[str]) -> None:
    dev = bool({"dev", "browser"} & set(wanted))
    install("dev" if dev else "app")
    if "browser" in wanted:
        browser()


if __name__ == "__main__":
    main(sys.argv[1:])
