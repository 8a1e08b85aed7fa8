"""Finds files in an account's folders that no item has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from photosync.catalog import Area, Snapshot
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.verify.unknown_files import UnknownFiles
from photosync.library import Library
from photosync.model import Location


def extra_files(
    library: Library, snapshot: Snapshot, account: str, unended_since: datetime | None
) -> Iterator[Finding]:
    """Each of them, with the finding `extra`.

    Not the files that were uploaded, nor those that an unended run may have brought since then, and not recorded yet.
    """
    catalog = snapshot.catalog
    catalog.checks.begin()
    unknown = UnknownFiles(library, catalog)
    for root in sorted({"", *snapshot.roots(account)}):
        for location in unknown.find(Area(root, "" if root else account)):
            if _is_old(library, location, unended_since):
                error = unknown.offsite_item(location) or f"no item of {account} has this file"
                yield Finding(str(location), None, account, FindingKind.EXTRA, FindingReason.NOT_RECORDED, error)


def _is_old(library: Library, location: Location, unended_since: datetime | None) -> bool:
    """Whether the file is older than a run that has not ended."""
    try:
        found = library.file(location).lstat()
    except OSError:
        return False  # it is gone again
    return unended_since is None or found.st_ctime < unended_since.timestamp()
