"""Bring a data folder to this release, with a copy of the database set aside first.

The copy goes to `backups` in the data folder. Nothing happens when there is nothing to do.
"""

import argparse

from waypost.cli import reporting

EXAMPLES = ("waypost upgrade",)
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-backup", action="store_true", help="do not set a copy of the embedded database aside first"
    )


def run(args: argparse.Namespace) -> int:
    """Apply what this release changes; nothing happens when there is nothing to do."""
    from waypost.config.database import data_dir
    from waypost.ops import database, setting_up

    static = setting_up.use_static_folder()
    with database.opened(data_dir()):
        database.set_up_django()
        database.see_that_there_is_a_clinic()
        setting_up.make_keys()
        missing = database.pending_migrations()
        copy = None
        if missing and not args.no_backup:
            copy = setting_up.set_copy_aside()
        database.migrate()
        if missing:
            setting_up.derive_anew()
        setting_up.collect_static(static)
    facts = {"changes": missing, "backup": str(copy) if copy else None}
    words = f"{len(missing)} changes made." + (f" A copy from before is in {copy}." if copy else "")
    reporting.outcome(facts, words if missing else "The data folder is up to date.", as_json=args.json)
    return 0
