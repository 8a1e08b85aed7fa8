"""The state of a copy: how old it is, what it lacks, when it was read. Its place is not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from photosync import clock
from photosync.catalog import Catalog, CopyComparison, ItemsInCopies
from photosync.copies import CopyRecord, CopyTotals, record_errors, time_of
from photosync.errors import Exit
from photosync.jobs.copy.library_files import path_in_copy
from photosync.library import Library

_NOTHING = CopyTotals(0, 0, 0, None, None, None, None, None)
"""What is known of a copy that was never begun."""


@dataclass(frozen=True, slots=True)
class CopyState:
    """One copy."""

    name: str
    totals: CopyTotals
    compared: CopyComparison
    oldest_reading_at: datetime | None
    """When the file was read there that was not read for longest, of those that were."""
    is_in_another_place: bool
    """What was brought is in another place than the configured one; so nothing is known of that."""

    def exit(self, oldest: timedelta | None, now: datetime) -> Exit:
        """For monitoring: DAMAGE as long as something there is known to be wrong; else OK, or why it is too old.

        That is the exit status of its last run, or TEMPORARY if that was good or did not end. `oldest`: the age that a
        complete copy may have; None: any.
        """
        if self.totals.wrong:
            return Exit.DAMAGE
        age = self.age(now)
        if oldest is None or (age is not None and age <= oldest):
            return Exit.OK
        return self.totals.last_exit or Exit.TEMPORARY

    def age(self, now: datetime) -> timedelta | None:
        """How old the last complete copy is; None if there was none, or its time is in the future."""
        good_at = self.totals.last_good_at
        age = now - good_at if good_at else None
        return None if age is None or age < -clock.WRONG_BY else max(age, timedelta())

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        totals, compared = self.totals, self.compared
        return {
            "copy": self.name,
            "last_run": _text(totals.last_run_at),
            "last_exit": totals.last_exit,
            "last_message": totals.last_message,
            "last_good": _text(totals.last_good_at),
            "files": totals.files,
            "bytes": totals.size_bytes,
            "lacking": compared.lacking,
            "lacking_bytes": compared.lacking_bytes,
            "wrong": totals.wrong,
            "unread": compared.unread,
            "last_verified": _text(totals.last_verified_at),
            "oldest_reading": _text(self.oldest_reading_at),
        }


def record_path(library: Library, name: str) -> Path:
    """Where the library keeps what is known of the copy of this name."""
    return library.program_folder / "copies" / f"{name}.db"


def state_of(name: str, address: str, library: Library, catalog: Catalog) -> CopyState:
    """The state of the copy of this name, whose place has this address.

    Raises `DestinationError` if what is known of it cannot be read.
    """
    path, totals = record_path(library, name), _NOTHING
    known = _known(path, address)
    if known is not None:
        with CopyRecord(known, to_read=True) as record:
            totals = record.totals()
    with record_errors(path):
        compared = catalog.in_copies.compared(known, path_in_copy)
        oldest = time_of(compared.oldest_reading_at)
    return CopyState(name, totals, compared, oldest, is_in_another_place=known is None and path.exists())


def items_in_copies(
    copies: Mapping[str, str], library: Library | None, catalog: Catalog, accounts: Sequence[str]
) -> Mapping[str, ItemsInCopies]:
    """For each account in how many of these copies its items are; nothing without copies. `accounts`: only of these.

    `copies`: the address of each by its name. Raises `DestinationError` if what is known of one cannot be read.
    """
    if library is None or not copies:
        return {}
    catalog.in_copies.begin_count()
    for name, address in copies.items():
        path = record_path(library, name)
        known = _known(path, address)
        with record_errors(path):
            catalog.in_copies.count(known, path_in_copy)
    return catalog.in_copies.counts(len(copies), accounts)


def _known(path: Path, address: str) -> Path | None:
    """The record of a copy; None if nothing was brought to the place with this address, which is now configured."""
    if not path.exists():
        return None
    with CopyRecord(path, to_read=True) as record:
        place = record.place
    return path if place is None or place.address == address else None


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
