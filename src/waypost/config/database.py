"""Which database: what the environment names, else the embedded server of the data folder."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dj_database_url


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the data folder: what the environment says, else one in the person's home."""
    named = environ.get("WAYPOST_DATA_DIR")
    if named:
        return Path(named).expanduser()
    if environ.get("XDG_DATA_HOME"):
        return Path(environ["XDG_DATA_HOME"]) / "waypost"
    try:
        return Path.home() / ".local" / "share" / "waypost"
    except RuntimeError:  # a uid without a name has no home
        return Path.cwd() / "waypost-data"


def urls(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Return the URLs of the ordinary role and of the owner."""
    app = environ.get("DATABASE_URL")
    if app:
        return app, environ.get("DATABASE_OWNER_URL", app)
    try:
        kept = json.loads((data_dir(environ) / "postgres" / "connection.json").read_text())
    except (OSError, ValueError):
        absent = (
            "postgresql://waypost@%2Fnonexistent/waypost"  # nothing has been set up yet; connecting says so
        )
        return absent, absent
    return kept["app"], kept["owner"]


def databases(environ: Mapping[str, str] = os.environ) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES: `default` is the ordinary role, `owner` migrates."""
    app, owner = urls(environ)
    return {alias: _database(url) for alias, url in (("default", app), ("owner", owner))}


def _database(url: str) -> dict[str, Any]:
    # One thread a process serves requests, so one kept connection is the whole pool; a look at its health
    # before a request's first query is what survives a restart of the server.
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    options = settings.setdefault("OPTIONS", {})
    options.setdefault("application_name", "waypost")
    return settings
