"""Taking in what another system, or an export, says: whole acts, nothing filed twice."""

from collections.abc import Iterable, Sequence

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import acts
from waypost.records.versions import Filing

CHUNK = 1000  # rows in one round trip


@action(Permission.RECORD_IMPORT)
def take_in(ctx: Context, filings: Sequence[Filing]) -> int:
    """File resources that have been validated, all or none, and return how many were new.

    Content equal to the newest version is passed over. Where one resource comes twice, its versions follow each other.
    """
    before = len(acts.current().entries)
    for wave in _waves(filings):
        for start in range(0, len(wave), CHUNK):
            records.file_many(ctx, wave[start : start + CHUNK], skip_equal=True)
    return len(acts.current().entries) - before


def _waves(filings: Iterable[Filing]) -> list[list[Filing]]:
    """Return filings in groups that name no resource twice, order kept."""
    waves: list[list[Filing]] = []
    times: dict[tuple[str | None, str | None], int] = {}
    for one in filings:
        key = (one.type, one.id)
        nth = times.get(key, 0)
        times[key] = nth + 1
        if nth == len(waves):
            waves.append([])
        waves[nth].append(one)
    return waves
