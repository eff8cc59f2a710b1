"""Bring a data folder to this release, with a copy of the database set aside first.

The copy goes to `backups` in the data folder. Where an older major release of PostgreSQL made the embedded database, it is
carried over: its own programs open it (found on the machine, fetched with pinned hashes, or named by `--old-bin`), the copy
is restored into a new database, every table is compared, and only then the new one takes the old one's place. The old one
stays beside it as `postgres/data.postgres-NN` until `--discard-old`. Killed on the way, it leaves the old database or the
new one in use; run it again. A server that `DATABASE_URL` names is its administrator's to upgrade.

Nothing happens when there is nothing to do.
"""

import argparse
import os
import sys
from pathlib import Path

from waypost.cli import reporting

EXAMPLES = ("waypost upgrade", "waypost upgrade --old-bin /opt/postgresql-17/bin", "waypost upgrade --discard-old")
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-backup", action="store_true", help="do not set a copy of the embedded database aside first"
    )
    parser.add_argument(
        "--old-bin", metavar="DIR", type=Path, help="the programs of the PostgreSQL that made the data folder"
    )
    parser.add_argument(
        "--discard-old", action="store_true", help="remove databases of older majors that were kept beside the new one"
    )


def run(args: argparse.Namespace) -> int:
    """Apply what this release changes; nothing happens when there is nothing to do."""
    from waypost.config.database import data_dir
    from waypost.ops import database, majors, setting_up

    static = setting_up.use_static_folder()
    embedded = not os.environ.get("DATABASE_URL")
    discarded = majors.discard_kept(data_dir()) if embedded and args.discard_old else []
    carried = majors.carry_over(data_dir(), _tell, old_bin=args.old_bin) if embedded else None
    with database.opened(data_dir()):
        database.set_up_django()
        database.see_that_there_is_a_clinic()
        setting_up.make_keys()
        missing = database.pending_migrations()
        copy = carried.copy if carried else None
        if missing and not args.no_backup and not carried:
            copy = setting_up.set_copy_aside()
        database.migrate()
        if missing:
            setting_up.derive_anew()
        setting_up.collect_static(static)
    if carried and args.no_backup:
        carried.copy.unlink()
        copy = None
    words = [f"PostgreSQL {carried.old} became {carried.new}; the old database is kept in {carried.kept}."] if carried else []
    words += [f"{len(missing)} changes made."] if missing else []
    words += [f"A copy from before is in {copy}."] if copy else []
    words += [f"Removed {folder}." for folder in discarded]
    facts = {
        "changes": missing, "backup": str(copy) if copy else None, "discarded": [str(folder) for folder in discarded],
        "postgres": {"from": carried.old, "to": carried.new, "kept": str(carried.kept)} if carried else None,
    }  # fmt: skip
    reporting.outcome(facts, " ".join(words) or "The data folder is up to date.", as_json=args.json)
    return 0


def _tell(words: str) -> None:
    print(f"upgrade: {words}", file=sys.stderr, flush=True)
